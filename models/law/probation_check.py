"""Whether a probation is lawful, what is due for the time that is not, and the least wage in it."""

from fractions import Fraction
from typing import Literal

from models.law import laws
from models.law.inputs import Day, Inputs, Money, Months, WrongInput, Yes
from models.law.result import Note, Notes, Number, Result, cents, counted, plain
from models.law.tables import Law

BANDS = ((36, 6), (12, 2), (3, 1))
"""From how many months of contract on a probation may last how many."""
LONGEST = 6
SHARE = Fraction(4, 5)


class ProbationCheck(Inputs):
    """*term* is the kind of contract; *on* a day in the probation, for the minimum wage of that time."""

    term: Literal["fixed", "open_ended", "task", "part_time", "probation_only"]
    term_months: Months | None = None
    probation_months: Months
    served_months: Months
    full_wage: Money
    probation_wage: Money | None = None
    min_wage: Money | None = None
    second_probation: Yes = False
    on: Day | None = None


def probation_check(given: ProbationCheck, law: Law) -> Result:
    """Check a probation."""
    notes = Notes()
    limit = _limit(given, notes)
    excess = max(Fraction(0), given.served_months - limit)
    compensation = given.full_wage * excess
    lawful = given.term != "probation_only" and given.probation_months <= limit
    if excess:
        notes.did(
            "probation.excess",
            served=plain(given.served_months),
            limit=limit,
            excess=plain(excess),
            amount=cents(compensation),
        )
    numbers: dict[str, Number] = {
        "limit": limit, "lawful": lawful, "excess_served": counted(excess), "compensation": cents(compensation),
    }  # fmt: skip
    floor = _floor(given, law, notes)
    numbers["wage_floor"] = cents(floor)
    short = Fraction(0)
    if given.probation_wage is not None:
        short = max(Fraction(0), floor - given.probation_wage)
        numbers["monthly_shortfall"] = cents(short)
        notes.did("probation.short", wage=cents(given.probation_wage), floor=cents(floor), short=cents(short))
    if given.term == "probation_only":
        months = given.probation_months if given.term_months is None else given.term_months
        numbers |= {"probation_void": True, "contract_months": counted(months)}
        notes.warn("probation.void")
    notes.warn("probation.pay")
    basis = laws.contract("70", "83") if given.term == "part_time" else laws.contract("19", "20", "83")
    summary = _summary(lawful=lawful, limit=limit, amount=compensation, short=short)
    return notes.result(numbers, summary, basis, laws.contract_rules("15"))


def _limit(given: ProbationCheck, notes: Notes) -> int:
    if given.second_probation:
        notes.did("probation.second")
        return 0
    if given.term == "fixed":
        if given.term_months is None:
            raise WrongInput("missing", "term_months")
        limit = next((most for least, most in BANDS if given.term_months >= least), 0)
        notes.did("probation.fixed", months=plain(given.term_months), limit=limit)
        return limit
    notes.did(f"probation.{given.term}", limit=LONGEST)
    return LONGEST if given.term == "open_ended" else 0


def _floor(given: ProbationCheck, law: Law, notes: Notes) -> Fraction:
    """Return the least wage in the probation: 80% of what was agreed, and never under the minimum wage."""
    newest = law.figures.min_wage_month.rows[-1].effective_from
    share = given.full_wage * SHARE
    notes.did("probation.share", share=cents(share))
    return law.lifted(share, given.on or newest, given.min_wage, notes)


def _summary(*, lawful: bool, limit: int, amount: Fraction, short: Fraction) -> Note:
    values = {"limit": limit, "amount": cents(amount), "short": cents(short)}
    if amount:
        return Note("probation.too_long_paid", values)
    if not lawful:
        return Note("probation.too_long", values)
    return Note("probation.short_paid" if short else "probation.lawful", values)
