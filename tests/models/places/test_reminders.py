"""Reminders: at a decent hour, once, to those who have a place, and late rather than never."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models import outbox, postponement, reminders, signups
from models.messages import Address, Outgoing

BEIJING = ZoneInfo("Asia/Shanghai")


def at(said: str) -> datetime:
    return datetime.strptime(f"{said} +0800", "%Y-%m-%d %H:%M %z")


@pytest.mark.parametrize(
    ("starts", "before", "reminded"),
    [
        ("2027-05-01 09:00", "day", "2027-04-30 09:00"),
        ("2027-05-01 09:00", "hours", "2027-04-30 20:00"),
        ("2027-05-01 09:00", "days", "2027-04-28 09:00"),
        ("2027-01-01 07:30", "day", "2026-12-30 20:00"),
        ("2026-12-31 23:30", "hours", "2026-12-31 20:00"),
        ("2026-12-31 23:29", "hours", "2026-12-31 21:29"),
        ("2026-12-31 10:30", "hours", "2026-12-31 08:30"),
    ],
)
def test_moment_is_never_in_quiet_hours_and_never_later(starts, before, reminded):
    found = reminders.moment(at(starts), reminders.BEFORE[before])

    assert found == at(reminded)
    assert found <= at(starts) - reminders.BEFORE[before]


async def look(desk) -> list[str]:
    """Return who is reminded now, and note that it was done."""
    async with desk.database.transaction() as session:
        found = await reminders.due(session, now=desk.clock())
        for one in found:
            await outbox.put(session, Address("phone", "x"), Outgoing("x"), due=desk.clock(), key=one.key)
        return sorted(desk._name(one.place) for one in found)


async def test_who_has_a_place_is_reminded_a_day_and_two_hours_before_once(desk):
    starts = desk.clock() + timedelta(days=10)
    await desk.open(cap=1, starts=starts)
    await desk.all_sign_up("王")

    assert await look(desk) == []
    desk.clock.now = starts - timedelta(days=1)
    assert await look(desk) == ["王"]
    assert await look(desk) == []
    desk.clock.now = starts - timedelta(minutes=1)
    assert await look(desk) == ["王"]
    assert await look(desk) == []
    desk.clock.now = starts
    assert await look(desk) == []


async def test_three_days_before_only_when_others_wait(desk):
    starts = desk.clock() + timedelta(days=10)
    await desk.open(cap=1, starts=starts)
    await desk.all_sign_up("王")
    desk.clock.now = starts - timedelta(days=3)
    assert await look(desk) == []

    await desk.all_sign_up("李")

    desk.clock.now += timedelta(minutes=1)
    assert await look(desk) == ["王"]


async def test_late_sign_up_is_not_reminded_at_once(desk):
    starts = desk.clock() + timedelta(hours=5)
    await desk.open(cap=2, starts=starts)
    await desk.all_sign_up("王")

    assert await look(desk) == []


async def test_reminder_found_after_a_pause_is_the_latest_kind_only(desk):
    starts = desk.clock() + timedelta(days=10)
    await desk.open(cap=300, starts=starts)
    names = [f"m{number}" for number in range(200)]
    await desk.all_sign_up(*names)

    desk.clock.now = starts - timedelta(minutes=30)

    assert await look(desk) == sorted(names)
    assert await look(desk) == []


async def test_who_gave_the_place_back_is_not_reminded_and_a_moved_event_reminds_anew(desk):
    starts = desk.clock() + timedelta(days=10)
    await desk.open(cap=2, starts=starts)
    await desk.all_sign_up("王", "李")
    await desk.on(signups.cancel, "李")
    desk.clock.now = starts - timedelta(hours=20)
    assert await look(desk) == ["王"]

    await desk.at(postponement.move, starts + timedelta(days=7), None, by="staff")
    assert await look(desk) == []
    desk.clock.now += timedelta(days=7)

    assert await look(desk) == ["王"]
