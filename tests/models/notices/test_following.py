"""Notices that follow another one: put right, taken back; and what a telephone tells."""

from sqlalchemy import update

from models import calls, notices, outbox
from models.members import Contact, Member
from models.outbox import Letter
from tests.models.notices import ring
from tests.models.notices.test_expansion import addresses, town

GOT = {"notice": {"number": 1}}
OWN = {"kind": "service", "topic": None, "event": "chess", "audience": {"without": None, **GOT}}


async def follow(database, clock, number: int, **more) -> int:
    """Stop a notice and schedule one to those who got it; return its number."""
    async with database.transaction() as session:
        wrong = await notices.cancel(session, number, "li", reason="写错了", now=clock())
        told = {"audience": {"notice": {"number": number}}, "kind": "service", "created_by": "li"}
        notice = notices.copied(wrong, corrects=number, created_at=clock(), **{**told, **more})
        session.add(notice)
        await session.flush()
        await notices.approve(session, notice.id, "li", size=1, now=clock())
        await notices.schedule(session, notice.id, "li", now=clock())
    return notice.id


async def test_correction_waits_for_letters_under_way_and_reaches_who_got_it(database, clock):
    await town(database, clock, 3)
    wrong = await ring.sent_off(database, clock, ring.plan())
    first, second, third = await ring.claim(database, clock)
    right = await follow(database, clock, wrong)

    async with database.transaction() as session:
        await outbox.settle(session, first, "sent", owner="me", now=clock(), platform_id="17")
        await outbox.settle(session, second, "gone", owner="me", now=clock())
    assert await ring.expand(database, clock) == []
    async with database.transaction() as session:
        await outbox.settle(session, third, "sent", owner="me", now=clock(), platform_id="18")
    assert await ring.expand(database, clock) == [right]

    assert await addresses(database, right) == ["m1", "m3"]
    assert [letter.address for letter in await ring.deliver(database, clock)] == ["m1", "m3"]


async def test_recall_takes_back_what_has_arrived(database, clock):
    await town(database, clock, 3)
    wrong = await ring.sent_off(database, clock, ring.plan())
    (first, second, _) = await ring.claim(database, clock)
    async with database.transaction() as session:
        await outbox.settle(session, first, "sent", owner="me", now=clock(), platform_id="17")
        await outbox.settle(session, second, "sent", owner="me", now=clock())  # nothing to take it back by
        await session.execute(
            update(Letter).where(Letter.address == "m3").values(state="waiting", platform_id="19")
        )
        await session.execute(update(Member).values(union_name="北冶"))
    back = await follow(database, clock, wrong, removes=True)
    await ring.expand(database, clock)

    letters = await ring.deliver(database, clock)

    assert [(letter.address, letter.message.removes, letter.message.text) for letter in letters] == [
        ("m1", "17", "")
    ]
    assert await addresses(database, back) == ["m1"]


async def on_the_list(database, clock) -> list[tuple[str, str, str]]:
    async with database.transaction() as session:
        return sorted(
            (call.name, call.phone, call.text) for call in await calls.waiting(session, now=clock())
        )


async def unreachable(database, clock) -> None:
    """Let three members get a first notice and lose their addresses; two have a telephone."""
    await town(database, clock, 3)
    await ring.sent_off(database, clock, ring.plan())
    await ring.deliver(database, clock)
    async with database.transaction() as session:
        await session.execute(update(Contact).values(dead_at=clock()))
        await session.execute(update(Member).where(Member.id < 3).values(phone="13800000000"))


async def test_service_reaches_members_without_a_channel_by_telephone(database, clock):
    await unreachable(database, clock)

    number = await ring.sent_off(database, clock, ring.plan(kind="service", audience=GOT))

    assert await on_the_list(database, clock) == [
        ("会员1", "13800000000", "会员1，明天停水。"), ("会员2", "13800000000", "会员2，明天停水。"),
    ]  # fmt: skip
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "done"
    async with database.transaction() as session:
        (call, other) = await calls.waiting(session, now=clock())
        await calls.done(session, call.id, "li", now=clock())
        await calls.missed(session, other.id, now=clock())
    assert await ring.states(database, number) == {"sent": 1, "waiting": 1}


async def test_news_and_what_goes_to_a_channel_reach_nobody_by_telephone(database, clock):
    await unreachable(database, clock)

    for more in ({}, {"kind": "urgent"}, {"kind": "service", "audience": {**GOT, "channels": ["telegram"]}}):
        number = await ring.sent_off(database, clock, ring.plan(**{"audience": GOT, **more}))
        assert await addresses(database, number) == []

    assert await on_the_list(database, clock) == []


async def test_call_rests_with_its_notice(database, clock):
    await unreachable(database, clock)
    number = await ring.sent_off(database, clock, ring.plan(kind="service", audience=GOT))
    assert len(await on_the_list(database, clock)) == 2

    async with database.transaction() as session:
        await notices.pause(session, number, "li", reason="等等", now=clock())
    assert await on_the_list(database, clock) == []
    async with database.transaction() as session:
        await notices.resume(session, number, "li", now=clock())
    assert len(await on_the_list(database, clock)) == 2
    async with database.transaction() as session:
        await notices.cancel(session, number, "li", reason="作废", now=clock())
    assert await on_the_list(database, clock) == []
    assert await ring.watch(database, clock) == []
    assert await ring.states(database, number) == {"skipped": 2}
