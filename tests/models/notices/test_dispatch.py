"""What happens to a notice's letter at the last moment."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from models import dispatch, handoffs, notices, outbox
from models.members import Contact, Member
from models.messages import Address, Choice, Outgoing
from models.notice_lines import NoticeLine
from models.outbox import Letter
from tests.models.notices import ring
from tests.models.notices.test_expansion import town

AT_NOON = {"quiet_from": 9 * 60, "quiet_to": 12 * 60}


async def endings(database, number: int) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        query = select(Letter.state, Letter.reason).where(Letter.notice_id == number).order_by(Letter.id)
        return [tuple(row) for row in await session.execute(query)]


async def change(database, **values: Any) -> None:
    async with database.transaction() as session:
        await session.execute(update(Member).values(**values))


async def in_danger(database, clock, member: int = 1, *, closed_at=None) -> None:
    async with database.transaction() as session:
        found = await session.get_one(Member, member)
        handoff = await handoffs.ask(
            session, found, Address("telegram", "m1"), urgency="P0", promised=None, now=clock()
        )
        if closed_at:
            handoff.state, handoff.closed_at = "closed", closed_at


async def texts(database, clock) -> list[str]:
    return [letter.message.text for letter in await ring.deliver(database, clock)]


async def test_letter_ends_when_its_notice_is_over(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan(valid_hours=1))
    clock.tick(3601)

    assert await texts(database, clock) == []
    assert await endings(database, number) == [("skipped", "late")]


async def test_letter_ends_at_a_dead_address(database, clock):
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(update(Contact).where(Contact.member_id == 1).values(dead_at=clock()))

    assert await texts(database, clock) == ["会员2，明天停水。"]
    assert await endings(database, number) == [("skipped", "blocked"), ("sent", "")]


async def test_letter_ends_with_its_member(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(delete(Contact))
        await session.execute(delete(Member))

    assert await texts(database, clock) == []
    assert await endings(database, number) == [("skipped", "duplicate")]


@pytest.mark.parametrize(
    ("kind", "wants", "ending"),
    [
        ("news", {"topics": 0b11110}, ("skipped", "opted_out")),
        ("news", {"topics": 0b00001}, ("sent", "")),
        ("news", {"wants_news": False}, ("skipped", "opted_out")),
        ("service", {"wants_news": False, "topics": 0}, ("sent", "")),
        ("urgent", {"wants_news": False, "topics": 0}, ("sent", "")),
    ],
)
async def test_only_news_can_be_turned_off(database, clock, kind, wants, ending):
    await town(database, clock, 1)
    if kind == "service":
        await ring.sent_off(database, clock, ring.plan())
        await ring.deliver(database, clock)
    whom = {"audience": {"notice": {"number": 1}}} if kind == "service" else {}
    number = await ring.sent_off(database, clock, ring.plan(kind=kind, **whom))
    await change(database, **wants)

    await ring.deliver(database, clock)

    assert await endings(database, number) == [ending]


async def test_letter_waits_until_its_member_is_up(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan())
    await change(database, **AT_NOON)

    assert await texts(database, clock) == []
    assert await endings(database, number) == [("waiting", "")]
    clock.tick(2 * 3600 - 1)
    assert await texts(database, clock) == []
    clock.tick(1)
    assert await texts(database, clock) == ["会员1，明天停水。"]


@pytest.mark.parametrize("own", [{"quiet_from": 600, "quiet_to": None}, {"quiet_from": 600, "quiet_to": 600}])
async def test_half_a_quiet_time_is_none(database, clock, own):
    await town(database, clock, 1)
    await ring.sent_off(database, clock, ring.plan())
    await change(database, **own)

    assert await texts(database, clock) == ["会员1，明天停水。"]


async def test_urgent_wakes_members_up(database, clock):
    await town(database, clock, 1)
    await ring.sent_off(database, clock, ring.plan(kind="urgent"))
    await change(database, **AT_NOON)

    assert await texts(database, clock) == ["会员1，明天停水。"]


async def test_night_lets_only_urgent_letters_leave(database, clock):
    await town(database, clock, 1)
    await ring.sent_off(database, clock, ring.plan())
    await ring.sent_off(database, clock, ring.plan(kind="urgent", text="停气"))
    clock.tick(13 * 3600)

    assert await texts(database, clock) == ["停气"]
    clock.tick(10 * 3600)
    assert await texts(database, clock) == ["会员1，明天停水。"]


async def test_member_in_danger_is_left_alone_for_a_day(database, clock):
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan(text="停水"))
    await in_danger(database, clock, closed_at=clock())

    assert [letter.address for letter in await ring.deliver(database, clock)] == ["m2"]
    assert await endings(database, number) == [("waiting", ""), ("sent", "")]
    clock.tick(24 * 3600 - 1)
    assert await texts(database, clock) == []
    clock.tick(1)
    assert await texts(database, clock) == ["停水"]


async def test_urgent_reaches_a_member_in_danger(database, clock):
    await town(database, clock, 1)
    await ring.sent_off(database, clock, ring.plan(kind="urgent", text="停气"))
    await in_danger(database, clock)

    assert await texts(database, clock) == ["停气"]


async def test_words_are_filled_in_and_never_fail(database, clock):
    await town(database, clock, 3)
    told = ring.plan(
        text="{name}，{event}的座位：{seat}{row}。",
        fills={"name": "您好", "event": "象棋"},
        audience={"sheet": True},
        picture="file:p",
        file="",
        choices=[{"label": "报名", "to": "show:chess"}, {"label": "看", "url": "https://example.org/a"}],
    )
    async with database.transaction() as session:
        notice = await ring.drafted(session, told, now=clock())
        for member, fields in ((1, {"seat": "3"}), (2, {"seat": "4", "name": "别人", "row": "排"}), (3, {})):
            session.add(NoticeLine(notice_id=notice.id, member_id=member, fields=fields))
        await session.execute(update(Member).where(Member.id == 1).values(name=None))
        await notices.schedule(session, notice.id, "li", now=clock())
    await ring.expand(database, clock)

    letters = await ring.deliver(database, clock)

    buttons = (Choice("报名", "n:1:show:chess"), Choice("看", url="https://example.org/a"))
    assert [letter.message for letter in letters] == [
        Outgoing(text, buttons, picture="file:p", kind="news", lane="bulk")
        for text in ("您好，象棋的座位：3。", "会员2，象棋的座位：4排。", "会员3，象棋的座位：。")
    ]
    async with database.transaction() as session:
        kept = set(map(str, await session.scalars(select(Letter.body))))
    assert kept == {"{}"}, "a million letters do not keep the same words"


async def test_other_letters_leave_as_they_are(database, clock):
    await town(database, clock, 1)
    async with database.transaction() as session:
        at = Address("telegram", "m9")
        await outbox.put(session, at, Outgoing("{name}"), due=clock())
    assert await texts(database, clock) == ["{name}"]

    await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await outbox.put(session, at, Outgoing("您好"), due=clock())
    assert await texts(database, clock) == ["您好", "会员1，明天停水。"]


async def test_chat_gets_one_letter_of_several_notices_at_a_time(database, clock):
    await town(database, clock, 1)
    for text in ("停水", "停气"):
        await ring.sent_off(database, clock, ring.plan(text=text))
    async with database.transaction() as session:
        await outbox.put(session, Address("telegram", "m1"), Outgoing("您好"), due=clock())

    for text in ("您好", "停水", "停气"):
        letters = await ring.claim(database, clock)
        assert [letter.message.text for letter in letters] == [text]
        async with database.transaction() as session:
            await outbox.settle(session, letters[0], "sent", owner="me", now=clock())


async def visit(database, clock) -> list[tuple[int, str]]:
    async with database.transaction() as session:
        waiting = await dispatch.held(session, "m1", now=clock())
        return [(notice.id, message.text) for notice, message in waiting]


async def test_page_gets_what_waited_for_it_once(database, clock):
    await town(database, clock, 2, channel="web")
    first = await ring.sent_off(database, clock, ring.plan())
    second = await ring.sent_off(database, clock, ring.plan(text="停气"))
    await change(database, **AT_NOON)

    assert await ring.deliver(database, clock, owner="me") == []
    assert await visit(database, clock) == [(first, "会员1，明天停水。"), (second, "停气")]
    assert await visit(database, clock) == []
    assert await endings(database, first) == [("sent", ""), ("held", "")]


async def test_page_does_not_get_what_is_over_or_not_wanted(database, clock):
    await town(database, clock, 1, channel="web")
    over = await ring.sent_off(database, clock, ring.plan(valid_hours=1))
    muted = await ring.sent_off(database, clock, ring.plan(topic="aid"))
    wanted = await ring.sent_off(database, clock, ring.plan(text="停气"))
    await change(database, topics=0b00001)
    clock.tick(3601)

    assert await visit(database, clock) == [(wanted, "停气")]
    assert await endings(database, over) == [("skipped", "late")]
    assert await endings(database, muted) == [("skipped", "opted_out")]


async def test_page_is_left_alone_after_danger_and_told_later(database, clock):
    await town(database, clock, 1, channel="web")
    number = await ring.sent_off(database, clock, ring.plan(text="停水"))
    await in_danger(database, clock, closed_at=clock())

    assert await visit(database, clock) == []
    assert await endings(database, number) == [("held", "")]
    clock.now += timedelta(days=1)
    assert await visit(database, clock) == [(number, "停水")]


async def test_page_gets_nothing_of_a_notice_that_rests(database, clock):
    await town(database, clock, 1, channel="web")
    number = await ring.sent_off(database, clock, ring.plan(text="停水"))
    async with database.transaction() as session:
        await notices.pause(session, number, "li", reason="等等", now=clock())
    assert await visit(database, clock) == []
    async with database.transaction() as session:
        await notices.resume(session, number, "li", now=clock())
    await ring.watch(database, clock)
    assert await ring.state(database, number) == "done"

    assert await visit(database, clock) == [(number, "停水")]


def test_notice_without_a_time_says_nothing_of_it():
    notice = notices.Notice(id=1, text="{month}停水。", fills={}, choices=[], picture="", file="")

    assert dispatch.message(notice, Member(name="王芳"), {}).text == "停水。"
