"""What the clock does about cases: deadlines are warned of, promises kept in sight, work passed on, staff alerted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.lists import Duty
from handlers import confiding, wording
from handlers.confiding import Ways
from handlers.service import letter
from models import case_alerts, case_assignment, case_states, case_warnings, outbox
from models.case_alerts import CaseAlert
from models.case_figures import FLOOR, WORDS
from models.case_warnings import URGENT, Due
from models.cases import OVER, Case
from models.messages import Address, Outgoing
from models.quiet import BEIJING, awake
from models.staff import Staff

MINE = "cases"
"""What the link of a neutral letter opens: the member's own cases."""
SHARED, NOWHERE = "shared", Ways(frozenset())
AT_ONCE = 100


async def warn(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Tell staff and members of the deadlines that come near; return how many warnings."""
    found = await case_warnings.due(session, **_days(content.duty), now=now)
    for warning in found:
        await _tell_staff(session, content, warning.case, _staff_key(warning), now=now, left=_left(warning))
        if warning.left >= 0:
            day = wording.day(warning.day)
            told = letter(content, f"case.warn.{warning.deadline.kind}", {"day": day, "left": _left(warning)})
            await tell(session, content, ways, warning.case, told, now=now)
    return len(found)


def _days(duty: Duty) -> dict[str, tuple[date, ...]]:
    return {"holidays": duty.holidays, "workdays": duty.workdays}


def _staff_key(warning: Due) -> str:
    return "case.staff.warn" if warning.left >= 0 else "case.staff.passed"


def _left(warning: Due) -> str:
    return f"还有{warning.left}天" if warning.left else "就是今天"


async def tell_late(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Tell members whose promised answer has not come, and staff, once each promise; return how many."""
    query = select(Case).where(
        Case.promised < now, Case.answered_at.is_(None), Case.late_told.is_(False), Case.state.not_in(OVER)
    )
    query = query.order_by(Case.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    late = list(await session.scalars(query))
    for case in late:
        case.late_told = True
        await _tell_staff(session, content, case, "case.staff.late", now=now)
        if case.urgency == "P0":  # promised at once: the crisis answer has told them whom to call
            continue
        values = {"until": wording.by(case.promised or now, now), "phone": content.duty.phone}
        await tell(session, content, ways, case, letter(content, "case.late", values), now=now)
    return len(late)


async def stand_in(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Pass on the open cases of those who are away, and tell who has them now; return how many moved."""
    moved = await case_assignment.stand_in(session, now=now)
    for found in moved:
        if found.to is None:
            await _tell_staff(session, content, found.case, "case.staff.waits", now=now)
        else:
            told = _about(content, found.case, "case.staff.passed_on")
            await _to_each(session, content, [found.to], told, found.case.urgency, now=now)
    return len(moved)


async def raise_due(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Raise the cases that time has made more urgent, and tell staff; return how many."""
    duty = content.duty
    query = select(Case).where(Case.state.not_in(OVER), Case.urgency.not_in(URGENT)).order_by(Case.id)
    raised = 0
    for case in list(await session.scalars(query.with_for_update(skip_locked=True))):
        if not await case_states.reassess(session, case, **_days(duty), now=now):
            continue
        raised += 1
        if case.promised is not None and case.answered_at is None:
            until = case_states.promise(case.urgency, now, duty.holidays, duty.workdays, duty)
            case.promised = min(case.promised, until)
        await _tell_staff(session, content, case, "case.staff.raised", now=now)
    return raised


async def alert(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell staff of employers against whom cases gather, without a name; return how many."""
    found = await case_alerts.watch(session, now=now)
    for one in found:
        people = await case_alerts.hearers(session, one, now=now)
        told = letter(content, "case.staff.alert", _counts(one))
        await _to_each(session, content, people, told, "", now=now)
    return len(found)


def _counts(found: CaseAlert) -> dict[str, object]:
    return {
        "cases": found.cases if found.cases >= FLOOR else WORDS["few"], "people": found.people,
        "trade": found.trade or "行业没说", "area": found.area or "区域没说",
    }  # fmt: skip


async def tell(
    session: AsyncSession, content: Content, ways: Ways, case: Case, told: Outgoing, *, now: datetime
) -> None:
    """Write to the member about their case: where it began, and without a word of it where else they wished.

    A device that others look at too gets the neutral letter everywhere.
    """
    kept = NOWHERE if case.facts.get("device") == SHARED else ways
    channel, _, address = str(case.facts.get("reach", "")).partition(":")
    places = {case.at: kept} if not address else {Address(channel, address): NOWHERE, case.at: kept}
    for at, way in places.items():
        due = now if case.urgency in URGENT else awake(now)
        await outbox.put(session, at, confiding.discreet(content, way, at, told, MINE), due=due)


async def _tell_staff(
    session: AsyncSession, content: Content, case: Case, key: str, *, now: datetime, **values: object
) -> None:
    people = await case_assignment.watchers(session, case, today=now.astimezone(BEIJING).date())
    told = _about(content, case, key, **values)
    await _to_each(session, content, people, told, case.urgency, now=now)


def _about(content: Content, case: Case, key: str, **values: object) -> Outgoing:
    """Return a letter to staff, which holds no more of a case than its number and how urgent it is."""
    return letter(content, key, {"number": case.number, "urgency": case.urgency, **values})


async def _to_each(
    session: AsyncSession,
    content: Content,
    people: Iterable[Staff],
    told: Outgoing,
    urgency: str,
    *,
    now: datetime,
) -> None:
    """Write to the chats of *people*, or to the duty list when none of them has one."""
    bound = [Address(one.channel, one.address) for one in people if one.channel]
    listed = [Address(one.channel, one.address) for one in content.duty.staff]
    due = now if urgency in URGENT else awake(now)
    for at in dict.fromkeys(bound or listed):
        await outbox.put(session, at, replace(told, lane="reply"), due=due)
