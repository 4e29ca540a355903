"""A notice becomes one letter a member, once, whoever writes them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import expansion, notices
from models.base import SLICE
from models.notices import Notice
from models.outbox import Letter
from tests.models.notices import ring

MORNING = {"cron": "0 10 * * *"}


async def waits(database, clock, told=None) -> int:
    """Draft, approve and schedule a notice; return its number."""
    async with database.transaction() as session:
        notice = await ring.drafted(session, told or ring.plan(), now=clock())
        await notices.schedule(session, notice.id, "li", now=clock())
    return notice.id


async def town(database, clock, number: int, **more) -> None:
    async with database.transaction() as session:
        await ring.settle_in(session, number, now=clock(), **more)


async def win(database, clock, owner: str) -> int | None:
    async with database.transaction() as session:
        return await expansion.win(session, owner=owner, now=clock())


async def write(database, clock, number: int, owner: str) -> bool:
    async with database.transaction() as session:
        return await expansion.write(session, number, owner=owner, now=clock())


async def addresses(database, number: int) -> list[str]:
    async with database.transaction() as session:
        query = select(Letter.address).where(Letter.notice_id == number).order_by(Letter.id)
        return list(await session.scalars(query))


@pytest.fixture
def two_at_a_time(monkeypatch) -> None:
    for kind in ("sqlite", "postgresql"):
        monkeypatch.setitem(SLICE, kind, 2)


async def test_every_member_gets_it_once_filled_in(database, clock):
    await town(database, clock, 3)
    number = await ring.sent_off(database, clock, ring.plan())

    letters = await ring.deliver(database, clock)

    assert [(letter.address, letter.message.text) for letter in letters] == [
        ("m1", "会员1，明天停水。"), ("m2", "会员2，明天停水。"), ("m3", "会员3，明天停水。"),
    ]  # fmt: skip
    assert await ring.states(database, number) == {"sent": 3}
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "done"


async def test_notice_to_nobody_is_done_at_once(database, clock):
    number = await ring.sent_off(database, clock, ring.plan())

    assert await ring.state(database, number) == "running"
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "done"


@pytest.mark.usefixtures("two_at_a_time")
async def test_letters_are_written_in_slices_and_leave_after_the_last(database, clock):
    await town(database, clock, 5)
    number = await waits(database, clock)
    assert await win(database, clock, "me") == number

    written = []
    for _ in range(3):
        assert await ring.claim(database, clock) == []
        written.append((await write(database, clock, number, "me"), len(await addresses(database, number))))

    assert written == [(True, 2), (True, 4), (False, 5)]
    assert len(await ring.deliver(database, clock)) == 5


async def test_nothing_goes_before_its_time(database, clock):
    await town(database, clock, 1)
    async with database.transaction() as session:
        notice = await ring.drafted(session, ring.plan(), now=clock())
        at = clock() + timedelta(hours=1)
        await notices.schedule(session, notice.id, "li", send_at=at, now=clock())

    clock.tick(3599)
    assert await win(database, clock, "me") is None
    clock.tick(1)
    assert await win(database, clock, "me") == notice.id


@pytest.mark.usefixtures("two_at_a_time")
async def test_another_process_takes_over_and_nobody_is_told_twice(database, clock):
    await town(database, clock, 5)
    number = await waits(database, clock)
    await win(database, clock, "dead")
    await write(database, clock, number, "dead")

    assert await win(database, clock, "heir") is None
    clock.tick(61)
    assert await win(database, clock, "heir") == number
    assert await write(database, clock, number, "dead") is False
    assert len(await addresses(database, number)) == 2
    while await write(database, clock, number, "heir"):
        pass

    assert await addresses(database, number) == ["m1", "m2", "m3", "m4", "m5"]
    async with database.transaction() as session:
        notice = await session.get_one(Notice, number)
        became = [step.became for step in await notices.steps(session, notice)]
    assert became == ["approved", "scheduled", "expanding", "running"]


@pytest.mark.usefixtures("two_at_a_time")
async def test_slice_that_is_written_again_tells_nobody_twice(database, clock):
    await town(database, clock, 3)
    number = await waits(database, clock)
    await win(database, clock, "me")
    await write(database, clock, number, "me")
    async with database.transaction() as session:
        await session.execute(update(Notice).values(cursor=0))

    while await write(database, clock, number, "me"):
        pass

    assert await addresses(database, number) == ["m1", "m2", "m3"]


@pytest.mark.usefixtures("two_at_a_time")
async def test_cancelled_in_the_middle_writes_no_more_and_sends_none(database, clock):
    await town(database, clock, 5)
    number = await waits(database, clock)
    await win(database, clock, "me")
    await write(database, clock, number, "me")
    async with database.transaction() as session:
        await notices.cancel(session, number, "li", reason="作废", now=clock())

    assert await write(database, clock, number, "me") is False
    clock.tick(61)
    assert await win(database, clock, "heir") is None
    assert await ring.deliver(database, clock) == []
    assert await ring.watch(database, clock) == []
    assert await ring.states(database, number) == {"skipped": 2}


async def test_only_one_of_two_wins(database, clock):
    await town(database, clock, 1)
    number = await waits(database, clock)

    won = await asyncio.gather(*(win(database, clock, owner) for owner in "abcd"))

    assert sorted(won, key=bool) == [None, None, None, number]


async def test_who_looks_while_another_wins_does_not_wait(database, clock):
    """On PostgreSQL two transactions are open at once; SQLite has one after the other."""
    if database.kind == "sqlite":
        return
    await town(database, clock, 1)
    first, second = await waits(database, clock), await waits(database, clock)

    async with database.transaction() as one, database.transaction() as two:
        won = [await expansion.win(session, owner="x", now=clock()) for session in (one, two)]

    assert won == [first, second]


async def test_nobody_sent_it_in_time(database, clock):
    await town(database, clock, 1)
    number = await waits(database, clock, ring.plan(valid_hours=1))
    clock.tick(3601)

    assert await win(database, clock, "me") is None
    assert await ring.watch(database, clock) == [("missed", number)]
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "missed"
    assert await addresses(database, number) == []


async def test_late_but_in_time_is_sent(database, clock):
    await town(database, clock, 1)
    number = await waits(database, clock, ring.plan(valid_hours=1))
    clock.tick(3600)

    assert await ring.watch(database, clock) == []
    assert await ring.expand(database, clock) == [number]


async def test_series_makes_one_notice_a_time(database, clock):
    await town(database, clock, 2)
    series = await waits(database, clock, ring.plan(recurrence=MORNING, valid_hours=5))
    told = []
    for _ in range(3):
        clock.tick(24 * 3600)
        told.append(await ring.expand(database, clock))
        assert await ring.expand(database, clock) == []
        assert len(await ring.deliver(database, clock)) == 2

    assert told == [[series + 1], [series + 2], [series + 3]]
    async with database.transaction() as session:
        own = list(
            await session.scalars(select(Notice).where(Notice.series_id == series).order_by(Notice.id))
        )
        waiting = await session.get_one(Notice, series)
    first = own[0].send_at
    assert [notice.send_at - first for notice in own] == [timedelta(days=n) for n in range(3)]
    assert [notice.send_until - notice.send_at for notice in own] == [timedelta(hours=5)] * 3
    assert [(notice.rule, notice.created_by, notice.approved_by) for notice in own] == [
        (None, "wang", "li")
    ] * 3
    assert waiting.send_at - first == timedelta(days=3)
    assert waiting.state == "scheduled"


async def test_two_at_once_make_one_notice_of_a_series(database, clock):
    series = await waits(database, clock, ring.plan(recurrence=MORNING))
    clock.tick(24 * 3600)

    won = await asyncio.gather(*(win(database, clock, owner) for owner in "abcd"))

    assert sorted(won, key=bool) == [None, None, None, series + 1]


async def test_series_that_slept_over_several_times_goes_once(database, clock):
    await town(database, clock, 1)
    series = await waits(database, clock, ring.plan(recurrence=MORNING, valid_hours=24 * 5))
    clock.tick(4 * 24 * 3600)

    assert await ring.expand(database, clock) == [series + 1]
    clock.tick(-3600)

    assert await ring.expand(database, clock) == []


async def test_series_that_was_missed_waits_for_its_next_time(database, clock):
    await town(database, clock, 1)
    series = await waits(database, clock, ring.plan(recurrence=MORNING, valid_hours=1))
    clock.tick(26 * 3600)

    assert await ring.watch(database, clock) == [("missed", series)]
    assert await ring.watch(database, clock) == []
    clock.tick(22 * 3600)
    assert await ring.expand(database, clock) == [series + 1]


async def test_series_without_a_further_time_is_done(database, clock):
    await town(database, clock, 1)
    series = await waits(database, clock, ring.plan(recurrence=MORNING))
    async with database.transaction() as session:
        notice = await notices.locked(session, series)
        notice.recurrence = {"cron": "0 10 30 2 *"}
        expansion.advance(session, notice, now=clock())

    assert await ring.state(database, series) == "done"
    assert (notice.send_at, notice.send_until, notice.done_at) == (None, None, clock())
    clock.tick(24 * 3600)
    assert await ring.expand(database, clock) == []
