"""Which state may follow which: all of DOMAIN.md, section 6, for every plan."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.entries import CHECKS, ApplicationPlan
from models.application_rules import OVER, STATES, allowed, way
from models.application_rules import given as sum_given
from tests.models.applications.desk import LECTURE, RELIEF, TUITION

PLANS = st.builds(
    ApplicationPlan,
    prefix=st.just("X"),
    steps=st.sets(st.sampled_from(CHECKS), min_size=1).map(lambda s: tuple(c for c in CHECKS if c in s)),
    money=st.booleans(),
    publicity_days=st.integers(0, 5),
)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (TUITION, ["submitted", "union_check", "district_review", "publicity", "approved", "paying", "paid"]),
        (RELIEF, ["submitted", "union_check", "approved", "paying", "paid"]),
        (LECTURE, ["submitted", "union_check", "approved"]),
    ],
)
def test_way_is_the_plans(plan, expected):
    assert list(way(plan)) == expected


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("draft", {"submitted", "withdrawn", "lapsed"}),
        ("submitted", {"union_check", "needs_supplement", "rejected", "withdrawn"}),
        ("needs_supplement", {"submitted", "withdrawn", "lapsed"}),
        ("union_check", {"district_review", "needs_supplement", "rejected", "withdrawn"}),
        ("home_visit", set()),
        ("district_review", {"publicity", "needs_supplement", "rejected", "withdrawn"}),
        ("publicity", {"approved", "district_review", "rejected", "withdrawn"}),
        ("approved", {"paying"}),
        ("paying", {"paid", "pay_returned"}),
        ("pay_returned", {"paying", "lapsed"}),
        ("paid", set()),
        ("rejected", {"appealed"}),
        ("appealed", {"district_review", "rejected"}),
        ("withdrawn", set()),
        ("lapsed", set()),
    ],
)
def test_what_follows_a_state(state, after):
    assert allowed(TUITION, state) == after


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_every_plan_leads_to_its_end_and_nowhere_beyond(plan):
    steps = way(plan)
    for state, after in pairwise(steps):
        assert after in allowed(plan, state)
    for state in OVER:
        assert not allowed(plan, state)
    reached, new = set(), {"submitted"}
    while new:
        reached |= new
        new = {after for state in new for after in allowed(plan, state)} - reached
    assert reached <= set(STATES)
    assert ("paid" in reached) == plan.money
    assert ("publicity" in reached) == bool(plan.publicity_days)
    assert reached & set(CHECKS) == set(plan.steps)


@pytest.mark.parametrize(
    ("answers", "yuan"), [({"degree": "本科"}, 2000), ({"degree": "硕士"}, None), ({}, None)]
)
def test_sum_follows_from_the_answer(answers, yuan):
    assert sum_given(TUITION, answers) == yuan
    assert sum_given(RELIEF, answers) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"steps": ("district_review", "union_check")}, "steps"),
        ({"steps": ()}, "steps"),
        ({"pays_first": True, "money": True}, "pays_first"),
        ({"pays_first": True, "money": True, "ceiling": "10", "publicity_days": 5}, "pays_first"),
        ({"money": True, "sums": {"a": "1"}}, "sums"),
        ({"money": True, "sums": {"a": "1"}, "sum_by": "x"}, "sums"),
        ({"sums": {"a": "1"}, "sum_by": "x", "year": 2014}, "money"),
        ({"ceiling": "1"}, "money"),
    ],
)
def test_plan_that_cannot_be_is_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        ApplicationPlan(prefix="X", **fields)
