"""The second wage, worked by hand."""

import pytest

from models.law.inputs import WrongInput
from tests.models.law.reference import ask, assumed, numbers, warned

OUT = ("start", "end", "theoretical", "claimable")
NEW = {"kind": "no_contract", "hire": "2025-01-01", "monthly": "10000", "claim": "2026-01-01"}
NOTHING = (None, None, "0.00", "0.00")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("2025-02-01", "2025-12-31", "110000.00", "110000.00")),
        ({"hire": "2025-01-31"}, ("2025-02-28", "2026-01-30", "110114.94", "110114.94")),
        ({"signed": "2025-03-01"}, ("2025-02-01", "2025-02-28", "10000.00", "10000.00")),
        ({"signed": "2025-02-01"}, NOTHING),  # signed within the month
        ({"ended": "2025-01-20"}, NOTHING),
        ({"ended": "2025-04-30"}, ("2025-02-01", "2025-04-30", "30000.00", "30000.00")),
        (
            {"ended": "2025-04-30", "signed": "2025-03-01"},
            ("2025-02-01", "2025-02-28", "10000.00", "10000.00"),
        ),
        ({"claim": "2027-06-01"}, ("2025-02-01", "2025-12-31", "110000.00", "0.00")),
        ({"claim": "2026-12-31"}, ("2025-02-01", "2025-12-31", "110000.00", "459.77")),
        ({"claim": "2026-10-01"}, ("2025-02-01", "2025-12-31", "110000.00", "30000.00")),
    ],
)
def test_no_contract_runs_from_the_second_month_to_the_end_of_the_first_year(changed, expected):
    # the 31st: 1 worked day in February 2025 and 21 in January 2026 are 22 x 10000 / 21.75, and ten whole months
    told = numbers("double_wage", *OUT, **NEW | changed)

    assert told == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (
            {"kind": "expired_kept_working", "expired": "2025-06-30", "claim": "2026-06-30"},
            ("2025-07-01", "2026-06-30", "120000.00", "120000.00"),
        ),
        (
            {
                "kind": "expired_kept_working",
                "expired": "2025-06-30",
                "signed": "2025-07-01",
                "claim": "2026-06-30",
            },
            NOTHING,
        ),
        (
            {"kind": "open_ended_refused", "due": "2024-01-01", "ended": "2025-12-31", "claim": "2026-01-01"},
            ("2024-01-01", "2025-12-31", "240000.00", "120000.00"),
        ),
        (
            {"kind": "open_ended_refused", "due": "2025-11-01", "claim": "2026-01-31"},
            ("2025-11-01", "2026-01-31", "30000.00", "30000.00"),
        ),
    ],
)
def test_other_kinds_have_no_month_of_grace(inputs, expected):
    assert numbers("double_wage", *OUT, **inputs, monthly="10000") == expected


def test_contract_dated_back_to_the_first_day_leaves_nothing_and_needs_a_person():
    whole = ask("double_wage", **NEW, signed="2025-10-01", backdated_to="2025-01-01")
    part = ask("double_wage", **NEW, signed="2025-10-01", backdated_to="2025-03-01")

    assert (tuple(whole.numbers.values()), whole.needs_human) == (NOTHING, True)
    assert (part.numbers["theoretical"], part.needs_human) == ("80000.00", True)


def test_both_sums_are_told_where_time_may_be_pleaded():
    partly = ask("double_wage", **NEW | {"claim": "2026-10-01"})
    whole = ask("double_wage", **NEW | {"claim": "2025-06-01"})

    assert (partly.summary.key, warned(partly)) == (
        "double.partly",
        ["double.plead", "double.open_ended", "double.only_added"],
    )
    assert (whole.summary.key, warned(whole)) == (
        "double.due",
        ["double.ahead", "double.open_ended", "double.only_added"],
    )


def test_protected_workers_need_a_person():
    assert ask("double_wage", **NEW, protected=True).needs_human
    assert not ask("double_wage", **NEW, protected=False).needs_human


def test_parts_of_months_are_an_assumption():
    assert assumed(ask("double_wage", **NEW | {"hire": "2025-01-15"})) == ["double.parts"]
    assert assumed(ask("double_wage", **NEW)) == []


def test_leaving_before_coming_is_refused():
    with pytest.raises(WrongInput) as raised:
        ask("double_wage", **NEW, ended="2024-12-31")

    assert (raised.value.reason, raised.value.field) == ("order", "ended")
