"""Days and months as the law counts them."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

YEAR = 12
ONE = timedelta(days=1)


def months_add(day: date, months: int) -> date:
    """Return the same day *months* on, else the last day of that month."""
    year, month = divmod(day.year * YEAR + day.month - 1 + months, YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: date, after: date) -> tuple[int, int]:
    """Return the whole months from *start* up to but not with *after*, and the days that remain."""
    months = (after.year - start.year) * YEAR + after.month - start.month
    if months_add(start, months) > after:
        months -= 1
    return months, (after - months_add(start, months)).days


def days(start: date, end: date) -> Iterator[date]:
    """Return every day from *start* to *end*, both included."""
    return (start + timedelta(days=number) for number in range((end - start).days + 1))


def months(start: date, end: date) -> Iterator[tuple[date, date, bool]]:
    """Return the calendar months from *start* to *end*: first and last day in them, and whether the month is whole."""
    while start <= end:
        last = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        yield start, min(last, end), start.day == 1 and last <= end
        start = last + ONE
