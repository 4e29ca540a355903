"""The way of an application: which state may follow which, by the plan that is pinned to it (DOMAIN.md, section 6). Pure."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Literal, get_args

from config.entries import CHECKS, ApplicationPlan

State = Literal[
    "draft", "submitted", "needs_supplement",
    "union_check", "home_visit", "street_check", "economic_check", "district_review",
    "publicity", "approved", "paying", "paid", "pay_returned", "rejected", "appealed", "withdrawn", "lapsed",
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)
OPEN_CHECKS = ("submitted", *CHECKS)
"""States in which colleagues look at it: it can be refused, given back for a supplement, or withdrawn."""
OVER = frozenset({"paid", "withdrawn", "lapsed"})


def way(plan: ApplicationPlan) -> tuple[State, ...]:
    """Return the states from handing in to the end when nothing is wrong."""
    checks = plan.steps[:1] if plan.pays_first else plan.steps
    shown: tuple[State, ...] = ("publicity",) if plan.publicity_days else ()
    paid: tuple[State, ...] = ("paying", "paid") if plan.money else ()
    return ("submitted", *checks, *shown, "approved", *paid)


def allowed(plan: ApplicationPlan, state: str) -> frozenset[State]:
    """Return the states that may follow *state*."""
    steps = way(plan)
    after: Mapping[str, State] = dict(pairwise(steps))
    last = next(step for step in reversed(steps) if step in OPEN_CHECKS)
    found: set[State] = {after[state]} if state in after else set()
    if state in OPEN_CHECKS and state in steps:
        found |= {"needs_supplement", "rejected", "withdrawn"}
    match state:
        case "draft":
            found = {"submitted", "withdrawn", "lapsed"}
        case "needs_supplement":
            found = {"submitted", "withdrawn", "lapsed"}
        case "publicity" if plan.publicity_days:
            found |= {last, "rejected", "withdrawn"}
        case "paying" if plan.money:
            found = {"paid", "pay_returned"}
        case "pay_returned" if plan.money:
            found = {"paying", "lapsed"}
        case "rejected":
            found = {"appealed"}
        case "appealed":
            found = {last, "rejected"}
    return frozenset(found)


def ended(plan: ApplicationPlan, state: str) -> bool:
    """Say whether nothing more comes after *state*, unless it is an appeal."""
    return state in OVER or state == "rejected" or state == way(plan)[-1]


def given(plan: ApplicationPlan, answers: Mapping[str, str]) -> Decimal | None:
    """Return the sum in yuan that follows from the answers; None where colleagues decide it."""
    return plan.sums.get(answers.get(plan.sum_by, "")) if plan.sums else None
