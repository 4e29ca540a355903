"""When members are left alone: at night and on statutory holidays, in Beijing's clock (DOMAIN.md, section 7)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.calendar import statutory

BEIJING = ZoneInfo("Asia/Shanghai")
QUIET_FROM, QUIET_TO = time(21, 30), time(8, 30)


def is_quiet(now: datetime) -> bool:
    """Say whether nothing but what is urgent, or the member's own, may leave."""
    here = now.astimezone(BEIJING)
    return not QUIET_TO <= here.time() < QUIET_FROM or statutory(here.date())


def awake(now: datetime) -> datetime:
    """Return *now*, or the next 8:30 on a day that is no statutory holiday when it is quiet."""
    if not is_quiet(now):
        return now
    here = now.astimezone(BEIJING)
    day = here.date() + timedelta(days=here.time() >= QUIET_TO)
    while statutory(day):
        day += timedelta(days=1)
    return datetime.combine(day, QUIET_TO, BEIJING).astimezone(UTC)


def within(now: datetime, first: int, last: int) -> datetime | None:
    """Return when the member's own quiet time ends, or None when it is not now.

    *first* and *last* are minutes after midnight; a time over midnight begins late and ends early; equal ones are none.
    """
    here = now.astimezone(BEIJING)
    minute = here.hour * 60 + here.minute
    inside = first <= minute < last if first < last else minute >= first or minute < last
    if first == last or not inside:
        return None
    day = here.date() + timedelta(days=minute >= last)
    return datetime.combine(day, time(last // 60, last % 60), BEIJING).astimezone(UTC)
