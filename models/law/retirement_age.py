"""When the pension age is reached, as it rises step by step since January 2025."""

from datetime import date
from fractions import Fraction
from typing import Literal

from models.law import laws
from models.law.dates import YEAR, months_add
from models.law.inputs import Inputs, Month, WrongInput
from models.law.result import Note, Notes, Number, Result, plain
from models.law.tables import Law

BEGINS = date(2025, 1, 1)
OLDEST, YOUNGEST = 1900, 2015
STEPS = {"male60": (60, 4, 36), "female55": (55, 4, 36), "female50": (50, 2, 60)}
"""The old age, how many months of birth add one month, and the most that is added."""
LEAST_YEARS, MOST_YEARS, RISES_AFTER = Fraction(15), Fraction(20), 2029


class RetirementAge(Inputs):
    """*category* is named by the old age, *born* a month."""

    category: Literal["male60", "female55", "female50"]
    born: Month


def retirement_age(given: RetirementAge, law: Law) -> Result:
    """Work out the month of retirement."""
    del law  # no figure of it changes by decree: the steps are in the rule itself
    if not OLDEST <= given.born.year <= YOUNGEST:
        raise WrongInput("far", "born")
    notes = Notes()
    old, step, most = STEPS[given.category]
    reached = months_add(given.born, old * YEAR)
    passed = (reached.year - BEGINS.year) * YEAR + reached.month - BEGINS.month
    delay = 0 if passed < 0 else min(most, passed // step + 1)
    month = months_add(reached, delay)
    years, months = divmod(old * YEAR + delay, YEAR)
    pension = _pension_years(month.year)
    notes.did("retirement.old", year=reached.year, month=reached.month, old=old)
    notes.did("retirement.delay", step=step, delay=delay, most=most)
    notes.did("retirement.pension", year=month.year, years=plain(pension))
    notes.warn("retirement.category")
    numbers: dict[str, Number] = {
        "delay_months": delay, "age": f"{years}y{months}m", "month": f"{month:%Y-%m}", "min_pension_years": plain(pension),
    }  # fmt: skip
    values = {
        "year": month.year,
        "month": month.month,
        "years": years,
        "months": months,
        "pension": plain(pension),
    }
    return notes.result(numbers, Note("retirement.due", values), laws.RETIREMENT)


def _pension_years(year: int) -> Fraction:
    """Return the least years of contributions for who retires in *year*: half a year more each year from 2030."""
    return min(MOST_YEARS, LEAST_YEARS + Fraction(max(0, year - RISES_AFTER), 2))
