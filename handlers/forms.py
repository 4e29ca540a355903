"""Forms: questions asked one at a time. Pure: answers in, next question out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config.entries import Question
from handlers import days, saying
from handlers.choosing import number, tidy

TEXT_LENGTH = 500
SKIPPED = ""
TICKS = "ticks:"
"""Marks the options ticked so far of the question that is being answered."""
AND = "、"
"""Stands between the options of an answer that has several."""
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_PARTS = re.compile(r"[\s,，、;；和]+")
_DIGITS = re.compile(r"[0-9]{1,19}")

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A list of questions; some are asked only when earlier answers say so."""

    questions: tuple[Question, ...]

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions that these answers call for."""
        called = (q for q in self.questions if _called(q, answers))
        rest = (_without(q, answers) if q.without else q for q in called)
        return tuple(q for q in rest if q.options or not q.without)

    def next(self, answers: Answers) -> Question | None:
        """Return the first question without an answer."""
        return next((q for q in self.asked(answers) if q.name not in answers), None)

    def back(self, answers: Answers) -> dict[str, str] | None:
        """Return *answers* without the last one; None at the first question."""
        given = [q.name for q in self.asked(answers) if q.name in answers]
        if not given:
            return None
        return {name: value for name, value in answers.items() if name != given[-1]}

    def accept(self, answers: Answers, said: str, *, today: date) -> dict[str, str] | None:
        """Return *answers* with what was *said* to the next question; None when it does not fit."""
        question = self.next(answers)
        value = None if question is None else read(question, said, today=today)
        if question is None or value is None:
            return None
        return answered(answers, question, value)


def read(question: Question, said: str, *, today: date) -> str | None:
    """Return the answer in *said* as it is kept, or None when it does not fit *question*."""
    text = unicodedata.normalize("NFKC", said).strip()
    if not text or question.kind in {"photo", "file"}:
        return None
    chosen = next((one for one in options(question) if tidy(one) == tidy(text)), None)
    if question.kind in {"choice", "confirm"} or (chosen and chosen in question.means):
        return chosen
    match question.kind:
        case "number" | "day" | "month":
            return _written(question, text, today)
        case "phone":
            found = _PHONE.search(re.sub(r"(?<=\d)[ -](?=\d)", "", text))
            return found[0] if found else None
        case "digits":
            given = re.sub(r"[ -]", "", text)
            fits = _DIGITS.fullmatch(given) and len(given) >= question.digits
            return given[-question.digits :] if fits else None
        case "date":
            return _day(question, text, today)
        case "several":
            return _several(question, text)
        case _:
            return text if len(text) <= TEXT_LENGTH else None


def _written(question: Question, text: str, today: date) -> str | None:
    if question.kind == "number":
        return saying.amount(text, question.unit)
    return saying.day(text, today) if question.kind == "day" else saying.month(text, today)


def read_file(question: Question, kind: str, file: str) -> str | None:
    """Return the reference of a sent picture or file when *question* asks for one."""
    fits = kind in {"photo", "file"} if question.kind == "file" else question.kind == kind
    return file if fits and file else None


def options(question: Question) -> Sequence[str]:
    """Return what can be chosen, the way it is written on the buttons."""
    return ("对", "不对") if question.kind == "confirm" else question.options


def _day(question: Question, text: str, today: date) -> str | None:
    found = days.read(text, today, past=question.past)
    return found.isoformat() if found else None


def step(answers: Answers) -> int:
    """Return how far a form has come: ticks of a question that is being answered do not count."""
    return sum(not name.startswith(TICKS) for name in answers)


def answered(answers: Answers, question: Question, value: str) -> dict[str, str]:
    """Return *answers* with the one to *question*, whose ticks are over."""
    kept = {name: said for name, said in answers.items() if name != f"{TICKS}{question.name}"}
    return {**kept, question.name: value}


def ticked(question: Question, answers: Answers) -> tuple[str, ...]:
    """Return the options of *question* that are ticked so far."""
    said = _chosen(answers.get(f"{TICKS}{question.name}", ""))
    return tuple(option for option in question.options if option in said)


def tick(question: Question, answers: Answers, option: str, *, on: bool) -> dict[str, str]:
    """Return *answers* with *option* ticked or no longer ticked."""
    before = ticked(question, answers)
    now = [one for one in question.options if (on if one == option else one in before)]
    return {**answers, f"{TICKS}{question.name}": AND.join(now)}


def coded(questions: Sequence[Question], answers: Answers) -> dict[str, str]:
    """Return the answers that were given, options by what they are called in the program."""
    given = {q.name: (q, answers[q.name]) for q in questions if answers.get(q.name)}
    return {name: _code(question, value) for name, (question, value) in given.items()}


def _code(question: Question, value: str) -> str:
    if not question.codes:
        return value
    codes = dict(zip(question.options, question.codes, strict=True))
    return ",".join(filter(None, (codes.get(one) for one in value.split(AND))))


def _called(question: Question, answers: Answers) -> bool:
    return all(
        answers.get(name) in wanted or not _chosen(answers.get(name, "")).isdisjoint(wanted)
        for name, wanted in question.conditions.items()
    )


def _without(question: Question, answers: Answers) -> Question:
    """Return *question* without the options that were ticked for an earlier one."""
    gone = _chosen(answers.get(question.without, ""))
    kept = [one for one in question.options if one not in gone]
    return question.model_copy(update={"options": tuple(kept), "codes": ()})


def _chosen(answer: str) -> frozenset[str]:
    return frozenset(answer.split(AND)) if answer else frozenset()


def _several(question: Question, text: str) -> str | None:
    """Return the options that are named, by their words or their numbers, in the order of the question."""
    by_word = {tidy(option): option for option in question.options}
    named: set[str] = set()
    for part in _PARTS.split(text):
        at = number(part)
        option = by_word.get(tidy(part)) or (question.options[at - 1] if at and at <= len(by_word) else None)
        if option is None:
            return None
        named.add(option)
    return AND.join(option for option in question.options if option in named)
