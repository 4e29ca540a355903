"""Paid annual leave: the days of a year, and what unused ones are worth."""

from datetime import date
from fractions import Fraction
from math import floor
from typing import Annotated

from pydantic import PlainValidator

from models.law import laws
from models.law.inputs import Day, Days, Inputs, Money, Months, Widget, WrongInput, Years, Yes, whole
from models.law.result import Note, Notes, Result, cents, counted, plain
from models.law.tables import Law

BANDS = ((20, 15, 4), (10, 10, 3), (1, 5, 2))
"""From how many years of work on there are how many days, and how many months of illness take them away."""
YEAR_DAYS = 365
Year = Annotated[int, PlainValidator(whole(2008, 2099)), Widget("number")]


class AnnualLeave(Inputs):
    """*total_years* are those with all employers; *joined* and *left* matter when they lie in *year*."""

    year: Year
    total_years: Years
    continuous_12m: Yes
    joined: Day | None = None
    left: Day | None = None
    taken: Days
    avg12_no_overtime: Money
    declined_in_writing: Yes = False
    sick_months: Months = Fraction(0)


def annual_leave(given: AnnualLeave, law: Law) -> Result:
    """Work out the leave of a year and the pay for what is left of it."""
    _in_order(given)
    notes = Notes()
    entitled = _entitled(given, notes)
    due = _due(given, entitled, notes)
    unused = max(Fraction(0), due - given.taken)
    if given.taken > due:
        notes.warn("leave.more_taken")
    pay_days = law.divisor("pay_days", date(given.year, 12, 31), notes)
    pay = given.avg12_no_overtime * unused / pay_days
    notes.did(
        "leave.day",
        wage=cents(given.avg12_no_overtime),
        divisor=plain(pay_days),
        day=cents(given.avg12_no_overtime / pay_days),
    )
    total, extra = (pay, Fraction(0)) if given.declined_in_writing else (pay * 3, pay * 2)
    notes.did(
        "leave.declined" if given.declined_in_writing else "leave.sum",
        days=plain(unused),
        total=cents(total),
        extra=cents(extra),
    )
    notes.warn("leave.rules")
    return notes.result(
        {"entitled": entitled, "due": due, "unused": counted(unused), "total_300": cents(total), "extra_200": cents(extra)},
        _summary(given, unused, total, extra),
        laws.annual_leave("3", "4", "5"), laws.annual_leave_rules("4", "5", "10", "11", "12"),
    )  # fmt: skip


def _in_order(given: AnnualLeave) -> None:
    if given.joined and (given.joined.year > given.year or (given.left and given.left < given.joined)):
        raise WrongInput("order", "joined")
    if given.left and given.left.year < given.year:
        raise WrongInput("order", "left")


def _band(years: Fraction) -> tuple[int, int]:
    """Return the days of leave, and the months of illness that take them away."""
    return next(((days, months) for least, days, months in BANDS if years >= least), (0, 0))


def _entitled(given: AnnualLeave, notes: Notes) -> int:
    days, months = _band(given.total_years)
    if not given.continuous_12m or not days:
        notes.did("leave.too_short")
        return 0
    notes.did("leave.entitled", years=plain(given.total_years), days=days)
    if _band(max(Fraction(0), given.total_years - 1))[0] < days:
        notes.warn("leave.band", human=True)
    if given.sick_months >= months:
        notes.did("leave.sick", months=months)
        return 0
    return days


def _due(given: AnnualLeave, entitled: int, notes: Notes) -> int:
    """Return the days due; who joined or left in the year has whole days for the part that they were there."""
    first, last = date(given.year, 1, 1), date(given.year, 12, 31)
    since, until = max(first, given.joined or first), min(last, given.left or last)
    if (since, until) == (first, last):
        return entitled
    here = (until - since).days + 1
    due = min(entitled, floor(Fraction(here * entitled, YEAR_DAYS)))
    notes.did("leave.part", here=here, entitled=entitled, due=due)
    return due


def _summary(given: AnnualLeave, unused: Fraction, total: Fraction, extra: Fraction) -> Note:
    if not unused:
        return Note("leave.none", {"year": given.year})
    key = "leave.due_declined" if given.declined_in_writing else "leave.due"
    return Note(
        key, {"year": given.year, "days": plain(unused), "total": cents(total), "extra": cents(extra)}
    )
