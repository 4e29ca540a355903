"""The smaller lists of the content: telephone numbers, places, duty hours, danger signs, forms."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.entries import Checked, Question

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Phone(Checked):
    """A telephone number that has been checked, and whose it is."""

    number: Annotated[str, BeforeValidator(str)]
    name: str
    hours: str = ""
    source: str
    checked_on: date


class Place(Checked):
    """A row of the directory: a station, a book room, a home, a branch, an organisation."""

    kind: Literal["station", "book_room", "home", "branch", "organisation"]
    name: str
    covers: tuple[str, ...] = ()
    area: str = ""
    note: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    position: tuple[float, float] | None = None
    checked_on: date
    demo: bool = False


class Colleague(Checked):
    """Somebody on duty and where urgent pages reach them."""

    name: str
    channel: str
    address: str


class Shift(Checked):
    """The hours of one weekday."""

    start: time
    end: time


def _shift(value: object) -> object:
    if not isinstance(value, str):
        return value
    start, _, end = value.partition("-")
    return {"start": start, "end": end}


class Duty(Checked):
    """Who answers members, when, and how soon; with nobody in *staff* the program promises nothing."""

    staff: tuple[Colleague, ...] = ()
    hours: Mapping[
        Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Annotated[Shift, BeforeValidator(_shift)]
    ]
    answer_minutes: int = Field(30, ge=1, le=24 * 60)
    phone: Annotated[str, BeforeValidator(str)] = "12351"
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    def on(self, day: date) -> Shift | None:
        """Return the hours of *day*'s weekday."""
        return self.hours.get(WEEKDAYS[day.weekday()])  # type: ignore[call-overload,no-any-return]  # a weekday's name is one of the keys


SIGNS = ("self_harm", "threatened", "violence", "injury_now", "crowd")
"""The dangers that are always looked for: staff may edit what is said, not switch it off."""


class DangerAnswer(Checked):
    """What is said at once; {paged} in *text* becomes *paged* when a colleague was asked, else *unpaged*."""

    text: str = Field(min_length=1)
    paged: str = ""
    unpaged: str = ""


class Danger(Checked):
    """Signs of danger, signs of low spirits, and figures of speech that are neither."""

    signs: Mapping[str, tuple[str, ...]]
    soft: tuple[str, ...]
    figures: tuple[str, ...]
    answers: Mapping[str, DangerAnswer]
    unpaged: str

    @model_validator(mode="after")
    def _all_answered(self) -> Self:
        for name in SIGNS:
            if not self.signs.get(name):
                raise ValueError(f"signs: {name} has none")
        for name in self.signs:
            if name not in self.answers:
                raise ValueError(f"answers: {name} has none")
        return self


class FormText(Checked):
    """A form of the program itself: its questions, the name of what it ends in, and what is so without a question."""

    questions: tuple[Question, ...]
    ends: str
    sets: Mapping[str, str] = {}


Retained = Literal[
    "conversations", "messages_failed", "questions", "talks", "consents", "cases", "applications", "proposals"
]
"""What is kept for a time that the federation sets."""


class Keep(Checked):
    """How many days one kind of data is kept; what is not *automatic* goes when somebody confirms it.

    Where it is not *verified* nobody has confirmed the period yet.
    """

    days: int = Field(ge=1)
    automatic: bool
    verified: bool
