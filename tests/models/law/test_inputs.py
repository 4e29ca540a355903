"""Inputs: every mistake is told by its reason and the field, and nothing else ever comes of bad ones."""

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from models.law.registry import CALCULATORS, calculate
from tests.models.law.reference import ask, law

EXAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/calculator-examples.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
JOB = {"start": "2020-01-01", "end": "2025-12-31", "avg12": "8000", "ground": "art40"}
OVERTIME = {"base_monthly": "8700", "hours_system": "standard", "entries": []}
LEAVE = {"year": 2025, "total_years": "5", "continuous_12m": True, "taken": "0", "avg12_no_overtime": "8700"}
KNOWN = {"kind": "general", "known": "2025-01-01"}


def wrong(name: object, inputs: object) -> tuple[str, str]:
    with pytest.raises(WrongInput) as raised:
        calculate(name, inputs, law())
    return raised.value.reason, raised.value.field


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_example_is_right_in_value_and_form(example):
    result = calculate(example["calculator"], example["inputs"], law())

    found = {**result.numbers, "needs_human": result.needs_human}
    kept = {key: found[key] for key in example["expected"]}
    assert json.dumps(kept) == json.dumps(example["expected"])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"avg12": None}, ("missing", "avg12")),
        ({"avg12": 8000.5}, ("shape", "avg12")),
        ({"avg12": True}, ("shape", "avg12")),
        ({"avg12": ["8000"]}, ("shape", "avg12")),
        ({"avg12": "八千"}, ("number", "avg12")),
        ({"avg12": ""}, ("number", "avg12")),
        ({"avg12": "NaN"}, ("number", "avg12")),
        ({"avg12": "1e5"}, ("number", "avg12")),
        ({"avg12": "-1"}, ("negative", "avg12")),
        ({"avg12": "100000000.01"}, ("huge", "avg12")),
        ({"start": "2020-1-1"}, ("date", "start")),
        ({"start": "2020-02-30"}, ("date", "start")),
        ({"start": 20200101}, ("date", "start")),
        ({"start": "1949-12-31"}, ("far", "start")),
        ({"end": "2100-01-01"}, ("far", "end")),
        ({"ground": "fired"}, ("choice", "ground")),
        ({"ground": 1}, ("choice", "ground")),
        ({"notice_30d": "perhaps"}, ("yes", "notice_30d")),
        ({"notice_30d": 1}, ("yes", "notice_30d")),
        ({"wage": "1"}, ("unknown", "wage")),
        ({"x" * 99: "1"}, ("unknown", "x" * 40)),
    ],
)
def test_mistake_is_told_by_reason_and_field(changed, expected):
    assert wrong("severance", JOB | changed) == expected


@pytest.mark.parametrize("name", ["start", "end", "avg12", "ground"])
def test_missing_input_is_named(name):
    assert wrong("severance", {key: value for key, value in JOB.items() if key != name}) == ("missing", name)


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("overtime_pay", OVERTIME | {"entries": "2026-03-10"}, ("list", "entries")),
        ("overtime_pay", OVERTIME | {"entries": [{}] * 1001}, ("many", "entries")),
        ("overtime_pay", OVERTIME | {"entries": ["2026-03-10"]}, ("shape", "entries")),
        ("overtime_pay", OVERTIME | {"entries": [{"date": "2026-03-10"}]}, ("missing", "hours_worked")),
        (
            "overtime_pay",
            OVERTIME | {"entries": [{"date": "2026-03-10", "hours_worked": "25"}]},
            ("huge", "hours_worked"),
        ),
        ("annual_leave", LEAVE | {"year": 2007}, ("range", "year")),
        ("annual_leave", LEAVE | {"year": "2025.5"}, ("whole", "year")),
        ("annual_leave", LEAVE | {"continuous_12m": None}, ("missing", "continuous_12m")),
        ("retirement_age", {"category": "male60", "born": "1965-1"}, ("month", "born")),
        ("retirement_age", {"category": "male60", "born": "1965-13"}, ("date", "born")),
        ("limitation_date", KNOWN | {"suspensions": ["2025-02-01"]}, ("span", "suspensions")),
        ("limitation_date", KNOWN | {"suspensions": [["2025-02-01"]]}, ("span", "suspensions")),
        (
            "limitation_date",
            KNOWN | {"suspensions": [["2025-02-02", "2025-02-01"]]},
            ("order", "suspensions"),
        ),
        ("limitation_date", {"kind": "other"}, ("choice", "kind")),
        ("limitation_date", {}, ("missing", "kind")),
        ("limitation_date", {"kind": "general"}, ("missing", "known")),
        ("limitation_date", {"kind": "sue_after_award", "received": "x"}, ("date", "received")),
        ("work_injury", {"ask": "lump_sum", "grade": 11, "own_wage": "1"}, ("range", "grade")),
        ("severance", [], ("inputs", "")),
        ("severance", None, ("inputs", "")),
        ("nothing", {}, ("calculator", "")),
        (None, {}, ("calculator", "")),
        (["severance"], {}, ("calculator", "")),
    ],
)
def test_lists_kinds_and_names_are_checked(name, inputs, expected):
    assert wrong(name, inputs) == expected


def test_numbers_dates_and_yes_are_taken_as_they_come():
    plain = ask("severance", **JOB)

    told = {
        "start": date(2020, 1, 1),
        "avg12": Decimal(8000),
        "end": " ２０２５-12-31 ",
        "notice_30d": "False",
        "last_month_wage": 1,
    }
    assert ask("severance", **JOB | told).numbers == plain.numbers | {
        "notice_pay": "1.00",
        "total": "48001.00",
    }
    assert ask("severance", **JOB | {"avg12": 8000, "notice_30d": "true"}).numbers == plain.numbers
    born = {"category": "male60"}
    assert ask("retirement_age", **born, born=date(1965, 1, 1)) == ask(
        "retirement_age", **born, born="1965-01"
    )


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("0123456789-.+eE年 ", max_size=12)
    | st.sampled_from(["2025-01-31", "2099-12-31", "1950-01-01", "2024-02", "1", "0", "100000000", "general", "birth"])
)  # fmt: skip
INNER = st.lists(LEAVES, max_size=3) | st.dictionaries(
    st.sampled_from(["date", "hours_worked", "x"]), LEAVES, max_size=2
)
VALUES = LEAVES | INNER | st.lists(INNER, max_size=3)


@settings(deadline=None)  # the first call reads the content
@given(st.sampled_from(EXAMPLES), st.data())
def test_spoilt_example_gives_a_result_or_a_reason(example, data):
    inputs = dict(example["inputs"])
    for name in data.draw(st.sets(st.sampled_from(sorted(inputs)), max_size=3)):
        inputs[name] = data.draw(VALUES)

    with suppress(WrongInput):
        found = calculate(example["calculator"], inputs, law()).numbers.values()
        assert [value for value in found if isinstance(value, str) and value.startswith("-")] == []


@settings(deadline=None)  # the first call reads the content
@given(st.sampled_from([*CALCULATORS, "x"]), VALUES)
def test_nonsense_gives_a_reason(name, inputs):
    with pytest.raises(WrongInput):
        calculate(name, inputs, law())
