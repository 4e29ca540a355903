"""Annual leave, worked by hand: 8,700 a month are 400 a day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from tests.models.law.reference import ask, numbers, warned

OUT = ("entitled", "due", "unused", "total_300", "extra_200")
YEAR = {"year": 2025, "total_years": "5", "continuous_12m": True, "taken": "0", "avg12_no_overtime": "8700"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (5, 5, 5, "6000.00", "4000.00")),
        ({"total_years": "0.99"}, (0, 0, 0, "0.00", "0.00")),
        ({"total_years": "1"}, (5, 5, 5, "6000.00", "4000.00")),
        ({"total_years": "9.99"}, (5, 5, 5, "6000.00", "4000.00")),
        ({"total_years": "10"}, (10, 10, 10, "12000.00", "8000.00")),
        ({"total_years": "19.9"}, (10, 10, 10, "12000.00", "8000.00")),
        ({"total_years": "20"}, (15, 15, 15, "18000.00", "12000.00")),
        ({"continuous_12m": False}, (0, 0, 0, "0.00", "0.00")),
        ({"sick_months": "1.9"}, (5, 5, 5, "6000.00", "4000.00")),
        ({"sick_months": "2"}, (0, 0, 0, "0.00", "0.00")),
        ({"total_years": "12", "sick_months": "2.9"}, (10, 10, 10, "12000.00", "8000.00")),
        ({"total_years": "12", "sick_months": "3"}, (0, 0, 0, "0.00", "0.00")),
        ({"total_years": "25", "sick_months": "3"}, (15, 15, 15, "18000.00", "12000.00")),
        ({"total_years": "25", "sick_months": "4"}, (0, 0, 0, "0.00", "0.00")),
        ({"taken": "3"}, (5, 5, 2, "2400.00", "1600.00")),
        ({"taken": "2.5"}, (5, 5, "2.5", "3000.00", "2000.00")),
        ({"taken": "7"}, (5, 5, 0, "0.00", "0.00")),
        ({"declined_in_writing": True}, (5, 5, 5, "2000.00", "0.00")),
        ({"joined": "2020-05-01"}, (5, 5, 5, "6000.00", "4000.00")),  # not in the year: all of it
        ({"joined": "2025-01-01"}, (5, 5, 5, "6000.00", "4000.00")),
        ({"joined": "2025-01-02"}, (5, 4, 4, "4800.00", "3200.00")),  # 364 x 5 / 365 = 4.98
        ({"left": "2025-12-31"}, (5, 5, 5, "6000.00", "4000.00")),
        ({"left": "2025-03-14"}, (5, 1, 1, "1200.00", "800.00")),  # 73 x 5 / 365 = 1 exactly
        ({"left": "2025-03-13"}, (5, 0, 0, "0.00", "0.00")),
        ({"year": 2024, "joined": "2024-01-02"}, (5, 5, 5, "6000.00", "4000.00")),  # 365 days of a leap year
        ({"left": "2026-03-01"}, (5, 5, 5, "6000.00", "4000.00")),
    ],
)
def test_days_and_pay(changed, expected):
    assert numbers("annual_leave", *OUT, **YEAR | changed) == expected


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"joined": "2026-01-01"}, "joined"),
        ({"joined": "2025-06-01", "left": "2025-05-31"}, "joined"),
        ({"left": "2024-12-31"}, "left"),
    ],
)
def test_days_outside_of_the_year_are_refused(changed, field):
    with pytest.raises(WrongInput) as raised:
        ask("annual_leave", **YEAR | changed)

    assert (raised.value.reason, raised.value.field) == ("order", field)


def test_band_crossed_in_the_year_needs_a_person():
    assert [ask("annual_leave", **YEAR | {"total_years": years}).needs_human for years in ("10", "10.9", "11", "9")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_more_days_taken_are_not_asked_back():
    assert warned(ask("annual_leave", **YEAR | {"taken": "6"})) == ["leave.more_taken", "leave.rules"]
    assert warned(ask("annual_leave", **YEAR | {"taken": "5"})) == ["leave.rules"]


@settings(deadline=None)  # the first call reads the content
@given(st.integers(0, 80), st.integers(0, 366))
def test_more_years_are_never_fewer_days(years, taken):
    first, more = (
        float(numbers("annual_leave", "unused", **YEAR | {"total_years": str(n), "taken": str(taken)})[0])
        for n in (min(years, 79), min(years, 79) + 1)
    )

    assert 0 <= first <= more
