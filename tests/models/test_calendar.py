"""Working days, also where no calendar is published yet."""

from datetime import date, timedelta

import pytest

from models.calendar import Day, next_workday, statutory, workday


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), Day(works=True)),
        (date(2026, 11, 22), Day(works=False)),
        (date(2026, 10, 1), Day(works=False)),
        (date(2026, 10, 10), Day(works=True)),
        (date(2027, 1, 1), Day(works=True, complete=False)),
        (date(2027, 1, 2), Day(works=False, complete=False)),
        (date(1999, 1, 1), Day(works=True, complete=False)),
    ],
)
def test_workday_follows_the_published_calendar_and_else_the_weekday(day, expected):
    assert workday(day) == expected


def test_workday_lets_staff_decide_first():
    assert workday(date(2027, 1, 1), holidays=[date(2027, 1, 1)]) == Day(works=False)
    assert workday(date(2027, 1, 2), workdays=[date(2027, 1, 2)]) == Day(works=True)


def test_next_workday_crosses_the_turn_of_the_year():
    assert next_workday(date(2026, 12, 31), holidays=[date(2027, 1, 1)]) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2023, "01-01 01-22 01-23 01-24 04-05 05-01 06-22 09-29 10-01 10-02 10-03"),
        (2024, "01-01 02-10 02-11 02-12 04-04 05-01 06-10 09-17 10-01 10-02 10-03"),
        (2025, "01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31 10-01 10-02 10-03 10-06"),
        (2026, "01-01 02-16 02-17 02-18 02-19 04-05 05-01 05-02 06-19 09-25 10-01 10-02 10-03"),
        (2027, "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03"),
    ],
)
def test_statutory_days_are_those_of_the_holidays_measures(year, days):
    first = date(year, 1, 1)
    found = [day for n in range(366) if statutory(day := first + timedelta(days=n)) and day.year == year]

    assert " ".join(f"{day:%m-%d}" for day in found) == days


@pytest.mark.parametrize("day", [date(2020, 1, 31), date(2026, 5, 4), date(2026, 10, 6), date(2026, 10, 10)])
def test_other_free_days_and_made_up_ones_are_not_statutory(day):
    assert not statutory(day)
