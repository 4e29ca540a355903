"""How urgent a case is, and why: the rules of DOMAIN.md, section 5. Who reads them may raise; only colleagues lower."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case_dates import roll
from models.case_deadlines import HEARING, computed, day_of
from models.cases import Urgency
from models.law.dates import months_add

GROUP, NEAR, COMING, WINDOW = 10, 7, 30, 60
"""People that are a group; days to a deadline that is near, or coming; days of an injury's window that runs out."""
LEVEL: Mapping[str, Urgency] = {
    "danger": "P0", "near": "P1", "gone": "P1", "group": "P1", "stoppage": "P1", "treatment": "P1",
    "migrant_arrears": "P1", "protected_dismissed": "P1", "minor": "P1", "union_dismissed": "P1", "pressed": "P1",
    "coming": "P2", "passed": "P2", "injury_window": "P2", "arrears_month": "P2",
}  # fmt: skip
"""What each reason makes of a case. A reason of a deadline carries its kind: `near:sue`."""
PROTECTED = frozenset({"pregnant", "nursing", "injured"})
EMPLOYERS = "injury_employer"
"""The window of the employer: once it has passed, the worker's own still runs."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """How urgent something is, and all that makes it so, the gravest first."""

    urgency: Urgency
    why: tuple[str, ...] = ()


def assess(
    topic: str,
    facts: Mapping[str, Any],
    people: int,
    *,
    deadlines: Mapping[str, date] | None = None,
    danger: bool = False,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    today: date,
) -> Assessment:
    """Return how urgent a case of these facts is today; *deadlines* are its open ones, else those the facts give."""
    open_ones = computed(topic, facts) if deadlines is None else deadlines
    found = ["danger"] if danger else []
    found += _of_facts(topic, facts, people, today)
    for kind, day in sorted(open_ones.items()):
        found += _of_deadline(kind, day, today, roll(day, holidays=holidays, workdays=workdays))
    why = tuple(sorted(found, key=lambda code: (level(code), code)))
    return Assessment(most(map(level, why)), why)


def level(code: str) -> Urgency:
    """Return how urgent a reason makes a case."""
    return LEVEL[code.partition(":")[0]]


def most(urgencies: Iterable[Urgency]) -> Urgency:
    """Return the most urgent of all."""
    return min(urgencies, default="P3")


def _of_facts(topic: str, facts: Mapping[str, Any], people: int, today: date) -> list[str]:
    protected = set(str(facts.get("protected", "")).split(","))
    dismissed = topic == "dismissal" or facts.get("paper_kind") == "notice"
    arrears = topic == "wages" or bool(facts.get("owed"))
    since = day_of(facts, "owed_since")
    holds = {
        "gone": facts.get("gone") == "yes",
        "group": people >= GROUP,
        "stoppage": facts.get("stoppage") == "yes",
        "treatment": facts.get("treatment") == "yes",
        "migrant_arrears": arrears and facts.get("migrant") == "yes",
        "protected_dismissed": dismissed and bool(protected & PROTECTED),
        "minor": "minor" in protected,
        "union_dismissed": dismissed and "union_work" in protected,
        "pressed": facts.get("pressed") == "yes",
        "arrears_month": arrears and since is not None and today > months_add(since, 1),
    }
    return [code for code, true in holds.items() if true]


def _of_deadline(kind: str, day: date, today: date, last: date) -> list[str]:
    """Return what a deadline makes of a case: its safe day counts, but until the last one it can still be held."""
    left = (day - today).days
    if today > (day if kind == HEARING else last):
        return [] if kind in {HEARING, EMPLOYERS} else [f"passed:{kind}"]
    found = ["near"] * (left < NEAR) or ["coming"] * (left <= COMING)
    found += ["injury_window"] * (kind.startswith("injury") and left < WINDOW)
    return [f"{code}:{kind}" for code in found]
