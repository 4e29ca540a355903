"""Severance (N), one month in place of notice (+1), and damages for unlawful dismissal (2N)."""

from datetime import date
from fractions import Fraction
from typing import Literal

from models.law import laws
from models.law.dates import ONE, YEAR, months_add, months_between
from models.law.inputs import Day, Inputs, Money, WrongInput, Yes
from models.law.result import Basis, Note, Notes, Result, cents, plain
from models.law.tables import Law

HALF_YEAR, MOST_YEARS, NEAR = 6, 12, 2
OLD_LAW_ENDS = date(2008, 1, 1)
PAID = frozenset(
    ["art38", "art40", "art41", "mutual_by_employer", "expire_not_renewed", "expire_worse_terms", "closure", "task_done"]
)  # fmt: skip
UNLAWFUL = "unlawful"
NOTHING = Fraction(0)


class Severance(Inputs):
    """*end* is the last day in service, *avg12* the gross average of the twelve months before it."""

    start: Day
    end: Day
    avg12: Money
    ground: Literal[
        "art38", "art40", "art41", "mutual_by_employer", "expire_not_renewed", "expire_worse_terms", "closure",
        "task_done", "resign", "mutual_by_employee", "art39", "expire_refused_same_or_better", "pension_started", "unlawful",
    ]  # fmt: skip
    cap_3x: Money | None = None
    min_wage: Money | None = None
    last_month_wage: Money | None = None
    notice_30d: Yes | None = None


def severance(given: Severance, law: Law) -> Result:
    """Work out what is due at the end of a job."""
    if given.end < given.start:
        raise WrongInput("order", "end")
    notes = Notes()
    factor = _factor(given, notes)
    base = law.lifted(given.avg12, given.end, given.min_wage, notes)
    base, factor = _capped(given, law, base, factor, notes)
    due = given.ground in PAID or given.ground == UNLAWFUL
    factor = factor if due else NOTHING
    months = base * factor
    pay = months if given.ground in PAID else NOTHING
    damages = 2 * months if given.ground == UNLAWFUL else NOTHING
    notice = _notice(given, notes)
    _told(given, notes)
    total = pay + notice + damages
    notes.did("severance.sum", factor=plain(factor), base=cents(base), months=cents(months))
    if damages:
        notes.did("severance.double", damages=cents(damages))
    return notes.result(
        {
            "factor": plain(factor), "base": cents(base), "severance": cents(pay),
            "notice_pay": cents(notice), "damages": cents(damages), "total": cents(total),
        },
        _summary(given, total, factor, base),
        *_basis(given),
    )  # fmt: skip


def _factor(given: Severance, notes: Notes) -> Fraction:
    """Return the months of pay for the time in service: a year is one, six months and more too, less is a half."""
    months, rest = months_between(given.start, given.end + ONE)
    years, over = divmod(months, YEAR)
    part = Fraction(0)
    if over >= HALF_YEAR:
        part = Fraction(1)
    elif over or rest:
        part = Fraction(1, 2)
    notes.did("severance.service", start=given.start, end=given.end, years=years, months=over, days=rest)
    notes.did("severance.factor", factor=plain(years + part))
    if _near_half_year(given, months):
        notes.warn("severance.near")
    return years + part


def _near_half_year(given: Severance, months: int) -> bool:
    """Say whether two days more or less in service would make it another half year."""
    after, steps = given.end + ONE, months // HALF_YEAR
    near = (months_add(given.start, step * HALF_YEAR) for step in (steps, steps + 1))
    return any(abs((after - boundary).days) <= NEAR for boundary in near if boundary > given.start)


def _capped(
    given: Severance, law: Law, base: Fraction, factor: Fraction, notes: Notes
) -> tuple[Fraction, Fraction]:
    cap = law.figure("cap_3x", given.end, notes, given.cap_3x)
    if cap is None:
        notes.warn("severance.no_cap", human=True)
    elif base > cap:
        notes.did("severance.capped", cap=cents(cap), most=MOST_YEARS)
        return cap, min(factor, Fraction(MOST_YEARS))
    return base, factor


def _notice(given: Severance, notes: Notes) -> Fraction:
    """Return the month in place of notice: last month's wage, without a cap, under article 40 only."""
    if given.ground != "art40" or given.notice_30d is not False:
        return NOTHING
    if given.last_month_wage is None:
        raise WrongInput("missing", "last_month_wage")
    notes.did("severance.notice", wage=cents(given.last_month_wage))
    return given.last_month_wage


def _told(given: Severance, notes: Notes) -> None:
    notes.assume("severance.average")
    if given.ground == UNLAWFUL:
        notes.warn("severance.choice")
    if given.start < OLD_LAW_ENDS and given.ground in PAID:
        notes.warn("severance.before_2008", human=True)
    if given.ground == "art39":
        notes.warn("severance.proof")
    if given.ground in {"resign", "mutual_by_employee"}:
        notes.warn("severance.reasons")
    notes.warn("severance.related")
    notes.warn("severance.part_time")


def _summary(given: Severance, total: Fraction, factor: Fraction, base: Fraction) -> Note:
    if not total:
        return Note("severance.none", {})
    key = "severance.damages" if given.ground == UNLAWFUL else "severance.due"
    return Note(key, {"total": cents(total), "factor": plain(factor), "base": cents(base)})


def _basis(given: Severance) -> tuple[Basis, ...]:
    if given.ground == UNLAWFUL:
        return laws.contract("47", "48", "87"), laws.contract_rules("25", "27")
    own = {"art38": "38", "art39": "39", "art40": "40", "art41": "41", "resign": "37", "expire_not_renewed": "44",
           "expire_worse_terms": "44", "expire_refused_same_or_better": "44", "closure": "44", "pension_started": "44",
           "mutual_by_employer": "36", "mutual_by_employee": "36"}.get(given.ground)  # fmt: skip
    articles = (own,) if own else ()
    rules = ("20", "27") if given.ground == "art40" else ("27",)
    return laws.contract(*articles, "46", "47"), laws.contract_rules(*rules)
