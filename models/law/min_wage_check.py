"""Questions that the minimum wage answers: enough or not, standby pay, the line of final awards, what may be deducted."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from models.calendar import statutory
from models.law import laws
from models.law.inputs import Day, Inputs, Money, Month, WrongInput
from models.law.result import Basis, Note, Notes, Result, cents
from models.law.tables import Law

STANDBY, DEDUCTED, LINE = Fraction(7, 10), Fraction(1, 5), 12
NOTHING = Fraction(0)


class MonthPay(Inputs):
    """What was paid for *month*, and what of it does not count."""

    ask: Literal["month"]
    month: Month
    gross: Money
    overtime: Money = NOTHING
    special_allowances: Money = NOTHING
    personal_si_hpf: Money = NOTHING
    min_wage: Money | None = None


class PartTimeHour(Inputs):
    """The hourly *rate* of part-time work on a day."""

    ask: Literal["part_time_hour"]
    date: Day
    rate: Money


class Standby(Inputs):
    """The pay of a month in which no work was given."""

    ask: Literal["standby_allowance"]
    month: Month
    min_wage: Money | None = None


class FinalAward(Inputs):
    """The line under which an award is final, on the day of the application."""

    ask: Literal["final_award_line"]
    date: Day
    min_wage: Money | None = None


class Deduction(Inputs):
    """The most that may be deducted from the *wage* of a month for damage."""

    ask: Literal["deduction_limit"]
    month: Month
    wage: Money
    min_wage: Money | None = None


MinWageCheck = MonthPay | PartTimeHour | Standby | FinalAward | Deduction
Choice = Annotated[MinWageCheck, Field(discriminator="ask")]


def min_wage_check(given: MinWageCheck, law: Law) -> Result:
    """Answer what was asked about the minimum wage."""
    notes = Notes()
    match given:
        case MonthPay():
            return _month(given, _standard(law, given.month, given.min_wage, notes), notes)
        case PartTimeHour():
            return _hour(given, law, notes)
        case Standby():
            amount = _standard(law, given.month, given.min_wage, notes) * STANDBY
            notes.did("min.standby", amount=cents(amount))
            return _amount(notes, amount, "min.standby", laws.beijing_pay("27"))
        case FinalAward():
            amount = _standard(law, given.date, given.min_wage, notes) * LINE
            notes.did("min.final", amount=cents(amount))
            return _amount(notes, amount, "min.final", laws.arbitration("47"), laws.beijing_answers("9"))
        case _:
            standard = _standard(law, given.month, given.min_wage, notes)
            share = given.wage * DEDUCTED
            amount = max(NOTHING, min(share, given.wage - standard))
            notes.did("min.deduction", share=cents(share), standard=cents(standard), amount=cents(amount))
            notes.warn("min.damage")
            return _amount(notes, amount, "min.deduction", laws.WAGE_RULES, laws.beijing_pay("11"))


def _standard(law: Law, day: date, given: Fraction | None, notes: Notes) -> Fraction:
    found = law.figure("min_wage_month", day, notes, given)
    if found is None:
        raise WrongInput("no_figure", "min_wage")
    return found


def _month(given: MonthPay, standard: Fraction, notes: Notes) -> Result:
    counted = given.gross - given.overtime - given.special_allowances - given.personal_si_hpf
    if counted < 0:
        raise WrongInput("more_than", "gross")
    short = max(NOTHING, standard - counted)
    notes.did("min.counted", gross=cents(given.gross), overtime=cents(given.overtime),
              special=cents(given.special_allowances), own=cents(given.personal_si_hpf), counted=cents(counted))  # fmt: skip
    notes.did("min.compared", standard=cents(standard), short=cents(short))
    numbers = {"standard": cents(standard), "counted": cents(counted), "shortfall": cents(short)}
    values = {"standard": cents(standard), "short": cents(short)}
    return notes.result(numbers, Note("min.short" if short else "min.enough", values), laws.MIN_WAGE)


def _hour(given: PartTimeHour, law: Law, notes: Notes) -> Result:
    free = statutory(given.date)
    standard = law.figure("min_wage_part_time_holiday" if free else "min_wage_part_time", given.date, notes)
    if standard is None:
        raise WrongInput("no_figure", "date")
    short = max(NOTHING, standard - given.rate)
    notes.did("min.hour", standard=cents(standard), rate=cents(given.rate), short=cents(short))
    notes.warn("min.holiday_counts" if free else "min.holiday")
    numbers = {"standard": cents(standard), "shortfall": cents(short)}
    values = {"standard": cents(standard), "short": cents(short)}
    return notes.result(
        numbers, Note("min.hour_short" if short else "min.hour_enough", values), laws.MIN_WAGE
    )


def _amount(notes: Notes, amount: Fraction, key: str, *basis: Basis) -> Result:
    return notes.result({"amount": cents(amount)}, Note(key, {"amount": cents(amount)}), *basis)
