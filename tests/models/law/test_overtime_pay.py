"""Overtime pay, worked by hand: 8,700 a month are 50 an hour."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from models.law.registry import calculate
from models.law.tables import Law
from tests.models.law.reference import ask, assumed, law, numbers, warned

BASE = {"base_monthly": "8700", "min_wage": "2540"}
SATURDAY, MADE_UP, NATIONAL_DAY, TUESDAY = "2026-03-14", "2026-02-28", "2026-10-01", "2026-03-10"


def day(at: str, hours: str, *, comp: bool = False) -> dict[str, object]:
    return {"date": at, "hours_worked": hours, "comp_leave": comp}


@pytest.mark.parametrize(
    ("system", "entry", "total"),
    [
        ("standard", day(TUESDAY, "8"), "0.00"),
        ("standard", day(TUESDAY, "10.5"), "187.50"),  # 2.5 x 50 x 1.5
        ("standard", day(TUESDAY, "10.5", comp=True), "187.50"),  # time off does not replace it on a workday
        ("standard", day(MADE_UP, "9"), "75.00"),  # a Saturday that is worked: only above eight hours
        ("standard", day(SATURDAY, "9"), "900.00"),
        ("standard", day(SATURDAY, "9", comp=True), "0.00"),
        ("standard", day(NATIONAL_DAY, "4"), "600.00"),
        ("standard", day(NATIONAL_DAY, "4", comp=True), "600.00"),
        ("standard", day("2026-10-05", "4"), "400.00"),  # in the holiday, not statutory
        ("standard", day("2024-05-02", "4"), "400.00"),  # statutory only since 2025
        ("standard", day("2025-01-28", "4"), "600.00"),  # New Year's eve since 2025
        ("standard", day("2024-02-09", "4"), "0.00"),  # before 2025 it was a day like others
        ("standard", day("2010-02-13", "4"), "600.00"),  # 2008-2013: the eve, which was a Saturday
        ("comprehensive_approved", day(SATURDAY, "9"), "0.00"),
        ("comprehensive_approved", day(TUESDAY, "12"), "0.00"),
        ("comprehensive_approved", day(NATIONAL_DAY, "4", comp=True), "600.00"),
        ("flexible_approved", day(NATIONAL_DAY, "4"), "0.00"),
    ],
)
def test_day_and_hours_decide(system, entry, total):
    assert numbers("overtime_pay", "total", **BASE, hours_system=system, entries=[entry]) == (total,)


def test_hours_over_the_period_are_paid_half_more_under_comprehensive_hours_only():
    own = {**BASE, "entries": [], "period_excess_hours": "10"}

    assert numbers("overtime_pay", "total", **own, hours_system="comprehensive_approved") == ("750.00",)
    standard = ask("overtime_pay", **own, hours_system="standard")
    assert (standard.numbers, warned(standard)[0]) == ({"total": "0.00"}, "overtime.no_period")


def test_minimum_wage_is_that_of_each_day():
    entries = [day("2025-08-30", "8"), day("2025-09-06", "8")]
    result = ask("overtime_pay", base_monthly="1000", hours_system="standard", entries=entries)

    # (2420 + 2540) / 174 x 8 x 2 = 456.0919…
    assert result.numbers == {"total": "456.09"}
    assert assumed(result) == ["北京最低工资（每月）"] * 2


def test_sum_is_rounded_once():
    entries = [day(f"2026-03-{number}", "8.01") for number in ("09", "10", "11")]

    # 3 x 0.01 x 8700.50 / 174 x 1.5 = 2.2501…; each day alone would be 0.75
    assert numbers("overtime_pay", "total", base_monthly="8700.50", min_wage="0", hours_system="standard",
                   entries=entries) == ("2.25",)  # fmt: skip


def test_half_a_cent_is_rounded_up():
    # 0.01 x 174 / 174 x 0.5 x ... = 1.74 / 174 x 0.25 x 2 = 0.005
    assert numbers("overtime_pay", "total", base_monthly="1.74", min_wage="0", hours_system="standard",
                   entries=[day(SATURDAY, "0.25")]) == ("0.01",)  # fmt: skip


def test_days_without_a_published_calendar_are_warned_of():
    result = ask(
        "overtime_pay",
        **BASE,
        hours_system="standard",
        entries=[day("2027-01-02", "1"), day("2027-02-06", "1")],
    )

    assert result.numbers == {
        "total": "250.00"
    }  # a Saturday twofold, the first day of Spring Festival threefold
    assert warned(result)[0] == "calendar"


def test_time_before_the_divisor_was_checked_needs_a_person():
    result = ask("overtime_pay", **BASE, hours_system="standard", entries=[day("2007-10-01", "1")])

    assert (result.numbers, result.needs_human) == ({"total": "150.00"}, True)


def test_staff_may_declare_a_day_free_or_worked():
    own = Law(law().figures, frozenset([date(2026, 3, 10)]), frozenset([date(2026, 3, 14)]))
    entries = [day(TUESDAY, "1"), day(SATURDAY, "9")]
    result = calculate("overtime_pay", {**BASE, "hours_system": "standard", "entries": entries}, own)

    assert result.numbers == {"total": "175.00"}  # 50 x 2 + 50 x 1.5


def test_the_same_day_twice_is_refused():
    with pytest.raises(WrongInput) as raised:
        ask("overtime_pay", **BASE, hours_system="standard", entries=[day(TUESDAY, "5"), day(TUESDAY, "5")])

    assert (raised.value.reason, raised.value.field) == ("twice", "date")


def test_time_off_for_a_statutory_day_is_warned_of():
    assert "overtime.holiday_comp" in warned(
        ask("overtime_pay", **BASE, hours_system="standard", entries=[day(NATIONAL_DAY, "4", comp=True)])
    )


@settings(deadline=None)  # the first call reads the content
@given(
    st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    st.integers(0, 23),
    st.sampled_from(["standard", "comprehensive_approved", "flexible_approved"]),
)
def test_another_hour_is_never_less(at, hours, system):
    first, more = (
        float(
            numbers(
                "overtime_pay", "total", **BASE, hours_system=system, entries=[day(at.isoformat(), str(n))]
            )[0]
        )
        for n in (hours, hours + 1)
    )

    assert 0 <= first <= more
