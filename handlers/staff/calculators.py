"""The law's calculators for caseworkers: fields, result and working to copy; nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from handlers import reckoning
from handlers.console import Action, Page, Reply, View, Visit
from models.base import Refused
from models.law.inputs import Inputs, Widget, WrongInput
from models.law.registry import CALCULATORS, calculate
from models.law.result import Result
from models.law.tables import Law

ROLES = frozenset({"administrator", "caseworker", "approver", "viewer"})
COMP_LEAVE = "补休"


@dataclass(frozen=True, slots=True)
class Field:
    """A field to fill in: *widget* says how, *options* what can be chosen."""

    name: str
    title: str
    widget: str
    options: tuple[tuple[str, str], ...]
    needed: bool


async def show(visit: Visit) -> Reply:
    """Show the fields of the calculator that was chosen."""
    return _page(visit, None)


async def work_out(visit: Visit) -> Reply:
    """Show the result."""
    name, kind = _chosen(visit)
    given = {
        field.name: value
        for field in _fields(visit, name, kind)
        if (value := _value(visit, field)) is not None
    }
    choice = CALCULATORS[name].choice
    if choice:
        given[choice] = _choice(kind, choice)
    try:
        result = calculate(name, given, Law.of(visit.content))
    except WrongInput as wrong:
        raise Refused("calc_wrong", reckoning.why(visit.content, wrong)) from wrong
    return _page(visit, result)


def _page(visit: Visit, result: Result | None) -> View:
    name, kind = _chosen(visit)
    told = reckoning.told(visit.content, result) if result else None
    copied = (
        "\n".join([told.summary, *told.working, *told.assumptions, *told.warnings, told.law]) if told else ""
    )
    return View("calculators.html", {
        "which": _key(name, kind), "all": _all(visit), "fields": _fields(visit, name, kind),
        "result": result, "told": told, "copied": copied,
    })  # fmt: skip


def _all(visit: Visit) -> list[tuple[str, str]]:
    """Return every calculator, each of its forms on its own, with its name."""
    keys = [_key(name, kind) for name, calculator in CALCULATORS.items() for kind in calculator.kinds]
    return [(key, visit.say(f"law.title.{key}")) for key in keys]


def _chosen(visit: Visit) -> tuple[str, type[Inputs]]:
    """Return the calculator and the form of its inputs that were chosen; the first where none was."""
    name, _, chosen = (visit.said("which") or visit.query.get("which", "")).partition(".")
    name = name if name in CALCULATORS else next(iter(CALCULATORS))
    return name, CALCULATORS[name].kind(chosen)


def _key(name: str, kind: type[Inputs]) -> str:
    choice = CALCULATORS[name].choice
    return f"{name}.{_choice(kind, choice)}" if choice else name


def _choice(kind: type[Inputs], choice: str) -> str:
    return str(get_args(kind.model_fields[choice].annotation)[0])


def _fields(visit: Visit, name: str, kind: type[Inputs]) -> list[Field]:
    shown = {key: info for key, info in kind.model_fields.items() if key != CALCULATORS[name].choice}
    return [
        Field(key, visit.say(f"law.field.{key}"), _widget(info.annotation, info.metadata),
              tuple((one, visit.say(f"law.option.{one}")) for one in _literals(info.annotation)), info.is_required())
        for key, info in shown.items()
    ]  # fmt: skip


def _widget(annotation: Any, metadata: Any) -> str:
    """Return how a field is filled in, as its type says."""
    inner = [part for one in get_args(annotation) for part in getattr(one, "__metadata__", ())]
    return next((str(mark) for mark in (*metadata, *inner) if isinstance(mark, Widget)), "choice")


def _literals(annotation: Any) -> tuple[str, ...]:
    return tuple(one for one in get_args(annotation) if isinstance(one, str))


def _value(visit: Visit, field: Field) -> object:
    """Return what was typed, as the calculator takes it; None for nothing."""
    said = visit.said(field.name)
    lines = [line.split() for line in said.splitlines() if line.strip()]
    match field.widget:
        case "days":
            return [part for line in lines for part in line] or None
        case "spans":
            return lines or None
        case "entries":
            return [_entry(line) for line in lines]
        case _:
            return said or None


def _entry(line: list[str]) -> Mapping[str, object]:
    """Return a day of overtime typed as 2026-03-14 8 补休."""
    named = dict(zip(("date", "hours_worked"), line, strict=False))
    return {**named, "comp_leave": COMP_LEAVE in line[2:]}


pages = (
    Page(
        "/calculators", "算一算", ROLES, show,
        {"calculate": Action("算一算", work_out, silent=True)}, menu="算一算", rank=46,
    ),
)  # fmt: skip
