"""Days of the law: the working day to which something rolls, and days off that are near."""

from collections.abc import Collection
from datetime import date, timedelta

from models.calendar import next_workday, statutory, workday


def roll(day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> date:
    """Return the first working day on or after *day*."""
    return next_workday(day - timedelta(days=1), holidays=holidays, workdays=workdays)


def works(day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> bool:
    """Say whether colleagues are there: statutory days are off, also in years whose calendar is not published yet."""
    return workday(day, holidays=holidays, workdays=workdays).works and not statutory(day)


def before_next(day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> date:
    """Return the last day before colleagues are there again after *day*: what falls until then is done on *day*."""
    while not works(day + timedelta(days=1), holidays=holidays, workdays=workdays):
        day += timedelta(days=1)
    return day
