"""Two records become one person: notices come along, and nobody is told twice or not at all."""

from sqlalchemy import select, update

from models import calls, members
from models.answers import NoticeAnswer
from models.members import Contact, Member
from models.notice_lines import NoticeLine
from models.outbox import Letter
from tests.models.notices import ring
from tests.models.notices.test_expansion import town


async def merge(database, clock, pair: tuple[int, int] = (1, 2)) -> None:
    async with database.transaction() as session:
        keep, other = [await session.get_one(Member, number) for number in pair]
        await members.merge(session, keep, other, now=clock())


async def letters(database, number: int) -> dict[str, tuple[str, str, int | None]]:
    async with database.transaction() as session:
        rows = await session.scalars(select(Letter).where(Letter.notice_id == number).order_by(Letter.id))
        return {row.address: (row.state, row.reason, row.member_id) for row in rows}


FIRST, SECOND = "m1", "m2"
TWINS = [
    ("waiting", "waiting", "first", "first"),
    ("waiting", "sent", "second", ""),
    ("sent", "waiting", "first", ""),
    ("held", "sent", "second", ""),
    ("sent", "held", "first", ""),
    ("waiting", "leased", "second", ""),
    ("leased", "waiting", "first", ""),
    ("waiting", "unknown", "second", ""),
    ("gone", "waiting", "second", "second"),
    ("waiting", "gone", "first", "first"),
    ("held", "waiting", "second", "second"),
    ("skipped", "sent", "second", ""),
    ("sent", "sent", "first", ""),
    ("failed", "gone", "first", ""),
]
"""The states of two letters of one notice, which of them stays with the member, and which of them leaves yet."""


async def test_who_is_two_is_told_once(database, clock):
    await town(database, clock, 2 * len(TWINS))
    number = await ring.sent_off(database, clock, ring.plan(text="停水"))
    expected, leave = {}, []
    for at, (mine, theirs, stays, left) in enumerate(TWINS):
        keep, other = 2 * at + 1, 2 * at + 2
        async with database.transaction() as session:
            for member, state in ((keep, mine), (other, theirs)):
                change = update(Letter).where(Letter.address == f"m{member}")
                await session.execute(change.values(state=state))
        for member, state, name in ((keep, mine, "first"), (other, theirs, "second")):
            ends = name != stays and state in ("waiting", "held")
            row = ("skipped", "duplicate") if ends else (state, "")
            expected[f"m{member}"] = (*row, keep if name == stays else None)
            leave += [f"m{member}"] if name == left else []

        await merge(database, clock, (keep, other))

    assert await letters(database, number) == expected
    assert [letter.address for letter in await ring.deliver(database, clock)] == leave


async def test_letters_lines_and_answers_of_the_other_come_along(database, clock):
    await town(database, clock, 2)
    only = await ring.sent_off(database, clock, ring.plan(text="停水"))
    both = await ring.sent_off(database, clock, ring.plan(text="停气"))
    mine = await ring.sent_off(database, clock, ring.plan(text="停电"))
    async with database.transaction() as session:
        for number, member in ((only, 1), (mine, 2)):
            twin = (Letter.notice_id == number, Letter.member_id == member)
            await session.delete(await session.scalar(select(Letter).where(*twin)))
        session.add(NoticeLine(notice_id=only, member_id=2, fields={"座位": "2"}))
        session.add(NoticeLine(notice_id=both, member_id=1, fields={"座位": "1"}))
        session.add(NoticeLine(notice_id=both, member_id=2, fields={"座位": "2"}))
        for number, member, action in ((both, 1, "human"), (both, 2, "human"), (both, 2, "menu")):
            session.add(NoticeAnswer(notice_id=number, member_id=member, action=action, at=clock()))

    await merge(database, clock)

    assert await letters(database, only) == {SECOND: ("waiting", "", 1)}
    assert await letters(database, mine) == {FIRST: ("waiting", "", 1)}
    async with database.transaction() as session:
        lines = await session.scalars(select(NoticeLine).order_by(NoticeLine.notice_id))
        assert [(line.notice_id, line.member_id, line.fields["座位"]) for line in lines] == [
            (only, 1, "2"), (both, 1, "1"),
        ]  # fmt: skip
        rows = await session.scalars(select(NoticeAnswer).order_by(NoticeAnswer.action))
        assert [(row.member_id, row.action) for row in rows] == [(1, "human"), (1, "menu")]
    assert [letter.message.text for letter in await ring.deliver(database, clock)] == ["停水", "停气", "停电"]


async def test_call_comes_along_once(database, clock):
    await town(database, clock, 2)
    await ring.sent_off(database, clock, ring.plan())
    await ring.deliver(database, clock)
    async with database.transaction() as session:
        await session.execute(update(Contact).values(dead_at=clock()))
        await session.execute(update(Member).values(phone="13800000000"))
    await ring.sent_off(database, clock, ring.plan(kind="service", audience={"notice": {"number": 1}}))

    await merge(database, clock)

    async with database.transaction() as session:
        assert [call.name for call in await calls.waiting(session, now=clock())] == ["会员1"]


async def test_opted_out_on_one_side_gets_no_news(database, clock):
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(update(Member).where(Member.id == 2).values(wants_news=False))

    await merge(database, clock)

    assert await ring.deliver(database, clock) == []
    assert {state for state, _, _ in (await letters(database, number)).values()} == {"skipped"}
