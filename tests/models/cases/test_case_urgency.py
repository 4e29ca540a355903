"""How urgent a case is: each rule of DOMAIN.md, section 5, by itself and beside what is not it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case_urgency import LEVEL, Assessment, assess, level, most

TODAY = date(2026, 11, 10)


def days(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


@pytest.mark.parametrize(
    ("topic", "facts", "people", "urgency", "why"),
    [
        ("overtime", {}, 1, "P3", ()),
        ("overtime", {"gone": "yes"}, 1, "P1", ("gone",)),
        ("overtime", {"gone": "no"}, 1, "P3", ()),
        ("overtime", {}, 10, "P1", ("group",)),
        ("overtime", {}, 9, "P3", ()),
        ("overtime", {"stoppage": "yes"}, 1, "P1", ("stoppage",)),
        ("injury", {"treatment": "yes"}, 1, "P1", ("treatment",)),
        ("wages", {"migrant": "yes"}, 1, "P1", ("migrant_arrears",)),
        ("dismissal", {"migrant": "yes", "owed": "8000"}, 1, "P1", ("migrant_arrears",)),
        ("overtime", {"migrant": "yes"}, 1, "P3", ()),
        ("wages", {"migrant": "no"}, 1, "P3", ()),
        ("dismissal", {"protected": "pregnant"}, 1, "P1", ("protected_dismissed",)),
        ("women", {"protected": "sick,nursing", "paper_kind": "notice"}, 1, "P1", ("protected_dismissed",)),
        ("dismissal", {"protected": "injured"}, 1, "P1", ("protected_dismissed",)),
        ("dismissal", {"protected": "sick"}, 1, "P3", ()),
        ("women", {"protected": "pregnant"}, 1, "P3", ()),
        ("overtime", {"protected": "minor"}, 1, "P1", ("minor",)),
        ("dismissal", {"protected": "union_work"}, 1, "P1", ("union_dismissed",)),
        ("overtime", {"protected": "union_work"}, 1, "P3", ()),
        ("transfer", {"pressed": "yes"}, 1, "P1", ("pressed",)),
        ("wages", {"owed_since": "2026-10-09"}, 1, "P2", ("arrears_month",)),
        ("wages", {"owed_since": "2026-10-10"}, 1, "P3", ()),
        ("overtime", {"owed_since": "2026-10-09"}, 1, "P3", ()),
        ("other", {"hearing": days(6)}, 1, "P1", ("near:hearing",)),
        ("other", {"hearing": days(7)}, 1, "P2", ("coming:hearing",)),
        ("other", {"hearing": days(30)}, 1, "P2", ("coming:hearing",)),
        ("other", {"hearing": days(31)}, 1, "P3", ()),
        ("other", {"hearing": days(0)}, 1, "P1", ("near:hearing",)),
        ("other", {"hearing": days(-1)}, 1, "P3", ()),
        ("other", {"paper_kind": "award", "received": days(-9)}, 1, "P1", ("near:sue",)),
        ("other", {"received": days(-16)}, 1, "P2", ("passed:sue",)),
        ("injury", {"injury_day": days(-14)}, 1, "P2", ("coming:injury_employer", "injury_window:injury_employer")),
        ("injury", {"injury_day": days(-31)}, 1, "P3", ()),
        ("injury", {"injury_day": "2026-01-08"}, 1, "P2", ("injury_window:injury_worker",)),
        ("injury", {"injury_day": "2026-01-09"}, 1, "P3", ()),
        ("injury", {"injury_day": days(-14), "injury_filed": "yes"}, 1, "P3", ()),
        ("dismissal", {"known": "2025-11-14"}, 1, "P1", ("near:limitation",)),
        ("dismissal", {"known": "2025-11-01"}, 1, "P2", ("passed:limitation",)),
        ("other", {"gone": "yes", "received": days(0)}, 1, "P1", ("gone", "coming:sue")),
    ],
)  # fmt: skip
def test_urgency_follows_the_rules(topic, facts, people, urgency, why):
    assert assess(topic, facts, people, today=TODAY) == Assessment(urgency, why)


def test_danger_goes_before_everything():
    assert assess("other", {"gone": "yes"}, 1, danger=True, today=TODAY) == Assessment(
        "P0", ("danger", "gone")
    )


def test_deadline_counts_until_the_day_it_rolls_to():
    saturday, monday, tuesday = date(2026, 11, 14), date(2026, 11, 16), date(2026, 11, 17)

    found = [
        assess("other", {}, 1, deadlines={"sue": saturday}, today=day).why
        for day in (saturday, monday, tuesday)
    ]
    late = assess("other", {}, 1, deadlines={"sue": saturday}, holidays=[monday], today=tuesday)
    early = assess("other", {}, 1, deadlines={"sue": saturday}, workdays=[saturday], today=monday)

    assert found == [("near:sue",), ("near:sue",), ("passed:sue",)]
    assert (late.why, early.why) == (("near:sue",), ("passed:sue",))


def test_open_deadlines_stand_in_for_those_of_the_facts():
    facts = {"hearing": days(2)}

    assert assess("other", facts, 1, deadlines={}, today=TODAY) == Assessment("P3")
    assert assess("other", facts, 1, deadlines={"other": TODAY}, today=TODAY) == Assessment(
        "P1", ("near:other",)
    )


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "gone": st.sampled_from(["yes", "no"]),
        "migrant": st.sampled_from(["yes", "no", ""]),
        "protected": st.sampled_from(["", "pregnant", "minor,sick", "union_work"]),
        "paper_kind": st.sampled_from(["notice", "award", "none"]),
        "known": st.one_of(st.dates().map(str), st.text(max_size=12)),
        "received": st.one_of(st.dates().map(str), st.text(max_size=12)),
        "injury_day": st.dates().map(str),
        "hearing": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(str),
        "owed_since": st.one_of(st.dates().map(str), st.none()),
    },
)


@given(st.sampled_from(["wages", "dismissal", "injury", "other"]), FACTS, st.integers(1, 40))
def test_urgency_is_that_of_the_gravest_reason(topic, facts, people):
    found = assess(topic, facts, people, today=TODAY)

    assert found.urgency == most(level(code) for code in found.why)
    assert list(found.why) == sorted(found.why, key=lambda code: (level(code), code))
    assert {code.partition(":")[0] for code in found.why} <= set(LEVEL)
