"""Until when an offer holds."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.deadlines import offered_until
from models.events import Event

BEIJING = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("now", "starts", "minutes", "until"),
    [
        ("11-10 10:00", "12-20 09:00", 1440, "11-11 10:00"),  # a working day: a day later
        ("11-10 21:00", "12-20 09:00", 1440, "11-11 20:00"),  # ends by 20:00
        ("11-10 08:30", "12-20 09:00", 1440, "11-11 09:00"),  # and not before 9:00
        ("11-10 20:00", "12-20 09:00", 1440, "11-11 20:00"),
        ("11-10 10:00", "12-20 09:00", 60, "11-10 11:00"),
        ("11-10 21:00", "12-20 09:00", 60, "11-10 22:00"),  # a length that staff chose is kept
        ("11-10 21:29", "12-20 09:00", 60, "11-10 22:29"),
        ("11-10 21:30", "12-20 09:00", 60, "11-11 09:30"),  # quiet: the clock starts at 8:30
        ("11-10 08:29", "12-20 09:00", 60, "11-10 09:30"),
        ("11-10 02:00", "12-20 09:00", 60, "11-10 09:30"),
        ("11-14 10:00", "12-20 09:00", 60, "11-16 09:30"),  # Saturday: Monday
        ("11-13 22:00", "12-20 09:00", 1440, "11-17 09:00"),  # Friday night: Monday, and then a day
        ("10-10 10:00", "12-20 09:00", 60, "10-10 11:00"),  # a Saturday that is worked
        ("12-31 22:00", "", 60, None),  # across the turn of the year, where no calendar is published
        ("11-10 22:00", "11-12 22:00", 1440, "11-11 10:00"),  # 48 hours away: at once, a quarter
        ("11-10 22:00", "11-12 22:01", 60, "11-11 09:30"),  # further: in the morning
        ("11-13 22:00", "11-16 08:45", 1440, "11-14 12:41:15"),  # no working morning before it: at once
        ("11-10 10:00", "11-10 18:00", 1440, "11-10 12:00"),
        ("11-10 10:00", "11-10 11:00", 1440, "11-10 10:20"),  # never under twenty minutes
        ("11-10 10:00", "11-10 11:00", 10, "11-10 10:20"),
        ("11-10 10:00", "11-13 10:00", 1440, "11-11 04:00"),  # shortened: not moved by day
        ("11-10 10:00", "", 1440, "11-11 10:00"),
    ],
)
def test_offer_holds_until(now, starts, minutes, until):
    event = Event(starts=at(starts) if starts else None, offer_minutes=minutes)

    found = offered_until(event, now=at(now))

    assert found == (at(until) if until else datetime(2027, 1, 1, 9, 30, tzinfo=BEIJING))
    assert found - at(now) >= timedelta(minutes=20)
