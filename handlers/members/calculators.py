"""算一算: the law's calculators as short forms; the sum first, the working a press away, every answer correctable."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from handlers import inputs_said, reckoning
from handlers.inputs_said import ENTRIES
from handlers.reckoning import Told
from handlers.service import BEFORE, Service, Turn
from models.law.inputs import WrongInput
from models.law.registry import CALCULATORS, calculate
from models.law.result import Result
from models.law.tables import Law
from models.messages import Choice, Outgoing

FORM = "calc-"
STAMP = "calc:stamp"
NAME = "calc:name"
NOT_DISPUTED = frozenset({"retirement_age", "maternity_leave"})
DAYS = "overtime_pay"
DAY = frozenset({"date", "hours_worked", "comp_leave"})
SOON = 7
DEADLINES = {"limitation_date": "raw", "work_injury": "worker_raw"}
"""The number that is the member's last safe day to act."""


async def show(turn: Turn) -> Outgoing:
    """Show what can be worked out."""
    return turn.say("calc.list")


async def begin(turn: Turn, name: str) -> Outgoing:
    """Ask the first question of a calculator, or show the list."""
    if name == "more":
        return turn.say("calc.more")
    return turn.start(f"{FORM}{name}", name) if name in CALCULATORS else await show(turn)


async def finish(turn: Turn, name: str, answers: Mapping[str, str]) -> Outgoing:
    """Work it out; what cannot be is told, and the form opens again with the answers as buttons."""
    try:
        result = _result(turn, name, answers)
    except WrongInput as wrong:
        asked = turn.start(f"{FORM}{name}", name, _again(answers))
        return replace(asked, text=f"{reckoning.why(turn.content, wrong)}\n\n{asked.text}")
    stamp = secrets.token_hex(4)
    kept = {key: said for key, said in answers.items() if not key.startswith(BEFORE)}
    turn.conversation.answers = {**kept, STAMP: stamp, NAME: name}
    told = reckoning.told(turn.content, result)
    return Outgoing("\n\n".join(_parts(turn, name, result, told)), _choices(turn, name, stamp))


async def worked(turn: Turn, stamp: str) -> Outgoing:
    """Show how the last sum came about."""
    if not _kept(turn, stamp):
        return turn.say("calc.gone")
    name = turn.conversation.answers[NAME]
    told = reckoning.told(turn.content, _result(turn, name, turn.conversation.answers))
    text = "\n".join([*told.working, *told.assumptions, *told.warnings])
    return Outgoing(f"{text}\n\n{_law(turn, told)}", _choices(turn, name, stamp)[1:])


async def again(turn: Turn, stamp: str) -> Outgoing:
    """Open the form once more, the answers as buttons."""
    if not _kept(turn, stamp):
        return turn.say("calc.gone")
    name = turn.conversation.answers[NAME]
    return turn.start(f"{FORM}{name}", name, _again(turn.conversation.answers))


async def another_day(turn: Turn, stamp: str) -> Outgoing:
    """Ask for one more day of overtime; what was said so far is kept."""
    answers = turn.conversation.answers
    if not _kept(turn, stamp) or answers[NAME] != DAYS:
        return turn.say("calc.gone")
    entries = json.dumps(_inputs(turn, DAYS, answers)[ENTRIES])
    known = {key: said for key, said in answers.items() if key not in DAY and ":" not in key}
    asked = turn.start(f"{FORM}{DAYS}", DAYS, {**known, ENTRIES: entries})
    return replace(asked, text=f"{turn.say('calc.added').text}\n\n{asked.text}")


def _inputs(turn: Turn, name: str, answers: Mapping[str, str]) -> dict[str, object]:
    return inputs_said.inputs(name, turn.content.forms[f"{FORM}{name}"], answers, turn.today.date())


def _result(turn: Turn, name: str, answers: Mapping[str, str]) -> Result:
    return calculate(name, _inputs(turn, name, answers), Law.of(turn.content))


def _kept(turn: Turn, stamp: str) -> bool:
    """Say whether the sum that a button stands under is still there: it goes when another form begins."""
    return not turn.conversation.form and turn.conversation.answers.get(STAMP) == stamp


def _again(answers: Mapping[str, str]) -> dict[str, str]:
    """Return *answers* as those of an earlier round; earlier days of overtime are said anew."""
    return {f"{BEFORE}{name}": said for name, said in answers.items() if ":" not in name and name != ENTRIES}


def _parts(turn: Turn, name: str, result: Result, told: Told) -> list[str]:
    """Return what is said: first that a person must look, the sum, how near the day is, what to mind most, the law."""
    first = [turn.say("calc.human").text] if result.needs_human else []
    return [*first, told.summary, *_nearness(turn, name, result), *told.warnings[:1], _law(turn, told)]


def _nearness(turn: Turn, name: str, result: Result) -> list[str]:
    """Return how near the last day is; where that is told already, nothing."""
    last = result.numbers.get(DEADLINES.get(name, ""))
    if not isinstance(last, str) or result.numbers.get("expired_before"):
        return []
    left = (date.fromisoformat(last) - turn.today.date()).days
    if left < 0:
        return [turn.say("calc.limit.past").text]
    return [turn.say("calc.limit.near", days=left).text] if left < SOON else []


def _law(turn: Turn, told: Told) -> str:
    return turn.say("answer.law", law=told.law).text


def _choices(turn: Turn, name: str, stamp: str) -> tuple[Choice, ...]:
    found = [
        turn.choice("calc.choices.how", f"worked:{stamp}"),
        turn.choice("calc.choices.again", f"recalc:{stamp}"),
    ]
    if name == DAYS:
        found.append(turn.choice("calc.choices.day", f"nextday:{stamp}"))
    if name not in NOT_DISPUTED:
        found.append(turn.choice("calc.choices.aid", "aid:begin"))
    found.append(turn.choice("calc.choices.other", "calc"))
    return (*found, turn.choice("answer.choices.human", "human"))


service = Service(
    name="calculators",
    title="算一算",
    words=("算一算", "计算器", "計算器", "算算", "帮我算", "calculator"),
    answer=show,
    actions={"calc": begin, "worked": worked, "recalc": again, "nextday": another_day},
    finishes={"calc": finish},
)
