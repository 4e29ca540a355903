"""Forms: questions asked one at a time. Pure: answers in, next question out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config.entries import Question
from handlers import saying
from handlers.choosing import tidy

TEXT_LENGTH = 500
SKIPPED = ""
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_DATE = re.compile(r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?")
_DIGITS = re.compile(r"[0-9]{1,19}")

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A list of questions; some are asked only when earlier answers say so."""

    questions: tuple[Question, ...]

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions that these answers call for."""
        return tuple(
            q for q in self.questions if all(answers.get(name) == value for name, value in q.when.items())
        )

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
        return {**answers, question.name: value}


def read(question: Question, said: str, *, today: date) -> str | None:
    """Return the answer in *said* as it is kept, or None when it does not fit *question*."""
    text = unicodedata.normalize("NFKC", said).strip()
    if not text:
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
            return _day(text, today)
        case "photo" | "file":
            return None
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


def _day(text: str, today: date) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        return date(int(year or today.year), int(month), int(day)).isoformat()
    except ValueError:
        return None
