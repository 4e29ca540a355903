"""What calculators are given: read kindly from text, the first mistake told by the name of its field."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

FIRST, LAST = date(1950, 1, 1), date(2099, 12, 31)
MANY, PAIR = 1000, 2
NAME_LENGTH = 40
_NUMBER = re.compile(r"(-?)(\d{1,20}(?:\.\d{1,10})?)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_YES = {"true": True, "false": False}
_OWN = "law_"
_REASONS = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "literal_error": "choice",
    "union_tag_invalid": "choice",
    "union_tag_not_found": "missing",
}
"""What pydantic calls a mistake, and the end of the key of the text that tells it; all else is `shape`."""


class WrongInput(Exception):  # noqa: N818 -- an answer to whoever typed it
    """An input is missing, unknown or cannot be; the text `law.wrong.<reason>` says so and names *field*."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{reason}: {field}")
        self.reason, self.field = reason, field


class Inputs(BaseModel):
    """The inputs of a calculator; a name that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Widget(str):
    """How a field is filled in on a page: date, month, number, yes, days, spans or entries."""

    __slots__ = ()


def _wrong(reason: str) -> PydanticCustomError:
    return PydanticCustomError(f"{_OWN}{reason}", "is not right")


def _text(value: object) -> str:
    if value is None:
        raise _wrong("missing")
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise _wrong("shape")
    return unicodedata.normalize("NFKC", str(value)).strip()


def _exact(value: object) -> Fraction:
    """Return the number that is written, to the last digit."""
    match = _NUMBER.fullmatch(_text(value))
    if match is None:
        raise _wrong("number")
    if match[1] and Fraction(match[2]):
        raise _wrong("negative")
    return Fraction(match[2])


def number(most: int) -> Callable[[object], Fraction]:
    """Return what reads a number from 0 to *most*."""

    def read(value: object) -> Fraction:
        found = _exact(value)
        if found > most:
            raise _wrong("huge")
        return found

    return read


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return what reads a whole number from *least* to *most*."""

    def read(value: object) -> int:
        found = _exact(value)
        if found.denominator != 1:
            raise _wrong("whole")
        if not least <= found <= most:
            raise _wrong("range")
        return int(found)

    return read


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise _wrong("date") from error
    if not FIRST <= found <= LAST:
        raise _wrong("far")
    return found


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    text = _text(value)
    if not _DAY.fullmatch(text):
        raise _wrong("date")
    return _date(text)


def _month(value: object) -> date:
    if isinstance(value, date):
        return value
    text = _text(value)
    if not _MONTH.fullmatch(text):
        raise _wrong("month")
    return _date(f"{text}-01")


def _yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value is None:
        raise _wrong("missing")
    if not isinstance(value, str) or value.strip().lower() not in _YES:
        raise _wrong("yes")
    return _YES[value.strip().lower()]


def _span(value: object) -> tuple[date, date]:
    if not isinstance(value, list | tuple) or len(value) != PAIR:
        raise _wrong("span")
    first, last = _day(value[0]), _day(value[1])
    if last < first:
        raise _wrong("order")
    return first, last


def _listed(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise _wrong("list")
    if len(value) > MANY:
        raise _wrong("many")
    return tuple(value)


Day = Annotated[date, PlainValidator(_day), Widget("date")]
Month = Annotated[date, PlainValidator(_month), Widget("month")]
Money = Annotated[Fraction, PlainValidator(number(10**8)), Widget("number")]
Hours = Annotated[Fraction, PlainValidator(number(24)), Widget("number")]
PeriodHours = Annotated[Fraction, PlainValidator(number(9000)), Widget("number")]
Years = Annotated[Fraction, PlainValidator(number(80)), Widget("number")]
Days = Annotated[Fraction, PlainValidator(number(366)), Widget("number")]
Months = Annotated[Fraction, PlainValidator(number(600)), Widget("number")]
Yes = Annotated[bool, PlainValidator(_yes), Widget("yes")]
Listed = BeforeValidator(_listed)
AllDays = Annotated[tuple[Day, ...], Listed, Widget("days")]
Span = Annotated[tuple[date, date], PlainValidator(_span)]
Spans = Annotated[tuple[Span, ...], Listed, Widget("spans")]


def wrong(error: ValidationError) -> WrongInput:
    """Return the first mistake that *error* tells of, under the name of the field that is to blame."""
    problem = error.errors()[0]
    kind = str(problem["type"])
    reason = kind.removeprefix(_OWN) if kind.startswith(_OWN) else _REASONS.get(kind, "shape")
    field = _field(problem)[:NAME_LENGTH]
    return WrongInput(reason, field) if field else WrongInput("inputs")


def _field(problem: Any) -> str:
    """Return the innermost field named; of a choice between kinds of inputs, the field that chooses."""
    if problem["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return str(problem["ctx"]["discriminator"]).strip("'")
    names = [part for part in problem["loc"] if isinstance(part, str)]
    return names[-1] if names else ""
