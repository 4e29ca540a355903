"""Working days of Beijing: staff overrides first, then the published calendar, then the weekday."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import chinese_calendar
import holidays as named

SATURDAY = 5
NOT_STATUTORY = ("补假", "休息日", "延长假期")
"""What the names of days hold that are free but not statutory."""


@dataclass(frozen=True, slots=True)
class Day:
    """Whether a day is worked; *complete* is False where no calendar is published yet."""

    works: bool
    complete: bool = True


class Days(NamedTuple):
    """What staff say of single days, which goes before every calendar."""

    holidays: Collection[date] = ()
    workdays: Collection[date] = ()


AS_PUBLISHED = Days()


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


@cache
def _of_year(year: int) -> dict[date, str]:
    return dict(named.country_holidays("CN", years=year, language="zh_CN"))


def statutory(day: date) -> bool:
    """Say whether *day* is a statutory holiday (Holidays Measures 2): substitutes and other free days are none."""
    return bool(holiday(day))


def holiday(day: date) -> str:
    """Return the name of a statutory holiday; nothing on other days."""
    name = _of_year(day.year).get(day, "")
    return "" if any(mark in name for mark in NOT_STATUTORY) else name
