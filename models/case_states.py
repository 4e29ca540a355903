"""What becomes of a case: its states, how urgent it is, and until when somebody answers (DOMAIN.md, section 5)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.lists import Duty
from models import case_deadlines, case_urgency, staff
from models.base import Refused
from models.case_dates import works
from models.case_urgency import Assessment, level
from models.cases import MACHINE, MEMBER, OVER, Case, CaseStep, State, Urgency, hold, workers
from models.quiet import BEIJING

DANGER: Urgency = "P0"
RESULTS = ("paid", "agreed", "awarded", "judged", "advised", "referred", "unresolved")
"""How a case can end: paid up, agreed, an award, a judgment, advice was enough, passed on to others, nothing reached."""
NEXT: Mapping[State, frozenset[State]] = {
    "new": frozenset({"triage", "need_info", "accepted", "refused", "assigned", "withdrawn"}),
    "triage": frozenset({"need_info", "accepted", "refused", "assigned", "closed", "withdrawn"}),
    "need_info": frozenset({"triage", "accepted", "refused", "assigned", "closed", "withdrawn"}),
    "accepted": frozenset({"need_info", "refused", "assigned", "closed", "withdrawn"}),
    "assigned": frozenset(
        {"need_info", "accepted", "mediation", "arbitration", "lawsuit", "closed", "withdrawn"}
    ),
    "mediation": frozenset({"assigned", "arbitration", "lawsuit", "closed", "withdrawn"}),
    "arbitration": frozenset({"assigned", "mediation", "lawsuit", "closed", "withdrawn"}),
    "lawsuit": frozenset({"assigned", "mediation", "arbitration", "closed", "withdrawn"}),
    "refused": frozenset({"triage", "assigned"}),
    "closed": frozenset({"triage", "assigned"}),
    "withdrawn": frozenset({"triage", "assigned"}),
}
"""Every move there is; what is not here nobody can do."""
BY_MEMBER = frozenset({("need_info", "triage"), *((state, "triage") for state in OVER)})
"""Moves of the member's own beside withdrawing: papers were sent, an objection, it is not settled after all."""
BY_MACHINE = frozenset(
    {("new", "assigned"), ("triage", "assigned"), ("accepted", "assigned"), ("assigned", "accepted")}
)
"""Moves of the clock: it never ends a case."""
SOON_DAYS, SEVEN_DAYS = 3, timedelta(days=7)
LOOKED_AHEAD = 30
"""For how many days working days are looked for: no holiday is as long."""


def offered(case: Case, by: str) -> frozenset[State]:
    """Return where *by*, a login, the member or the machine, can move a case now."""
    to = NEXT[_state(case)]
    if by == MEMBER:
        to = frozenset(s for s in to if s == "withdrawn" or (case.state, s) in BY_MEMBER)
        return to - {"withdrawn"} if case.urgency == DANGER else to
    if by == MACHINE:
        return frozenset(s for s in to if (case.state, s) in BY_MACHINE)
    return to


async def move(
    session: AsyncSession,
    case: Case,
    to: State,
    *,
    by: str,
    reason: str = "",
    result: str = "",
    now: datetime,
) -> None:
    """Move a case to another state; whoever ends one is a colleague by name, or the member who withdraws.

    A case of danger is ended by a colleague only.

    Raises Refused: case_moved, case_danger, why_missing, case_result, case_unassigned.
    """
    await hold(session, case)
    if to == "withdrawn" and by == MEMBER and case.urgency == DANGER and not case.over:
        raise Refused("case_danger")
    if to not in offered(case, by) or not await _known(session, by):
        raise Refused("case_moved")
    if by != MEMBER and not reason and (to in OVER or case.over):
        raise Refused("why_missing")
    if to == "closed" and result not in RESULTS:
        raise Refused("case_result")
    if to == "assigned" and not await workers(session, case):
        raise Refused("case_unassigned")
    if case.over:
        case.promised, case.answered_at, case.late_told, case.rating = None, None, False, ""
    case.closed_at = now if to in OVER else None
    case.result = result if to == "closed" else ""
    session.add(
        CaseStep(case_id=case.id, kind="state", before=case.state, after=to, by=by, reason=reason, at=now)
    )
    case.state = to
    await session.flush()


