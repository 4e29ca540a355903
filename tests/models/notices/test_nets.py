"""The nets under notices: none stands still unseen, none goes on after its time, none stays longer than it is needed."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from models import claims, nets, notices, outbox, progress
from models.base import SLICE
from models.members import Contact, Member
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.outbox import Letter
from tests.models.notices import ring
from tests.models.notices.test_expansion import town, waits, win, write


async def look(database, clock) -> list[tuple[str, int, object]]:
    async with database.transaction() as session:
        alarms = await nets.watch(session, now=clock())
        return [(alarm.what, alarm.notice.id, alarm.at) for alarm in alarms]


async def close(database, clock) -> list[int]:
    """Skip letters until none is left to skip; return how many each time."""
    done = [1]
    while done[-1]:
        async with database.transaction() as session:
            done.append(await nets.close(session, now=clock()))
    return done[1:]


async def ends(database, number: int) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        query = select(Letter.state, Letter.reason).where(Letter.notice_id == number)
        return sorted(tuple(row) for row in await session.execute(query))


async def closed(database, number: int) -> bool:
    async with database.transaction() as session:
        return (await session.get_one(Notice, number)).closed


async def test_notice_that_stands_still_is_told_of_after_five_minutes(database, clock):
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan())
    began = clock()

    assert await look(database, clock) == []
    clock.tick(299)
    assert await look(database, clock) == []
    clock.tick(1)
    assert await look(database, clock) == [("stalled", number, began)]
    clock.tick(60)
    assert await look(database, clock) == [("stalled", number, began)], (
        "the same alarm, by which it is told once"
    )


async def test_notice_that_moves_does_not_stand_still(database, clock):
    await town(database, clock, 3)
    await ring.sent_off(database, clock, ring.plan())
    await look(database, clock)
    for _ in range(2):
        clock.tick(200)
        (first, *_) = await ring.claim(database, clock)
        async with database.transaction() as session:
            await outbox.settle(session, first, "sent", owner="me", now=clock())
            await outbox.sweep(session, now=clock(), alone=True)
        assert await look(database, clock) == []


async def test_what_waits_for_later_does_not_stand_still_and_is_not_done(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan())
    await look(database, clock)
    async with database.transaction() as session:
        await session.execute(update(Letter).values(due=clock() + timedelta(hours=1)))
    clock.tick(600)

    assert await look(database, clock) == []
    assert await ring.state(database, number) == "running"


@pytest.mark.parametrize(("kind", "alarms"), [("news", 0), ("urgent", 1)])
async def test_only_what_is_urgent_stands_still_at_night(database, clock, kind, alarms):
    await town(database, clock, 1)
    await ring.sent_off(database, clock, ring.plan(kind=kind))
    clock.tick(13 * 3600)
    await look(database, clock)
    clock.tick(400)

    assert len(await look(database, clock)) == alarms


async def test_pause_begins_the_five_minutes_anew(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan())
    await look(database, clock)
    async with database.transaction() as session:
        await notices.pause(session, number, "li", reason="等等", now=clock())
    clock.tick(600)
    assert await look(database, clock) == []
    async with database.transaction() as session:
        await notices.resume(session, number, "li", now=clock())

    assert await look(database, clock) == []
    clock.tick(300)
    assert [what for what, _, _ in await look(database, clock)] == ["stalled"]


async def test_letter_under_way_keeps_a_notice_running(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan())
    (letter,) = await ring.claim(database, clock)

    assert await look(database, clock) == []
    assert await ring.state(database, number) == "running"
    async with database.transaction() as session:
        await outbox.settle(session, letter, "sent", owner="me", now=clock())
    assert await look(database, clock) == []
    assert await ring.state(database, number) == "done"


async def test_notice_is_done_while_letters_wait_for_the_page(database, clock):
    await town(database, clock, 1, channel="web")
    number = await ring.sent_off(database, clock, ring.plan())

    assert await ring.watch(database, clock) == []

    assert await ring.state(database, number) == "done"
    assert await ring.states(database, number) == {"held": 1}


async def test_what_is_late_is_skipped_wherever_it_waits(database, clock):
    await town(database, clock, 2)
    await town(database, clock, 1, channel="web")
    number = await ring.sent_off(database, clock, ring.plan(valid_hours=1))
    (letter, _) = await ring.claim(database, clock)
    async with database.transaction() as session:
        await outbox.settle(session, letter, "sent", owner="me", now=clock())
    clock.tick(3600)
    assert await close(database, clock) == [0]
    clock.tick(1)

    assert await close(database, clock) == [1, 0]
    assert not await closed(database, number), "a letter is under way still"
    async with database.transaction() as session:
        await outbox.sweep(session, now=clock())
    assert await close(database, clock) == [1, 1, 0]

    assert await closed(database, number)
    assert await ends(database, number) == [("sent", ""), ("skipped", "late"), ("skipped", "late")]
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "done"


async def test_late_letter_that_another_process_takes_just_now_is_not_skipped(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan(valid_hours=1))
    clock.tick(3601)

    async with database.transaction() as session:
        assert (await claims.claim(session, "telegram", owner="me", rate=ring.RATE, now=clock())).letters
        meanwhile = asyncio.create_task(close(database, clock))
        await asyncio.sleep(0.2)

    assert await meanwhile == [0]
    assert await ring.states(database, number) == {"leased": 1}


async def test_paused_and_forgotten_ends_with_its_time(database, clock):
    await town(database, clock, 1)
    number = await ring.sent_off(database, clock, ring.plan(valid_hours=1))
    async with database.transaction() as session:
        await notices.pause(session, number, "li", reason="等等", now=clock())
    clock.tick(3600)
    await ring.watch(database, clock)
    assert await ring.state(database, number) == "paused"
    clock.tick(1)
    await ring.watch(database, clock)

    await ring.watch(database, clock)

    assert await ring.state(database, number) == "done"
    assert await ends(database, number) == [("skipped", "late")]


async def test_cancelled_letters_are_skipped_in_slices(database, clock, monkeypatch):
    monkeypatch.setitem(SLICE, "sqlite", 2)
    await town(database, clock, 5)
    number = await ring.sent_off(database, clock, ring.plan())
    await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await notices.cancel(session, number, "li", reason="作废", now=clock())

    assert await close(database, clock) == [2, 2, 1, 1, 0]

    assert await ends(database, number) == [("skipped", "cancelled")] * 5
    assert await ring.states(database, number + 1) == {"waiting": 5}
    assert await close(database, clock) == [0]


async def test_letters_written_after_its_time_are_skipped_too(database, clock, monkeypatch):
    monkeypatch.setitem(SLICE, "sqlite", 2)
    monkeypatch.setitem(SLICE, "postgresql", 2)
    await town(database, clock, 4, channel="web")
    number = await waits(database, clock, ring.plan(valid_hours=1))
    clock.tick(3590)
    await win(database, clock, "me")
    await write(database, clock, number, "me")
    clock.tick(20)
    await close(database, clock)
    await write(database, clock, number, "me")

    await close(database, clock)

    assert await ends(database, number) == [("skipped", "late")] * 4


async def test_results_stay_when_letters_go(database, clock, monkeypatch):
    monkeypatch.setitem(SLICE, "sqlite", 2)
    await town(database, clock, 3, union_name="北冶")
    await town(database, clock, 2)
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        session.add(NoticeLine(notice_id=number, member_id=1, fields={"座位": "3"}))
        await session.execute(update(Member).where(Member.id == 2).values(wants_news=False))
        await session.execute(update(Contact).where(Contact.member_id == 5).values(dead_at=clock()))
    await ring.deliver(database, clock)
    await ring.watch(database, clock)
    before = await results(database, clock, number)
    other = await ring.sent_off(database, clock, ring.plan())

    clock.tick(90 * 24 * 3600)
    assert await shorten(database, clock) == [0]
    clock.tick(1)
    assert await shorten(database, clock) == [2, 2, 1, 0]

    assert await results(database, clock, number) == before
    assert before == (
        {("telegram", "sent", ""): 3, ("telegram", "skipped", "blocked"): 1, ("telegram", "skipped", "opted_out"): 1},
        {"": (1, 2), "北冶": (2, 3)},
    )  # fmt: skip
    assert await ring.states(database, number) == {}
    assert await ring.states(database, other) == {"waiting": 3}
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(NoticeLine)) == 0


async def shorten(database, clock) -> list[int]:
    done = [1]
    while done[-1]:
        async with database.transaction() as session:
            done.append(await nets.shorten(session, now=clock()))
    return done[1:]


async def results(database, clock, number: int) -> tuple[object, object]:
    async with database.transaction() as session:
        notice = await session.get_one(Notice, number)
        found = await progress.counts(session, notice, now=clock())
        return found.rows, await progress.unions(session, notice)
