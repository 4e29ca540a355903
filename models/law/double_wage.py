"""The second wage for months without a written contract: only what is added to the wage already paid."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from models.law import laws
from models.law.dates import ONE, YEAR, days, months, months_add
from models.law.inputs import Day, Inputs, Money, WrongInput, Yes
from models.law.result import Note, Notes, Result, cents
from models.law.tables import Law


class _Claim(Inputs):
    signed: Day | None = None
    ended: Day | None = None
    backdated_to: Day | None = None
    monthly: Money
    claim: Day
    protected: Yes | None = None


class NoContract(_Claim):
    """No contract was signed after *hire*; *monthly* holds the fixed items, *claim* is the day of the application."""

    kind: Literal["no_contract"]
    hire: Day


class ExpiredKeptWorking(_Claim):
    """The contract ended on *expired*, the work went on."""

    kind: Literal["expired_kept_working"]
    expired: Day


class OpenEndedRefused(_Claim):
    """A contract without an end was *due* and refused."""

    kind: Literal["open_ended_refused"]
    due: Day


DoubleWage = NoContract | ExpiredKeptWorking | OpenEndedRefused
Choice = Annotated[DoubleWage, Field(discriminator="kind")]


def double_wage(given: DoubleWage, law: Law) -> Result:
    """Work out the second wage, and the part of it that the year back from the claim leaves."""
    notes = Notes()
    first, start, limit = _span(given)
    if given.ended is not None and given.ended < first:
        raise WrongInput("order", "ended")
    if given.protected:
        notes.warn("double.protected", human=True)
    if given.backdated_to is not None:
        notes.warn("double.backdated", human=True)
        if given.backdated_to <= first:
            notes.did("double.backdated_whole")
            return _result(notes, given, None, (Fraction(0), Fraction(0)))
    end = _end(given, limit, notes)
    if start > end:
        notes.did("double.nothing")
        return _result(notes, given, None, (Fraction(0), Fraction(0)))
    return _result(notes, given, (start, end), _amounts(given, start, end, law, notes))


def _amounts(given: DoubleWage, start: date, end: date, law: Law, notes: Notes) -> tuple[Fraction, Fraction]:
    """Return the second wage for all months, and for those of the year before the claim."""
    since = max(start, months_add(given.claim, -YEAR))
    notes.did("double.span", start=start, end=end)
    theoretical = _amount(given, start, end, law, notes)
    claimable = _amount(given, since, end, law, Notes())
    notes.did("double.theoretical", amount=cents(theoretical))
    if claimable < theoretical:
        notes.did("double.back", since=since, amount=cents(claimable))
        notes.warn("double.plead")
    if end > given.claim:
        notes.warn("double.ahead")
    if given.kind == "no_contract" and end == months_add(given.hire, YEAR) - ONE:
        notes.warn("double.open_ended")
    return theoretical, claimable


def _span(given: DoubleWage) -> tuple[date, date, date | None]:
    """Return the first day without a contract, the first with a second wage, and the last that can have one."""
    match given:
        case NoContract():
            return given.hire, months_add(given.hire, 1), months_add(given.hire, YEAR) - ONE
        case ExpiredKeptWorking():
            start = given.expired + ONE
            return start, start, months_add(start, YEAR) - ONE
        case _:
            return given.due, given.due, None


def _end(given: DoubleWage, limit: date | None, notes: Notes) -> date:
    signed = given.signed - ONE if given.signed else None
    ends = [day for day in (signed, given.ended, limit) if day is not None]
    if not ends:
        notes.assume("double.until_claim", day=given.claim)
    return min(ends, default=given.claim)


def _amount(given: DoubleWage, start: date, end: date, law: Law, notes: Notes) -> Fraction:
    """Return the wage of whole months and, for parts, a day's wage for each worked day in them."""
    total = Fraction(0)
    for first, last, whole in months(start, end):
        if whole:
            total += given.monthly
            continue
        worked = sum(law.on(day, notes).works for day in days(first, last))
        part = given.monthly * worked / law.divisor("pay_days", first, notes)
        notes.did("double.part", first=first, last=last, days=worked, amount=cents(part))
        notes.assume("double.parts")
        total += part
    return total


def _result(
    notes: Notes, given: DoubleWage, span: tuple[date, date] | None, amounts: tuple[Fraction, Fraction]
) -> Result:
    theoretical, claimable = (cents(amount) for amount in amounts)
    start, end = (day.isoformat() for day in span) if span else (None, None)
    numbers = {"start": start, "end": end, "theoretical": theoretical, "claimable": claimable}
    notes.warn("double.only_added")
    key = "double.due" if amounts[0] else "double.none"
    if amounts[0] > amounts[1]:
        key = "double.partly"
    basis = [laws.contract("82"), laws.beijing_answers("40", "41", "42")]
    if given.kind == "no_contract":
        basis = [
            laws.contract("10", "82"),
            laws.contract_rules("6", "7"),
            laws.beijing_answers("41", "42"),
            laws.supreme_court("6"),
        ]
    elif given.kind == "open_ended_refused":
        basis[0] = laws.contract("14", "82")
    return notes.result(numbers, Note(key, {"theoretical": theoretical, "claimable": claimable}), *basis)
