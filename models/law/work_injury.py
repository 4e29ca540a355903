"""Work injuries: until when to apply, what a grade is worth, whether the employer was late, when the decision is due."""

from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from models.law import laws
from models.law.dates import YEAR, months_add
from models.law.inputs import Day, Inputs, Money, Widget, WrongInput, Yes, whole
from models.law.result import Note, Notes, Number, Result, cents
from models.law.tables import Law

EMPLOYER, DECISION, SIMPLE = timedelta(days=30), timedelta(days=60), timedelta(days=15)
MONTHS = (27, 25, 23, 21, 18, 16, 13, 11, 9, 7)
ALLOWANCE = (90, 85, 80, 75)
LEAST, MOST = Fraction(3, 5), Fraction(3)
Grade = Annotated[int, PlainValidator(whole(1, 10)), Widget("number")]


class Deadlines(Inputs):
    """*event* is the day of the accident, or of the diagnosis of an occupational disease."""

    ask: Literal["deadlines"]
    event: Day


class LumpSum(Inputs):
    """*regional_avg* is the average monthly wage of the region, which limits what is reckoned from."""

    ask: Literal["lump_sum"]
    grade: Grade
    own_wage: Money
    regional_avg: Money | None = None


class EmployerLate(Inputs):
    """*employer_filed* is the day on which the employer applied."""

    ask: Literal["employer_late"]
    event: Day
    employer_filed: Day


class DecisionDue(Inputs):
    """*accepted* is the day on which the application was accepted; *simple* that the facts are clear."""

    ask: Literal["decision_due"]
    accepted: Day
    simple: Yes = False


WorkInjury = Deadlines | LumpSum | EmployerLate | DecisionDue
Choice = Annotated[WorkInjury, Field(discriminator="ask")]


def work_injury(given: WorkInjury, law: Law) -> Result:
    """Answer what was asked about a work injury."""
    notes = Notes()
    match given:
        case Deadlines():
            return _deadlines(given, law, notes)
        case LumpSum():
            return _lump_sum(given, notes)
        case EmployerLate():
            return _employer_late(given, law, notes)
        case _:
            return _decision_due(given, law, notes)


def _deadlines(given: Deadlines, law: Law, notes: Notes) -> Result:
    employer, worker = given.event + EMPLOYER, months_add(given.event, YEAR)
    employer_last, worker_last = law.roll(employer, notes), law.roll(worker, notes)
    notes.did("injury.deadlines", event=given.event, employer=employer, worker=worker)
    notes.assume("injury.disease")
    notes.warn("injury.proof")
    numbers = {
        "employer_raw": employer.isoformat(), "employer_last": employer_last.isoformat(),
        "worker_raw": worker.isoformat(), "worker_last": worker_last.isoformat(),
    }  # fmt: skip
    return notes.result(
        numbers, Note("injury.deadlines", {"employer": employer, "worker": worker}), laws.injury("17")
    )


def _lump_sum(given: LumpSum, notes: Notes) -> Result:
    months, base = MONTHS[given.grade - 1], _base(given, notes)
    total = base * months
    notes.did("injury.lump_sum", grade=given.grade, months=months, base=cents(base), total=cents(total))
    numbers: dict[str, Number] = {"months": months, "base": cents(base), "lump_sum": cents(total)}
    key, monthly = "injury.lump_sum", ""
    if given.grade <= len(ALLOWANCE):
        share = ALLOWANCE[given.grade - 1]
        key, monthly = "injury.lump_sum_monthly", cents(base * share / 100)
        numbers["monthly_allowance"] = monthly
        notes.did("injury.allowance", share=share, monthly=monthly)
    notes.warn("injury.other_pay")
    article = next(number for least, number in ((7, "37"), (5, "36"), (1, "35")) if given.grade >= least)
    summary = Note(key, {"months": months, "total": cents(total), "monthly": monthly})
    return notes.result(numbers, summary, laws.injury(article, "64"))


def _base(given: LumpSum, notes: Notes) -> Fraction:
    """Return the own wage within 60% and 300% of the region's average."""
    if given.regional_avg is None:
        notes.assume("injury.no_average")
        return given.own_wage
    if not given.regional_avg:
        raise WrongInput("zero", "regional_avg")
    base = min(max(given.own_wage, given.regional_avg * LEAST), given.regional_avg * MOST)
    if base != given.own_wage:
        notes.did(
            "injury.limited", least=cents(given.regional_avg * LEAST), most=cents(given.regional_avg * MOST)
        )
    return base


def _employer_late(given: EmployerLate, law: Law, notes: Notes) -> Result:
    if given.employer_filed < given.event:
        raise WrongInput("order", "employer_filed")
    raw = given.event + EMPLOYER
    last = law.roll(raw, notes)
    late = given.employer_filed > last
    notes.did("injury.employer", event=given.event, raw=raw, last=last)
    numbers: dict[str, Number] = {"employer_last": last.isoformat(), "late": late}
    return notes.result(
        numbers, Note("injury.late" if late else "injury.in_time", {"last": last}), laws.injury("17")
    )


def _decision_due(given: DecisionDue, law: Law, notes: Notes) -> Result:
    raw = given.accepted + (SIMPLE if given.simple else DECISION)
    last = law.roll(raw, notes)
    notes.did("injury.decision", accepted=given.accepted, days=(raw - given.accepted).days, raw=raw)
    numbers = {"raw": raw.isoformat(), "last_day": last.isoformat()}
    return notes.result(numbers, Note("injury.decision", {"last": last}), laws.injury("20"))
