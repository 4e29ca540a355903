"""Until when to apply for arbitration or to sue; the day before any free days is the safe one."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from models.law import laws
from models.law.dates import ONE, YEAR, months_add
from models.law.inputs import AllDays, Day, Inputs, Spans, WrongInput
from models.law.result import Basis, Note, Notes, Result
from models.law.tables import Law

TO_SUE = timedelta(days=15)


class _Running(Inputs):
    interruptions: AllDays = ()
    suspensions: Spans = ()


class General(_Running):
    """*known* is the day on which the worker knew, or should have known."""

    kind: Literal["general"]
    known: Day


class WageArrears(_Running):
    """*ended* is the last day of the employment; without it no time runs."""

    kind: Literal["wage_arrears"]
    ended: Day | None = None


class SueAfterAward(Inputs):
    """*received* is the day on which the award came."""

    kind: Literal["sue_after_award"]
    received: Day


LimitationDate = General | WageArrears | SueAfterAward
Choice = Annotated[LimitationDate, Field(discriminator="kind")]
_APPLY = (laws.arbitration("27"), laws.civil_code("201", "202", "203"))


def limitation_date(given: LimitationDate, law: Law) -> Result:
    """Work out the last day, as counted and moved past free days."""
    notes = Notes()
    match given:
        case SueAfterAward():
            raw = given.received + TO_SUE
            notes.did("limit.sue", received=given.received, raw=raw)
            basis = (laws.arbitration("48", "50"), laws.beijing_answers("12"), laws.CIVIL_PROCEDURE)
            return _result(law, raw, None, notes, basis)
        case WageArrears():
            return _apply(given, given.ended, law, notes)
        case _:
            return _apply(given, given.known, law, notes)


def _apply(given: _Running, start: date | None, law: Law, notes: Notes) -> Result:
    if start is None:
        notes.did("limit.employed")
        numbers = {"raw": None, "last_day": None, "expired_before": None}
        return notes.result(numbers, Note("limit.employed", {}), *_APPLY)
    raw, expired = _year(given, start, law, notes)
    notes.warn("limit.plead")
    return _result(law, raw, expired, notes)


def _result(
    law: Law, raw: date, expired: date | None, notes: Notes, basis: tuple[Basis, ...] = _APPLY
) -> Result:
    last = law.roll(raw, notes)
    if last != raw:
        notes.did("limit.rolled", raw=raw, last=last)
    numbers = {
        "raw": raw.isoformat(), "last_day": last.isoformat(), "expired_before": expired.isoformat() if expired else None,
    }  # fmt: skip
    key = "limit.expired" if expired else "limit.due"
    return notes.result(numbers, Note(key, {"raw": raw, "last": last}), *basis)


def _year(given: _Running, start: date, law: Law, notes: Notes) -> tuple[date, date | None]:
    """Return the last day of the year from *start*, and the interruption that came too late, if one did."""
    if any(day < start for day in given.interruptions) or any(last < start for _, last in given.suspensions):
        raise WrongInput("before", "interruptions")
    raw = months_add(start, YEAR)
    notes.did("limit.year", start=start, raw=raw)
    raw = _suspended(given, start, raw, law, notes)
    for day in sorted(given.interruptions):
        if day > law.roll(raw, Notes()):
            notes.did("limit.too_late", day=day, raw=raw)
            notes.warn("limit.expired", human=True)
            return raw, day
        raw = months_add(day, YEAR)
        notes.did("limit.again", day=day, raw=raw)
    if given.interruptions and any(last > max(given.interruptions) for _, last in given.suspensions):
        notes.warn("limit.both", human=True)
    return raw, None


def _suspended(given: _Running, start: date, raw: date, law: Law, notes: Notes) -> date:
    """Add the days on which the time stood still, each once, while it was running."""
    counted = start - ONE
    for first, last in sorted(given.suspensions):
        since = max(first, counted + ONE)
        if since > law.roll(raw, Notes()):
            notes.warn("limit.suspended_late", day=since)
            break
        more = max(0, (last - since).days + 1)
        counted, raw = max(counted, last), raw + timedelta(days=more)
        notes.did("limit.suspended", first=since, last=last, days=more, raw=raw)
    return raw
