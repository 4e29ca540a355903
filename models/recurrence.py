"""When a series comes again."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from config.recurrence import Recurrence
from models.calendar import next_workday, workday
from models.quiet import BEIJING

YEARS = 5
"""How far ahead a next time is looked for."""
Days = Collection[date]


def following(
    rule: Recurrence, after: datetime, *, holidays: Days = (), workdays: Days = ()
) -> datetime | None:
    """Return the first moment later than *after* at which *rule* comes again, or None when there is none in five years.

    *holidays* and *workdays* are what staff have set against the calendar.
    """
    if rule.cron:
        trigger = CronTrigger.from_crontab(rule.cron, timezone=BEIJING)
        found = trigger.get_next_fire_time(None, after.astimezone(BEIJING) + timedelta(seconds=1))
        return found.astimezone(UTC) if found else None
    here = after.astimezone(BEIJING)
    for year, month in _months(here.date()):
        if rule.months and month not in rule.months:
            continue
        days = (_moved(rule, day, holidays, workdays) for day in _days(rule, year, month))
        moments = sorted(datetime.combine(day, rule.at, BEIJING) for day in days)
        later = next((moment for moment in moments if moment > here), None)
        if later is not None:
            return later.astimezone(UTC)
    return None


def _months(first: date) -> Iterator[tuple[int, int]]:
    """Yield the months from the one before *first*, whose last days may be moved into it."""
    before = first.year * 12 + first.month - 2
    for number in range(before, before + YEARS * 12):
        yield number // 12, number % 12 + 1


def _days(rule: Recurrence, year: int, month: int) -> Iterator[date]:
    length = monthrange(year, month)[1]
    for number in rule.days:
        day = number if number > 0 else length + 1 + number
        if 1 <= day <= length:
            yield date(year, month, day)


def _moved(rule: Recurrence, day: date, holidays: Days, workdays: Days) -> date:
    if not rule.shift or workday(day, holidays=holidays, workdays=workdays).works:
        return day
    if rule.shift == "after":
        return next_workday(day, holidays=holidays, workdays=workdays)
    while not workday(day, holidays=holidays, workdays=workdays).works:
        day -= timedelta(days=1)
    return day
