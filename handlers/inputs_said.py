"""The inputs of a calculator in the answers of its form. Pure."""

import json
from collections.abc import Mapping
from datetime import date

from config.lists import FormText
from handlers.forms import Form
from models.law.registry import CALCULATORS

ENTRIES = "entries"
MOST_DAYS = 60


def inputs(name: str, form: FormText, answers: Mapping[str, str], today: date) -> dict[str, object]:
    """Return what the calculator called *name* is given: what options stand for, and what is set without a question."""
    given: dict[str, object] = {}
    for question in Form(form.questions).asked(answers):
        said = answers.get(question.name, "")
        if meant := question.means.get(said, said):
            given[question.name.partition(".")[0]] = _today(meant, given, today)
    calculator = CALCULATORS[name]
    known = calculator.kind(str(given.get(calculator.choice, ""))).model_fields
    given = {key: _today(meant, given, today) for key, meant in form.sets.items() if key in known} | given
    if name == "overtime_pay":
        return _with_days(given, answers)
    if "interruptions" in given:
        given["interruptions"] = [given["interruptions"]]
    return given


def _today(meant: str, given: Mapping[str, object], today: date) -> object:
    """Return what a word of the forms stands for: today, this or last year, the first day of the work."""
    if meant == "first_day":
        return next((given[name] for name in ("hire", "expired", "due") if name in given), None)
    words = {"today": today.isoformat(), "this_year": str(today.year), "last_year": str(today.year - 1)}
    return words.get(meant, meant)


def _with_days(given: dict[str, object], answers: Mapping[str, str]) -> dict[str, object]:
    """Return the inputs of overtime: the day just said joins those before it, and takes the place of the same one."""
    day = {name: given.pop(name) for name in ("date", "hours_worked", "comp_leave")}
    before = [one for one in json.loads(answers.get(ENTRIES, "[]")) if one["date"] != day["date"]]
    return {**given, ENTRIES: [*before, day][-MOST_DAYS:]}
