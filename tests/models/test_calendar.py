"""Working days, also where no calendar is published yet."""

from datetime import date

import pytest

from models.calendar import Day, next_workday, workday


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