async def _known(session: AsyncSession, by: str) -> bool:
    """Say whether it is the member, the machine, or a colleague whose account is open."""
    if by in (MEMBER, MACHINE):
        return True
    found = await staff.by_login(session, by)
    return found is not None and found.disabled_at is None


async def raise_urgency(
    session: AsyncSession,
    case: Case,
    to: Urgency,
    *,
    by: str,
    reason: str = "",
    codes: Collection[str] = (),
    now: datetime,
) -> bool:
    """Make a case more urgent; return False when it is as urgent already."""
    await hold(session, case)
    if to >= case.urgency:
        return False
    await _urge(session, case, to, by=by, reason=reason, codes=codes, now=now)
    return True


async def lower_urgency(
    session: AsyncSession, case: Case, to: Urgency, *, by: str, reason: str, now: datetime
) -> None:
    """Make a case less urgent, as only a colleague can; what spoke for its urgency until now does not raise it again.

    Raises Refused: case_urgency, why_missing.
    """
    await hold(session, case)
    if to <= case.urgency or by in (MEMBER, MACHINE) or not await _known(session, by):
        raise Refused("case_urgency")
    if not reason:
        raise Refused("why_missing")
    codes = (await assessed(session, case, now=now)).why
    await _urge(session, case, to, by=by, reason=reason, codes=codes, now=now)


async def _urge(
    session: AsyncSession,
    case: Case,
    to: Urgency,
    *,
    by: str,
    reason: str,
    codes: Collection[str],
    now: datetime,
) -> None:
    step = CaseStep(
        case_id=case.id, kind="urgency", before=case.urgency, after=to, by=by, reason=reason, at=now
    )
    step.codes = ",".join(codes)
    session.add(step)
    case.urgency = to
    await session.flush()


async def assessed(
    session: AsyncSession,
    case: Case,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> Assessment:
    """Return how urgent the rules find a case now, by its facts and its open deadlines."""
    found = await case_deadlines.of(session, case)
    first = {one.kind: one.safe_day for one in reversed(found) if one.met_at is None}
    return case_urgency.assess(
        case.topic, case.facts, case.people, deadlines=first,
        holidays=holidays, workdays=workdays, today=now.astimezone(BEIJING).date(),
    )  # fmt: skip


async def reassess(
    session: AsyncSession,
    case: Case,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> bool:
    """Raise a case when something new speaks for it; what a colleague knew who lowered it does not count again."""
    found = await assessed(session, case, holidays=holidays, workdays=workdays, now=now)
    known = await _weighed(session, case) if found.urgency < case.urgency else set()
    to = case_urgency.most(level(code) for code in found.why if code not in known)
    return to < case.urgency and await raise_urgency(session, case, to, by=MACHINE, codes=found.why, now=now)


async def _weighed(session: AsyncSession, case: Case) -> set[str]:
    query = select(CaseStep.codes).where(CaseStep.case_id == case.id, CaseStep.kind == "urgency")
    told = await session.scalars(query.where(CaseStep.before < CaseStep.after))
    return {code for codes in told for code in (codes or "").split(",")}


def promise(
    urgency: str, now: datetime, holidays: Collection[date], workdays: Collection[date], duty: Duty
) -> datetime:
    """Return until when somebody answers: at once, the same working day, in three working days, in seven days.

    A day's promise ends with its duty hours; where no time is left for an answer today, it is the next working day.
    """
    if urgency == DANGER:
        return now
    today = now.astimezone(BEIJING).date()
    days = [today + timedelta(days=number) for number in range(LOOKED_AHEAD)]
    ends = [
        datetime.combine(day, shift.end, BEIJING)
        for day in days
        if (shift := duty.on(day)) and works(day, holidays=holidays, workdays=workdays)
    ]
    if urgency == "P1":
        soonest = now + timedelta(minutes=duty.answer_minutes)
        return next((end for end in ends if end >= soonest), soonest)
    later = [end for end in ends if end.date() > today][SOON_DAYS - 1 :] or [now + SEVEN_DAYS]
    if urgency == "P2":
        return later[0]
    return max(end for end in later if end <= max(later[0], now + SEVEN_DAYS))


def _state(case: Case) -> State:
    return next(state for state in NEXT if state == case.state)
