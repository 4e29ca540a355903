"""How a notice will go, and how it goes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update

from models import notices, outbox, progress
from models.budgets import BULK_SHARE
from models.members import Contact, Member
from models.outbox import Letter
from models.progress import Forecast, Progress
from models.quiet import BEIJING
from models.wechat_reach import Reach
from tests.models.notices import ring
from tests.models.notices.test_expansion import town

ONE_A_SECOND = 1 / BULK_SHARE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING).astimezone(UTC)


async def mixed_town(database, clock) -> int:
    """Let members move in of whom each kind is reached in another way; return a notice that all of them got."""
    await town(database, clock, 3)
    await town(database, clock, 2, channel="wechat")
    await town(database, clock, 3, channel="web")
    async with database.transaction() as session:
        await session.execute(update(Member).values(phone="13800001234"))
        both = {"channel": "web", "address": "both", "member_id": 1, "dead_reason": ""}
        await session.execute(insert(Contact), [both])
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(update(Letter).values(state="sent"))
        await session.execute(delete(Contact).where(Contact.member_id > 6))
        await session.execute(update(Member).where(Member.id == 8).values(phone=None))
        await session.execute(update(Member).where(Member.id == 2).values(name=None, phone=None))
        await session.execute(update(Member).where(Member.id == 3).values(phone="88881"))
    return number


async def foreseen(database, clock, told, rates=None) -> Forecast:
    async with database.transaction() as session:
        notice = await notices.draft(session, told, "wang", now=clock())
        return await progress.forecast(session, notice, rates or {}, now=clock())


SAMPLE = ["会* 138****1234", "?*", "会* ****81"]


async def test_forecast_tells_whom_a_service_reaches_and_how(database, clock):
    number = await mixed_town(database, clock)
    told = ring.plan(kind="service", audience={"notice": {"number": number}})

    found = await foreseen(database, clock, told, {"telegram": ONE_A_SECOND, "wechat": ONE_A_SECOND / 10})

    account, finishes = Reach(0, 0, 0, 0, held=2), clock() + timedelta(seconds=20)
    assert found == Forecast(8, {"telegram": 3, "wechat": 2}, 1, 1, 1, account, finishes, SAMPLE)


@pytest.mark.parametrize(
    ("more", "whom"),
    [
        ({}, (8, {"telegram": 3, "wechat": 2}, 1, 0, 2)),
        ({"kind": "urgent"}, (8, {"telegram": 3, "wechat": 2}, 1, 0, 2)),
        ({"audience": {"channels": ["wechat"]}}, (2, {"wechat": 2}, 0, 0, 0)),
        ({"kind": "service", "audience": {"notice": {"number": 1}, "channels": ["wechat"]}}, (2, {"wechat": 2}, 0, 0, 0)),
        ({"audience": {"areas": ["上地"]}}, (0, {}, 0, 0, 0)),
    ],
)  # fmt: skip
async def test_forecast_calls_nobody_for_other_kinds_and_single_channels(database, clock, more, whom):
    await mixed_town(database, clock)

    found = await foreseen(database, clock, ring.plan(**more), {"telegram": 10**6, "wechat": 10**6})

    assert (found.members, found.now, found.next_visit, found.calls, found.nobody) == whom


async def test_forecast_begins_when_the_notice_goes(database, clock):
    await town(database, clock, 2)
    later = clock() + timedelta(hours=2)
    rates = {"telegram": ONE_A_SECOND}

    found = await foreseen(database, clock, ring.plan(send_at=later), rates)
    past = await foreseen(database, clock, ring.plan(send_at=clock() - timedelta(hours=2)), rates)
    nobody = await foreseen(database, clock, ring.plan(audience={"areas": ["上地"]}, send_at=later))
    unknown = await foreseen(database, clock, ring.plan())

    assert found.finishes == later + timedelta(seconds=2)
    assert past.finishes == clock() + timedelta(seconds=2)
    assert nobody.finishes == later
    assert unknown.finishes == clock() + timedelta(seconds=2 / BULK_SHARE)


@pytest.mark.parametrize(
    ("start", "seconds", "by_day", "urgent"),
    [
        (at(10, 10), 60, at(10, 10, 1), at(10, 10, 1)),
        (at(10, 21), 1800, at(10, 21, 30), at(10, 21, 30)),
        (at(10, 21), 3600, at(11, 9), at(10, 22)),
        (at(10, 23), 1800, at(11, 9), at(10, 23, 30)),
        (at(10, 3), 1800, at(10, 9), at(10, 3, 30)),
        (at(10, 8, 30), 2 * 13 * 3600 + 1800, at(12, 9), at(11, 11)),
    ],
)
def test_notice_rests_at_night_unless_it_is_urgent(start, seconds, by_day, urgent):
    found = [progress.finish(start, seconds, ONE_A_SECOND, urgent=asked) for asked in (False, True)]

    assert found == [by_day, urgent]


async def test_progress_counts_letters_by_state_and_reason(database, clock):
    await town(database, clock, 6, union_name="北冶")
    await town(database, clock, 2, channel="web")
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(update(Member).where(Member.id == 6).values(wants_news=False))
    letters = await ring.claim(database, clock)
    told = [("sent", ""), ("failed", "refused"), ("gone", "blocked"), ("gone", ""), ("unknown", "no answer")]
    for letter, (state, reason) in zip(letters, told, strict=True):
        clock.tick(40)
        async with database.transaction() as session:
            await outbox.settle(session, letter, state, owner="me", reason=reason, now=clock())

    found = await now(database, clock, number)

    assert found == Progress(
        {
            ("telegram", "sent", ""): 1, ("telegram", "failed", "refused"): 1, ("telegram", "gone", "blocked"): 1,
            ("telegram", "gone", ""): 1, ("telegram", "unknown", "no answer"): 1,
            ("telegram", "skipped", "opted_out"): 1, ("web", "held", ""): 2,
        },
        0,
    )  # fmt: skip
    assert (found.total, found.of("failed", "gone"), found.of(*progress.QUEUED)) == (8, 3, 0)
    assert found.reasons == {"refused": 1, "gone": 1, "blocked": 1, "opted_out": 1, "no answer": 1}
    async with database.transaction() as session:
        notice = await session.get_one(notices.Notice, number)
        assert await progress.unions(session, notice) == {"": (0, 2), "北冶": (1, 6)}


async def now(database, clock, number: int) -> Progress:
    async with database.transaction() as session:
        notice = await session.get_one(notices.Notice, number)
        return await progress.counts(session, notice, now=clock())


async def test_last_minute_is_what_was_sent_within_it(database, clock):
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan())
    await ring.deliver(database, clock)

    clock.tick(59)
    assert (await now(database, clock, number)).last_minute == 2
    clock.tick(1)
    assert (await now(database, clock, number)).last_minute == 0


async def test_reasons_of_one_kind_are_added_up(database, clock):
    rows = {
        ("telegram", "gone", "blocked"): 2,
        ("wechat", "failed", "blocked"): 3,
        ("wechat", "sent", "x"): 4,
    }

    assert Progress(rows, 0).reasons == {"blocked": 5}
