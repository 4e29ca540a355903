"""Leave for birth, miscarriage, fathers and parents, and the time for nursing, in Beijing."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from models.law import laws
from models.law.dates import ONE, YEAR, months_add
from models.law.inputs import Day, Inputs, Widget, WrongInput, Yes, number, whole
from models.law.result import Note, Notes, Number, Result
from models.law.tables import Law

BIRTH, DIFFICULT, EACH_MORE = 98, 15, 15
EARLY, LATE, EARLY_MONTHS = 15, 42, 4
PARENTAL_UNTIL, NURSING_UNTIL = 3 * YEAR, YEAR
Babies = Annotated[int, PlainValidator(whole(1, 9)), Widget("number")]
Pregnant = Annotated[Fraction, PlainValidator(number(10)), Widget("number")]


class Birth(Inputs):
    """*start* is the first day of the leave."""

    event: Literal["birth"]
    babies: Babies = 1
    difficult: Yes = False
    start: Day


class Miscarriage(Inputs):
    """*months_pregnant* decides between fifteen days and forty-two."""

    event: Literal["miscarriage"]
    months_pregnant: Pregnant
    start: Day


class Paternity(Inputs):
    """The leave of the father."""

    event: Literal["paternity"]
    start: Day | None = None


class Parental(Inputs):
    """The leave of each parent while the child is small; *on* is the day asked for."""

    event: Literal["parental"]
    child_born: Day
    on: Day


class Nursing(Inputs):
    """The hours for nursing; *on* is the day asked for."""

    event: Literal["nursing"]
    babies: Babies = 1
    child_born: Day
    on: Day


MaternityLeave = Birth | Miscarriage | Paternity | Parental | Nursing
Choice = Annotated[MaternityLeave, Field(discriminator="event")]


def maternity_leave(given: MaternityLeave, law: Law) -> Result:
    """Work out the days or hours of leave."""
    notes = Notes()
    notes.assume("leave.beijing")
    match given:
        case Birth():
            return _birth(given, law, notes)
        case Miscarriage():
            return _miscarriage(given, notes)
        case Paternity():
            days = _days(law, "paternity_days", given.start, notes)
            notes.did("maternity.father", days=days)
            return notes.result(
                {"total_days": days}, Note("maternity.paternity", {"days": days}), laws.BEIJING_FAMILIES
            )
        case Parental():
            return _parental(given, law, notes)
        case _:
            return _nursing(given, notes)


def _days(law: Law, name: str, day: date | None, notes: Notes) -> int:
    """Return the days that Beijing gave on *day*, now where none is named; none with a warning before the table begins."""
    newest: date = getattr(law.figures, name).rows[-1].effective_from
    found = law.figure(name, day or newest, notes)
    if found is None:
        notes.warn("maternity.earlier", human=True)
        return 0
    return int(found)


def _birth(given: Birth, law: Law, notes: Notes) -> Result:
    national = BIRTH + DIFFICULT * given.difficult + EACH_MORE * (given.babies - 1)
    extra = _days(law, "maternity_extra", given.start, notes)
    total = national + extra
    last = given.start + timedelta(days=total - 1)
    notes.did("maternity.birth", national=national, extra=extra, total=total, start=given.start, last=last)
    notes.warn("maternity.protected")
    numbers: dict[str, Number] = {
        "national": national,
        "beijing_extra": extra,
        "total_days": total,
        "last_day": last.isoformat(),
    }
    return notes.result(
        numbers, Note("maternity.days", {"days": total, "last": last}), laws.women("7"), laws.BEIJING_FAMILIES
    )


def _miscarriage(given: Miscarriage, notes: Notes) -> Result:
    days = EARLY if given.months_pregnant < EARLY_MONTHS else LATE
    last = given.start + timedelta(days=days - 1)
    notes.did("maternity.miscarriage", days=days, start=given.start, last=last)
    numbers: dict[str, Number] = {
        "national": days,
        "beijing_extra": 0,
        "total_days": days,
        "last_day": last.isoformat(),
    }
    return notes.result(numbers, Note("maternity.days", {"days": days, "last": last}), laws.women("7"))


def _parental(given: Parental, law: Law, notes: Notes) -> Result:
    days = _days(law, "parental_days", given.on, notes)
    until = _until(given, PARENTAL_UNTIL, "maternity.until_three", notes)
    eligible = given.on < until
    key = "maternity.parental" if eligible else "maternity.parental_over"
    numbers: dict[str, Number] = {"eligible": eligible, "workdays_per_year": days if eligible else 0}
    return notes.result(numbers, Note(key, {"days": days, "last": until - ONE}), laws.BEIJING_FAMILIES)


def _nursing(given: Nursing, notes: Notes) -> Result:
    until = _until(given, NURSING_UNTIL, "maternity.until_one", notes)
    eligible = given.on < until
    key = "maternity.nursing" if eligible else "maternity.nursing_over"
    numbers: dict[str, Number] = {"eligible": eligible, "hours_per_day": given.babies if eligible else 0}
    return notes.result(numbers, Note(key, {"hours": given.babies, "last": until - ONE}), laws.women("9"))


def _until(given: Parental | Nursing, months: int, key: str, notes: Notes) -> date:
    """Return the birthday on which it ends."""
    if given.on < given.child_born:
        raise WrongInput("order", "on")
    until = months_add(given.child_born, months)
    notes.did(key, until=until)
    return until
