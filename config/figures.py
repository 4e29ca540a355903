"""The law's figures by time: what they are, from when, where they were read, and how sure that is."""

from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.entries import Checked

UNVERIFIED = "U"
"""The mark of a figure that nobody has verified: whoever tells it says so."""


def _decimal(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a figure stands in quotes, so that it is kept to the last digit")  # noqa: TRY004 -- pydantic collects ValueErrors
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ValueError("is not a number") from error


class Row(Checked):
    """A figure for some time: *mark* is V2 (two sources), V1 (one) or U (unverified)."""

    value: Annotated[Decimal, BeforeValidator(_decimal), Field(gt=0)]
    effective_from: date
    effective_to: date | None = None
    source: str = Field(min_length=1)
    checked_on: date
    mark: Literal["V2", "V1", "U"]


class Figure(Checked):
    """One figure over time, the earliest row first; a row without an end holds until the next begins."""

    title: str
    unit: str
    rows: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for row in self.rows:
            if row.effective_to is not None and row.effective_to < row.effective_from:
                raise ValueError(f"rows: the one from {row.effective_from} ends before it begins")
        for row, following in pairwise(self.rows):
            if following.effective_from <= (row.effective_to or row.effective_from):
                raise ValueError(f"rows: the one from {following.effective_from} overlaps the one before")
        return self

    def at(self, day: date) -> Row | None:
        """Return the row that holds on *day*."""
        begun = [row for row in self.rows if row.effective_from <= day]
        if not begun or (begun[-1].effective_to is not None and begun[-1].effective_to < day):
            return None
        return begun[-1]


class Figures(Checked):
    """Every figure that the program needs."""

    min_wage_month: Figure
    min_wage_hour: Figure
    min_wage_part_time: Figure
    min_wage_part_time_holiday: Figure
    cap_3x: Figure
    pay_days: Figure
    pay_hours: Figure
    maternity_extra: Figure
    paternity_days: Figure
    parental_days: Figure
    member_dues: Figure
    publicity_days: Figure
