"""Severance, notice pay and damages, worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from tests.models.law.reference import ask, assumed, numbers, warned

JOB = {"start": "2020-01-01", "end": "2025-12-31", "avg12": "8000", "cap_3x": "47103.25", "min_wage": "2540"}
OUT = ("factor", "base", "severance", "notice_pay", "damages", "total")


@pytest.mark.parametrize(
    ("start", "end", "factor"),
    [
        ("2020-01-01", "2020-01-01", "0.5"),  # one day
        ("2020-01-01", "2020-06-29", "0.5"),  # a day short of six months
        ("2020-01-01", "2020-06-30", "1"),  # six months exactly
        ("2020-01-01", "2020-12-31", "1"),  # a year exactly
        ("2020-01-01", "2021-01-01", "1.5"),  # a year and a day
        ("2020-01-01", "2021-06-29", "1.5"),
        ("2020-01-01", "2021-06-30", "2"),
        ("2020-01-31", "2020-02-28", "0.5"),  # the month of the 31st ends on the last day of February
        (
            "2019-08-31",
            "2020-02-28",
            "1",
        ),  # 31 August + 6 months = 29 February: the 28th is the last day of six months
        ("2020-02-29", "2021-02-27", "1"),  # 29 February + 12 months = 28 February
        ("2020-02-29", "2021-02-28", "1.5"),
    ],
)
def test_service_counts_by_months(start, end, factor):
    assert numbers("severance", "factor", **JOB | {"start": start, "end": end}, ground="art40") == (factor,)


@pytest.mark.parametrize(
    ("ground", "due", "damages"),
    [
        *(
            (ground, "48000.00", "0.00")
            for ground in (
                "art38", "art40", "art41", "mutual_by_employer", "expire_not_renewed", "expire_worse_terms", "closure",
                "task_done",
            )
        ),
        *(
            (ground, "0.00", "0.00")
            for ground in ("resign", "mutual_by_employee", "art39", "expire_refused_same_or_better", "pension_started")
        ),
        ("unlawful", "0.00", "96000.00"),
    ],
)  # fmt: skip
def test_ground_decides(ground, due, damages):
    factor = "0" if (due, damages) == ("0.00", "0.00") else "6"
    total = damages if ground == "unlawful" else due

    assert numbers("severance", *OUT, **JOB, ground=ground) == (
        factor,
        "8000.00",
        due,
        "0.00",
        damages,
        total,
    )


@pytest.mark.parametrize(
    ("avg12", "start", "expected"),
    [
        (
            "47103.25",
            "2006-01-01",
            ("20", "47103.25", "942065.00"),
        ),  # at the cap, not over it: years are not capped
        ("47103.26", "2006-01-01", ("12", "47103.25", "565239.00")),
        ("47103.26", "2020-01-01", ("6", "47103.25", "282619.50")),
        ("2539.99", "2020-01-01", ("6", "2540.00", "15240.00")),
        ("2540", "2020-01-01", ("6", "2540.00", "15240.00")),
    ],
)
def test_base_lies_between_minimum_wage_and_cap(avg12, start, expected):
    inputs = JOB | {"avg12": avg12, "start": start}

    assert numbers("severance", "factor", "base", "severance", **inputs, ground="art41") == expected


@pytest.mark.parametrize(
    ("ground", "notice", "paid"),
    [
        ("art40", False, "60000.00"),
        ("art40", True, "0.00"),
        ("art40", None, "0.00"),
        ("art41", False, "0.00"),
        ("unlawful", False, "0.00"),
    ],
)
def test_notice_pay_is_last_months_wage_without_a_cap_for_article_40_alone(ground, notice, paid):
    told = numbers(
        "severance", "notice_pay", **JOB, ground=ground, notice_30d=notice, last_month_wage="60000"
    )

    assert told == (paid,)


def test_notice_pay_needs_last_months_wage():
    with pytest.raises(WrongInput) as raised:
        ask("severance", **JOB, ground="art40", notice_30d=False)

    assert (raised.value.reason, raised.value.field) == ("missing", "last_month_wage")


def test_end_before_the_start_is_refused():
    with pytest.raises(WrongInput) as raised:
        ask("severance", **JOB | {"end": "2019-12-31"}, ground="art40")

    assert (raised.value.reason, raised.value.field) == ("order", "end")


def test_figures_are_those_of_the_last_day():
    own = {"start": "2020-01-01", "avg12": "2000", "ground": "art40"}

    now, before, long_ago = (
        ask("severance", end=end, **own) for end in ("2025-09-01", "2025-08-31", "2021-07-31")
    )

    assert [result.numbers["base"] for result in (now, before, long_ago)] == ["2540.00", "2420.00", "2000.00"]
    assert assumed(now) == [
        "北京最低工资（每月）",
        "经济补偿的月工资上限（平均工资三倍）",
        "severance.average",
    ]
    assert (warned(long_ago)[:2], long_ago.needs_human) == (["no_min_wage", "severance.no_cap"], True)


def test_given_figures_win_and_are_not_assumed():
    result = ask("severance", **JOB, ground="art40")

    assert (assumed(result), result.needs_human) == (["severance.average"], False)


def test_service_before_2008_needs_a_person_for_severance_not_for_damages():
    old = JOB | {"start": "2007-12-31"}

    assert ask("severance", **old, ground="art40").needs_human
    assert not ask("severance", **old, ground="unlawful").needs_human
    assert not ask("severance", **old, ground="resign").needs_human
    assert not ask("severance", **old | {"start": "2008-01-01"}, ground="art40").needs_human


@pytest.mark.parametrize(
    ("end", "near"),
    [
        ("2025-06-27", False),  # three days short
        ("2025-06-28", True),
        ("2025-06-30", True),
        ("2025-07-02", True),
        ("2025-07-03", False),
        ("2025-12-29", True),
        ("2020-01-02", False),  # the first day of the job is no boundary
    ],
)
def test_two_days_from_another_half_year_warn(end, near):
    assert ("severance.near" in warned(ask("severance", **JOB | {"end": end}, ground="art40"))) is near


def test_what_to_mind_fits_the_ground():
    always = ["severance.related", "severance.part_time"]
    job = JOB | {"end": "2025-10-10"}

    assert warned(ask("severance", **job, ground="unlawful")) == ["severance.choice", *always]
    assert warned(ask("severance", **job, ground="art39")) == ["severance.proof", *always]
    assert warned(ask("severance", **job, ground="resign")) == ["severance.reasons", *always]
    assert warned(ask("severance", **job, ground="art40")) == always


@settings(deadline=None)  # the first call reads the content
@given(st.dates(), st.integers(0, 4000), st.integers(0, 10**7), st.integers(0, 10**7))
def test_more_time_or_more_pay_is_never_less(start, days, wage, more):
    if not 1950 <= start.year <= 2060:
        start = start.replace(year=2000, day=min(start.day, 28))

    def total(days: int, wage: int) -> float:
        end = start.fromordinal(start.toordinal() + days).isoformat()
        own = {"start": start.isoformat(), "end": end, "avg12": str(wage / 100), "ground": "closure"}
        return float(numbers("severance", "total", **own, cap_3x="99999999", min_wage="0")[0])

    assert 0 <= total(days, wage) <= total(days + 1, wage) <= total(days + 1, wage + more)
