"""Days of the law."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import workday
from models.case_dates import before_next, roll, works
from models.law.dates import months_add

DAYS = st.dates(date(2004, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 10), 12, date(2027, 11, 10)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last_one(day, months, expected):
    assert months_add(day, months) == expected


@given(DAYS, st.integers(0, 120))
def test_months_added_land_in_the_right_month(day, months):
    later = months_add(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 10), date(2026, 10, 10)),
        (date(2027, 1, 2), date(2027, 1, 4)),
    ],
)
def test_day_rolls_to_the_working_day_on_or_after_it(day, after):
    assert roll(day) == after


def test_day_rolls_by_what_staff_say():
    free = [date(2027, 1, 1), date(2027, 1, 4)]

    assert roll(date(2027, 1, 1), holidays=free, workdays=[date(2027, 1, 3)]) == date(2027, 1, 3)
    assert before_next(date(2026, 12, 31), holidays=free) == date(2027, 1, 4)
    assert before_next(date(2026, 12, 31), holidays=free, workdays=[date(2027, 1, 3)]) == date(2027, 1, 2)


@given(DAYS)
def test_no_working_day_lies_between(day):
    last, off = roll(day), before_next(day)

    assert workday(last).works
    assert not [each for each in range((last - day).days) if workday(day + timedelta(days=each)).works]
    assert works(off + timedelta(days=1))
    assert not [each for each in range((off - day).days) if works(off - timedelta(days=each))]


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2026, 11, 10), True), (date(2026, 11, 14), False), (date(2026, 10, 10), True),
        (date(2027, 1, 1), False), (date(2027, 1, 4), True), (date(2027, 2, 8), False), (date(2027, 2, 9), True),
    ],
)  # fmt: skip
def test_statutory_days_are_off_before_the_calendar_is_published(day, there):
    assert works(day) == there
