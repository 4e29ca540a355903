"""Overtime: 150% on workdays, 200% on rest days, 300% on statutory holidays."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from models.calendar import holiday, statutory
from models.law import laws
from models.law.inputs import Day, Hours, Inputs, Listed, Money, PeriodHours, Widget, WrongInput, Yes
from models.law.result import Basis, Note, Notes, Result, cents, plain
from models.law.tables import Law

WORKDAY, REST_DAY, HOLIDAY = Fraction(3, 2), Fraction(2), Fraction(3)
NORMAL_HOURS = 8


class Entry(Inputs):
    """One day: the hours worked on it, and whether time off was given in lieu."""

    date: Day
    hours_worked: Hours
    comp_leave: Yes = False


class OvertimePay(Inputs):
    """*base_monthly* is the wage that overtime is reckoned from; *period_excess_hours* those of comprehensive hours."""

    base_monthly: Money
    hours_system: Literal["standard", "comprehensive_approved", "flexible_approved"]
    entries: Annotated[tuple[Entry, ...], Listed, Widget("entries")]
    min_wage: Money | None = None
    period_excess_hours: PeriodHours | None = None


def overtime_pay(given: OvertimePay, law: Law) -> Result:
    """Work out the overtime pay of some days."""
    days = [entry.date for entry in given.entries]
    if len(set(days)) < len(days):
        raise WrongInput("twice", "date")
    notes = Notes()
    if given.hours_system == "flexible_approved":
        notes.did("overtime.flexible")
        total = Fraction(0)
    else:
        total = sum((_entry(given, entry, law, notes) for entry in given.entries), Fraction(0))
        total += _excess(given, law, notes)
    notes.warn("overtime.approved" if given.hours_system != "standard" else "overtime.unapproved")
    notes.warn("overtime.base")
    notes.warn("overtime.duty")
    return notes.result({"total": cents(total)}, _summary(given, total), *_basis(given))


def _entry(given: OvertimePay, entry: Entry, law: Law, notes: Notes) -> Fraction:
    times, hours, kind = _rate(given, entry, law, notes)
    hour = _hour(given, entry.date, law, notes)
    if statutory(entry.date) and entry.comp_leave:
        notes.warn("overtime.holiday_comp")
    pay = hour * hours * times
    notes.did(
        f"overtime.{kind}", day=entry.date, name=holiday(entry.date), hours=plain(hours), times=plain(times),
        hour=cents(hour), pay=cents(pay),
    )  # fmt: skip
    return pay


def _rate(given: OvertimePay, entry: Entry, law: Law, notes: Notes) -> tuple[Fraction, Fraction, str]:
    """Return how many times the hour is paid, for how many hours, and what kind of day it is."""
    works = law.on(entry.date, notes).works
    if statutory(entry.date):
        return HOLIDAY, entry.hours_worked, "holiday"
    if given.hours_system == "comprehensive_approved":
        return WORKDAY, Fraction(0), "in_period"
    if works:
        return WORKDAY, max(Fraction(0), entry.hours_worked - NORMAL_HOURS), "workday"
    if entry.comp_leave:
        return REST_DAY, Fraction(0), "comp_leave"
    return REST_DAY, entry.hours_worked, "rest_day"


def _hour(given: OvertimePay, day: date, law: Law, notes: Notes) -> Fraction:
    base = law.lifted(given.base_monthly, day, given.min_wage, notes)
    return base / law.divisor("pay_hours", day, notes)


def _excess(given: OvertimePay, law: Law, notes: Notes) -> Fraction:
    hours = given.period_excess_hours
    if not hours:
        return Fraction(0)
    if given.hours_system == "standard":
        notes.warn("overtime.no_period")
        return Fraction(0)
    newest = law.figures.pay_hours.rows[-1].effective_from
    day = max((entry.date for entry in given.entries), default=newest)
    pay = _hour(given, day, law, notes) * hours * WORKDAY
    notes.did("overtime.excess", hours=plain(hours), pay=cents(pay))
    return pay


def _summary(given: OvertimePay, total: Fraction) -> Note:
    if given.hours_system == "flexible_approved":
        return Note("overtime.none_flexible", {})
    return Note(
        "overtime.due" if total else "overtime.none", {"total": cents(total), "days": len(given.entries)}
    )


def _basis(given: OvertimePay) -> tuple[Basis, ...]:
    article = {"standard": "14", "comprehensive_approved": "16", "flexible_approved": "17"}[
        given.hours_system
    ]
    found = [laws.labour("44"), laws.beijing_pay(article), laws.beijing_answers("57")]
    if any(statutory(entry.date) for entry in given.entries):
        found.append(laws.HOLIDAYS)
    return tuple(found)
