"""The states of a notice from a draft to its end, and who may turn it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models import notices
from models.base import Refused
from models.notices import Notice, NoticeStep
from tests.models.notices import ring
from tests.models.notices.test_expansion import town

ALL = ("draft", "approved", "scheduled", "expanding", "running", "paused", "done", "cancelled", "missed")
SOME = {"audience": {"areas": ["上地"]}}


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


async def refused(what) -> str:
    """Return why *what* was refused, or nothing."""
    try:
        await what
    except Refused as refusal:
        return refusal.reason
    return ""


async def written(session, clock, **more) -> Notice:
    return await notices.draft(session, ring.plan(**more), "wang", now=clock())


async def test_notice_goes_from_a_draft_to_its_end_step_by_step(session, clock):
    told = ring.plan(choices=[{"label": "报名", "to": "show:chess"}], fills={"event": "象棋"}, **SOME)
    notice = await notices.draft(session, told, "wang", now=clock())
    await notices.approve(session, notice.id, "li", size=9, now=clock())
    await notices.schedule(session, notice.id, "li", now=clock())
    clock.tick(60)
    await notices.cancel(session, notice.id, "wang", reason="作废", now=clock())

    lines = [(s.by, s.was, s.became, s.reason) for s in await notices.steps(session, notice)]
    assert lines == [
        ("li", "draft", "approved", ""),
        ("li", "approved", "scheduled", ""),
        ("wang", "scheduled", "cancelled", "作废"),
    ]
    assert (notice.created_by, notice.approved_by, notice.done_at) == ("wang", "li", clock())
    assert (notice.whom, notice.rule, notice.topic) == (told.audience, None, "activities")
    assert (notice.choices, notice.fills) == ([{"label": "报名", "to": "show:chess"}], {"event": "象棋"})
    assert notice.send_until - notice.send_at == timedelta(days=7)


async def test_author_approves_small_rings_alone(session, clock):
    for by, size, whom, reason in (
        ("wang", 200, SOME, ""),
        ("wang", 201, SOME, "notice_approver"),
        ("wang", 1, {}, "notice_approver"),
        ("li", 10**6, {}, ""),
    ):
        notice = await written(session, clock, **whom)

        approval = notices.approve(session, notice.id, by, size=size, now=clock())

        assert (await refused(approval), notice.state) == (reason, "draft" if reason else "approved")


async def test_what_was_edited_is_a_draft_of_who_edited_it(session, clock):
    notice = await written(session, clock, **SOME)
    await notices.approve(session, notice.id, "li", size=300, now=clock())
    await notices.schedule(session, notice.id, "li", now=clock())

    await notices.edit(session, notice.id, ring.plan(text="停气", kind="urgent"), "li", now=clock())

    assert (notice.text, notice.kind, notice.state, notice.approved_by) == ("停气", "urgent", "draft", "")
    assert (notice.send_at, notice.send_until) == (None, None)
    approval = notices.approve(session, notice.id, "li", size=300, now=clock())
    assert await refused(approval) == "notice_approver"


async def test_each_turn_has_its_states(session, clock):
    plan = ring.plan(**SOME)
    turns = {
        "edit": lambda n: notices.edit(session, n, plan, "li", now=clock()),
        "approve": lambda n: notices.approve(session, n, "li", size=1, now=clock()),
        "schedule": lambda n: notices.schedule(session, n, "li", now=clock()),
        "pause": lambda n: notices.pause(session, n, "li", reason="x", now=clock()),
        "resume": lambda n: notices.resume(session, n, "li", now=clock()),
        "cancel": lambda n: notices.cancel(session, n, "li", reason="x", now=clock()),
    }
    found = {}
    for name, turn in turns.items():
        for state in ALL:
            notice = await written(session, clock, **SOME)
            await session.execute(update(Notice).where(Notice.id == notice.id).values(state=state))
            found.setdefault((name, await refused(turn(notice.id))), []).append(state)
        assert await refused(turn(10**6)) == "notice_unknown"

    assert found == {
        ("edit", ""): ["draft", "approved", "scheduled"],
        ("edit", "notice_begun"): ["expanding", "running", "paused", "done", "cancelled", "missed"],
        ("approve", ""): ["draft"],
        ("approve", "notice_state"): [state for state in ALL if state != "draft"],
        ("schedule", ""): ["approved", "scheduled"],
        ("schedule", "notice_state"): [state for state in ALL if state not in ("approved", "scheduled")],
        ("pause", ""): ["running"],
        ("pause", "notice_state"): [state for state in ALL if state != "running"],
        ("resume", ""): ["paused"],
        ("resume", "notice_state"): [state for state in ALL if state != "paused"],
        ("cancel", ""): ["draft", "approved", "scheduled", "expanding", "running", "paused"],
        ("cancel", "notice_state"): ["done", "cancelled", "missed"],
    }


@pytest.mark.parametrize("turn", [notices.pause, notices.cancel])
async def test_who_stops_a_notice_says_why(session, clock, turn):
    notice = await written(session, clock)
    notice.state = "running"
    await session.flush()

    assert await refused(turn(session, notice.id, "li", reason="  ", now=clock())) == "reason_missing"
    assert notice.state == "running"


async def approved(session, clock, **more) -> Notice:
    return await ring.drafted(session, ring.plan(**more), now=clock())


async def test_notice_goes_by_day_and_not_yesterday(session, clock):
    for kind, hours, reason in (
        ("news", 1, ""),
        ("news", -1, "notice_past"),
        ("news", 11.5, "notice_quiet"),
        ("news", 22.49, "notice_quiet"),
        ("news", 22.5, ""),
        ("urgent", 12, ""),
    ):
        notice = await approved(session, clock, kind=kind)
        at = clock() + timedelta(hours=hours)

        assert await refused(notices.schedule(session, notice.id, "li", send_at=at, now=clock())) == reason
        assert (notice.state, notice.send_at) == (("approved", None) if reason else ("scheduled", at))


async def test_time_of_the_plan_counts_and_another_moves_its_end_along(session, clock):
    at, until = clock() + timedelta(hours=1), clock() + timedelta(hours=3)
    notice = await approved(session, clock, send_at=at, send_until=until, valid_hours=2)

    await notices.schedule(session, notice.id, "li", now=clock())
    assert (notice.send_at, notice.send_until) == (at, until)
    for hours, end in ((2, 3), (3, 5)):
        moved = clock() + timedelta(hours=hours)
        await notices.schedule(session, notice.id, "li", send_at=moved, now=clock())
        assert (notice.send_at, notice.send_until) == (moved, clock() + timedelta(hours=end))


async def test_series_goes_at_the_next_time_of_its_rule(session, clock):
    notice = await approved(session, clock, recurrence={"cron": "0 11 * * *"}, valid_hours=5)

    await notices.schedule(session, notice.id, "li", now=clock())

    assert notice.send_at == clock() + timedelta(hours=1)
    assert notice.send_until == clock() + timedelta(hours=6)


async def test_rule_that_never_comes_is_refused(session, clock):
    notice = await approved(session, clock, recurrence={"cron": "0 10 30 2 *"})

    assert await refused(notices.schedule(session, notice.id, "li", now=clock())) == "notice_past"


async def test_urgent_goes_before_service_before_news_and_the_first_first(database, clock):
    await town(database, clock, 1)
    first = await ring.sent_off(database, clock, ring.plan())
    clock.tick(1)
    numbers = {"news": first}
    for kind, whom in (("service", {"notice": {"number": first}}), ("urgent", {"everybody": True})):
        numbers[kind] = await ring.sent_off(database, clock, ring.plan(kind=kind, audience=whom))
    second = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        found = [list(await session.scalars(notices.running(quiet=quiet))) for quiet in (False, True)]

    assert found == [[numbers["urgent"], numbers["service"], first, second], [numbers["urgent"]]]


async def test_notices_are_listed_the_newest_first(session, clock):
    for _ in range(3):
        await written(session, clock)

    assert [notice.id for notice in await notices.listed(session)] == [3, 2, 1]
    assert [notice.id for notice in await notices.listed(session, limit=2)] == [3, 2]


async def test_copy_has_the_words_and_a_life_of_its_own(session, clock):
    notice = await approved(session, clock, send_at=clock(), text="停气", once=True, fills={"a": "b"})
    clock.tick(60)

    copy = notices.copied(notice, created_by="zhao", created_at=clock())
    session.add(copy)
    await session.flush()

    same = {name: getattr(copy, name) == getattr(notice, name) for name in Notice.__table__.columns.keys()}  # noqa: SIM118 -- a collection of columns is no mapping
    assert {name for name, kept in same.items() if not kept} == {
        "id", "state", "created_by", "created_at", "approved_by", "send_at",
    }  # fmt: skip
    assert (copy.state, copy.send_at, copy.fills) == ("draft", None, {"a": "b"})
    assert await notices.steps(session, copy) == []
    assert len(list(await session.scalars(NoticeStep.__table__.select()))) == 1
