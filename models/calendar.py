"""Working days of Beijing: staff overrides first, then the published calendar, then the weekday."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """Whether a day is worked; *complete* is False where no calendar is published yet."""

    works: bool
    complete: bool = True


def workday(day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> Day:
    """Say whether *day* is worked, by overrides, the State Council's calendar, or else Monday to Friday."""
    if day in holidays:
        return Day(works=False)
    if day in workdays:
        return Day(works=True)
    try:
        return Day(works=chinese_calendar.is_workday(day))
    except NotImplementedError:
        return Day(works=day.weekday() < SATURDAY, complete=False)


def next_workday(day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> date:
    """Return the first worked day after *day*."""
    day += timedelta(days=1)
    while not workday(day, holidays=holidays, workdays=workdays).works:
        day += timedelta(days=1)
    return day
