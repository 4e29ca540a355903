"""Probation, maternity, injury, retirement and minimum wage, worked by hand."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from tests.models.law.reference import ask, assumed, numbers, warned

PROBATION = {
    "term": "fixed",
    "term_months": 24,
    "probation_months": 2,
    "served_months": 0,
    "full_wage": "10000",
}


@pytest.mark.parametrize(
    ("changed", "limit", "lawful"),
    [
        ({"term_months": "2.9", "probation_months": 1}, 0, False),
        ({"term_months": 3, "probation_months": 1}, 1, True),
        ({"term_months": 11, "probation_months": 2}, 1, False),
        ({"term_months": 12}, 2, True),
        ({"term_months": 35, "probation_months": 3}, 2, False),
        ({"term_months": 36, "probation_months": 6}, 6, True),
        ({"term": "open_ended", "term_months": None, "probation_months": 6}, 6, True),
        ({"term": "open_ended", "term_months": None, "probation_months": "6.5"}, 6, False),
        ({"term": "task", "probation_months": 0}, 0, True),
        ({"term": "part_time", "probation_months": 1}, 0, False),
        ({"second_probation": True}, 0, False),
        ({"second_probation": True, "probation_months": 0}, 0, True),
        ({"term": "probation_only", "probation_months": 0}, 0, False),
    ],
)
def test_probation_has_a_limit(changed, limit, lawful):
    assert numbers("probation_check", "limit", "lawful", **PROBATION | changed) == (limit, lawful)


def test_time_over_the_limit_is_paid_in_full():
    inputs = PROBATION | {"probation_months": 6, "served_months": "3.5"}

    assert numbers("probation_check", "excess_served", "compensation", **inputs) == ("1.5", "15000.00")


@pytest.mark.parametrize(
    ("wage", "more", "floor", "short"),
    [
        ("8000", {}, "8000.00", "0.00"),
        ("7999.99", {}, "8000.00", "0.01"),
        ("2400", {"full_wage": "3000"}, "2540.00", "140.00"),
        ("2400", {"full_wage": "3000", "min_wage": "2000"}, "2400.00", "0.00"),
        ("2400", {"full_wage": "3000", "on": "2024-05-01"}, "2420.00", "20.00"),
    ],
)
def test_pay_in_probation_has_a_floor(wage, more, floor, short):
    inputs = PROBATION | {"probation_wage": wage} | more

    assert numbers("probation_check", "wage_floor", "monthly_shortfall", **inputs) == (floor, short)


def test_probation_summary_tells_what_matters_most():
    cases = [
        {},
        {"probation_months": 3},
        {"probation_months": 3, "served_months": 3},
        {"probation_wage": "1"},
    ]

    assert [ask("probation_check", **PROBATION | case).summary.key for case in cases] == [
        "probation.lawful", "probation.too_long", "probation.too_long_paid", "probation.short_paid",
    ]  # fmt: skip


def test_contract_with_nothing_but_a_probation_is_a_contract():
    for term_months, months in ((6, 6), (None, 3)):
        inputs = PROBATION | {"term": "probation_only", "term_months": term_months, "probation_months": 3}
        assert numbers("probation_check", "probation_void", "contract_months", **inputs) == (True, months)


def test_fixed_term_needs_its_months():
    with pytest.raises(WrongInput) as raised:
        ask("probation_check", **PROBATION | {"term_months": None})

    assert (raised.value.reason, raised.value.field) == ("missing", "term_months")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"babies": 1, "difficult": False}, (98, 60, 158, "2026-06-07")),
        ({"babies": 2, "difficult": True}, (128, 60, 188, "2026-07-07")),
        ({"babies": 3}, (128, 60, 188, "2026-07-07")),
    ],
)
def test_birth_leave(inputs, expected):
    told = numbers(
        "maternity_leave",
        "national",
        "beijing_extra",
        "total_days",
        "last_day",
        event="birth",
        start="2026-01-01",
        **inputs,
    )

    assert told == expected


@pytest.mark.parametrize(("months", "days", "last"), [("3.9", 15, "2026-01-15"), ("4", 42, "2026-02-11")])
def test_miscarriage_leave_has_nothing_added(months, days, last):
    out = ("national", "beijing_extra", "total_days", "last_day")
    told = numbers("maternity_leave", *out, event="miscarriage", months_pregnant=months, start="2026-01-01")

    assert told == (days, 0, days, last)


def test_birth_before_the_table_begins_needs_a_person():
    result = ask("maternity_leave", event="birth", start="2021-11-25")

    assert (result.numbers["total_days"], result.needs_human) == (98, True)
    assert not ask("maternity_leave", event="birth", start="2021-11-26").needs_human


@pytest.mark.parametrize(
    ("event", "born", "on", "expected"),
    [
        ("parental", "2023-02-28", "2026-02-27", (True, 5)),
        ("parental", "2023-02-28", "2026-02-28", (False, 0)),
        ("parental", "2024-02-29", "2027-02-27", (True, 5)),
        ("parental", "2024-02-29", "2027-02-28", (False, 0)),
        ("nursing", "2025-05-10", "2026-05-09", (True, 1)),
        ("nursing", "2025-05-10", "2026-05-10", (False, 0)),
        ("nursing", "2025-05-10", "2025-05-10", (True, 1)),
    ],
)
def test_leave_ends_before_the_birthday(event, born, on, expected):
    result = ask("maternity_leave", event=event, child_born=born, on=on)

    assert tuple(result.numbers.values()) == expected


def test_child_must_be_born():
    with pytest.raises(WrongInput):
        ask("maternity_leave", event="nursing", child_born="2026-01-02", on="2026-01-01")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2026-01-30", ("2026-03-01", "2026-03-02", "2027-01-30", "2027-02-01")),
        ("2024-02-29", ("2024-03-30", "2024-04-01", "2025-02-28", "2025-02-28")),
    ],
)
def test_injury_deadlines(event, expected):
    out = ("employer_raw", "employer_last", "worker_raw", "worker_last")

    assert numbers("work_injury", *out, ask="deadlines", event=event) == expected


@pytest.mark.parametrize(
    ("grade", "months", "share"),
    [
        (1, 27, 90),
        (2, 25, 85),
        (3, 23, 80),
        (4, 21, 75),
        (5, 18, 0),
        (6, 16, 0),
        (7, 13, 0),
        (8, 11, 0),
        (9, 9, 0),
        (10, 7, 0),
    ],
)
def test_grade_decides_months_and_allowance(grade, months, share):
    found = ask("work_injury", ask="lump_sum", grade=grade, own_wage="10000", regional_avg="10000").numbers

    assert found == {
        "months": months, "base": "10000.00", "lump_sum": f"{months}0000.00",
        **({"monthly_allowance": f"{share}00.00"} if share else {}),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("own", "average", "base"),
    [
        ("5999.99", "10000", "6000.00"),
        ("30000.01", "10000", "30000.00"),
        ("6000", "10000", "6000.00"),
        ("1", None, "1.00"),
    ],
)
def test_own_wage_lies_within_sixty_and_three_hundred_percent(own, average, base):
    assert numbers("work_injury", "base", ask="lump_sum", grade=7, own_wage=own, regional_avg=average) == (
        base,
    )


def test_average_of_nothing_is_refused():
    with pytest.raises(WrongInput) as raised:
        ask("work_injury", ask="lump_sum", grade=7, own_wage="1", regional_avg="0")

    assert raised.value.reason == "zero"


@pytest.mark.parametrize(
    ("filed", "late"), [("2026-05-06", False), ("2026-05-07", True)]
)  # 30 days from 1 April end on 1 May, in the holiday until the 5th
def test_employer_is_late_after_the_rolled_day(filed, late):
    told = numbers(
        "work_injury", "employer_last", "late", ask="employer_late", event="2026-04-01", employer_filed=filed
    )

    assert told == ("2026-05-06", late)


def test_filing_before_the_accident_is_refused():
    with pytest.raises(WrongInput):
        ask("work_injury", ask="employer_late", event="2026-04-02", employer_filed="2026-04-01")


def test_clear_cases_are_decided_sooner():
    assert numbers("work_injury", "raw", "last_day", ask="decision_due", accepted="2026-07-01", simple=True) == (
        "2026-07-16", "2026-07-16",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("category", "born", "expected"),
    [
        ("male60", "1964-12", (0, "60y0m", "2024-12", "15")),
        ("male60", "1965-04", (1, "60y1m", "2025-05", "15")),
        ("male60", "1965-05", (2, "60y2m", "2025-07", "15")),
        ("male60", "1976-08", (35, "62y11m", "2039-07", "20")),
        ("male60", "1976-09", (36, "63y0m", "2039-09", "20")),
        ("male60", "1990-01", (36, "63y0m", "2053-01", "20")),
        ("female55", "1969-12", (0, "55y0m", "2024-12", "15")),
        ("female55", "1970-01", (1, "55y1m", "2025-02", "15")),
        ("female55", "1981-09", (36, "58y0m", "2039-09", "20")),
        ("female50", "1974-12", (0, "50y0m", "2024-12", "15")),
        ("female50", "1975-01", (1, "50y1m", "2025-02", "15")),
        ("female50", "1975-02", (1, "50y1m", "2025-03", "15")),
        ("female50", "1975-03", (2, "50y2m", "2025-05", "15")),
        ("female50", "1984-11", (60, "55y0m", "2039-11", "20")),
        ("female50", "1978-01", (19, "51y7m", "2029-08", "15")),
        ("male60", "1969-05", (14, "61y2m", "2030-07", "15.5")),
    ],
)
def test_retirement(category, born, expected):
    out = ("delay_months", "age", "month", "min_pension_years")

    assert numbers("retirement_age", *out, category=category, born=born) == expected


def test_birth_long_ago_is_refused():
    for born in ("1899-12", "2016-01"):
        with pytest.raises(WrongInput):
            ask("retirement_age", category="male60", born=born)


@settings(deadline=None)  # the first call reads the content
@given(st.sampled_from(["male60", "female55", "female50"]), st.integers(0, 12 * 60))
def test_born_later_retires_later(category, months):
    first, second = (
        numbers("retirement_age", "month", category=category, born=f"{1950 + n // 12}-{n % 12 + 1:02}")[0]
        for n in (months, months + 1)
    )

    assert first < second


@pytest.mark.parametrize(
    ("month", "gross", "expected"),
    [
        ("2025-08", "2419.99", ("2420.00", "2419.99", "0.01")),
        ("2025-09", "2540", ("2540.00", "2540.00", "0.00")),
        ("2023-08", "2320", ("2320.00", "2320.00", "0.00")),
    ],
)
def test_month_is_measured_by_its_own_standard(month, gross, expected):
    assert (
        numbers("min_wage_check", "standard", "counted", "shortfall", ask="month", month=month, gross=gross)
        == expected
    )


@pytest.mark.parametrize("part", ["overtime", "special_allowances", "personal_si_hpf"])
def test_what_does_not_count_is_taken_off(part):
    found = ask("min_wage_check", ask="month", month="2026-03", gross="3000", **{part: "500"}).numbers

    assert (found["counted"], found["shortfall"]) == ("2500.00", "40.00")


@pytest.mark.parametrize(
    ("day", "rate", "expected"),
    [
        ("2025-08-31", "26.4", ("26.40", "0.00")),
        ("2025-09-01", "26.4", ("27.70", "1.30")),
        ("2026-01-05", "30", ("27.70", "0.00")),
    ],
)
def test_hour_is_measured_by_its_own_standard(day, rate, expected):
    assert (
        numbers("min_wage_check", "standard", "shortfall", ask="part_time_hour", date=day, rate=rate)
        == expected
    )


def test_statutory_holiday_has_a_standard_of_its_own():
    inputs = {"ask": "part_time_hour", "rate": "60"}
    free, other = (ask("min_wage_check", **inputs, date=day) for day in ("2026-10-01", "2026-10-04"))

    assert (free.numbers, warned(free)) == (
        {"standard": "65.10", "shortfall": "5.10"},
        ["min.holiday_counts"],
    )
    assert (other.numbers, warned(other)) == ({"standard": "27.70", "shortfall": "0.00"}, ["min.holiday"])


@pytest.mark.parametrize(
    ("wage", "amount"),
    [("3000", "460.00"), ("10000", "2000.00"), ("2540", "0.00"), ("2000", "0.00"), ("3175", "635.00")],
)
def test_deduction_leaves_the_minimum_wage(wage, amount):
    assert numbers("min_wage_check", "amount", ask="deduction_limit", month="2026-04", wage=wage) == (amount,)


@pytest.mark.parametrize(
    "inputs",
    [
        {"ask": "month", "month": "2021-07", "gross": "1"},
        {"ask": "part_time_hour", "date": "2023-08-31", "rate": "1"},
        {"ask": "part_time_hour", "date": "2025-05-01", "rate": "1"},
        {"ask": "standby_allowance", "month": "2021-07"},
    ],
)
def test_time_without_a_figure_is_refused_kindly(inputs):
    with pytest.raises(WrongInput) as raised:
        ask("min_wage_check", **inputs)

    assert raised.value.reason == "no_figure"


def test_given_minimum_wage_wins():
    given_one = {"ask": "final_award_line", "date": "2020-01-01", "min_wage": "2200"}

    assert numbers("min_wage_check", "amount", **given_one) == ("26400.00",)
    assert assumed(ask("min_wage_check", **given_one)) == []


def test_less_than_its_parts_is_refused():
    with pytest.raises(WrongInput):
        ask("min_wage_check", ask="month", month="2026-03", gross="100", overtime="101")


def test_day_in_probation_may_be_a_date():
    assert ask("probation_check", **PROBATION, on=date(2026, 1, 1)).numbers["wage_floor"] == "8000.00"
