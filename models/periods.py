"""Weeks and quarters by Beijing's clock, and the number of the one in which a moment lies, for the database to group by."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from models.quiet import BEIJING

QUARTER_STARTS = (1, 4, 7, 10)
PERIOD = "period"


def day(moment: datetime) -> datetime:
    """Return when the day began in which *moment* lies."""
    return moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


def weeks(number: int, *, now: datetime) -> list[datetime]:
    """Return the Mondays on which the last *number* weeks began, and the one that ends this week."""
    today = day(now).date()
    monday = today - timedelta(days=today.weekday())
    return [_midnight(monday + timedelta(weeks=week)) for week in range(1 - number, 2)]


def quarters(year: int) -> list[datetime]:
    """Return when the quarters of *year* begin, and when the last one ends."""
    starts = [date(year, month, 1) for month in QUARTER_STARTS]
    return [_midnight(start) for start in (*starts, date(year + 1, 1, 1))]


def counted(
    moment: Any, bounds: list[datetime], *more: Any, number: ColumnElement[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Select how many rows there are in each period between *bounds* by their *moment*, and for each value of *more*.

    *number* is what to count instead of rows.
    """
    period = case(*((moment < end, at) for at, end in enumerate(bounds[1:]))).label(PERIOD)
    found = select(period, *more, func.count() if number is None else number).where(
        moment >= bounds[0], moment < bounds[-1]
    )
    return found.group_by(PERIOD, *more)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=BEIJING)
