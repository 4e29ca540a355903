"""Who works on a case: who can, who must not, who has least to do, and who stands in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import absences, case_states, staff
from models.absences import Absence
from models.base import Refused, lock
from models.cases import MACHINE, OVER, Case, CaseStep, CaseWorker, hold, workers
from models.members import Contact, Member
from models.quiet import BEIJING
from models.rights import Rights, Role
from models.staff import Staff

CASEWORKERS: tuple[Role, ...] = ("caseworker",)
WATCHING: tuple[Role, ...] = ("administrator", "caseworker")
"""Who hears of a case that nobody works on."""
SHARED = ("联合", "总工会")
"""What the names of unions hold that stand above one employer."""
CONFLICT, WORKER = "conflict", "worker"
BEGINS = ("new", "triage", "accepted")
"""The states in which a case becomes an assigned one as soon as somebody has it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A case that left a colleague who is away, and who has it now; nobody when it waits again."""

    case: Case
    to: Staff | None


async def able(session: AsyncSession, case: Case, *, today: date) -> list[Staff]:
    """Return the caseworkers who are there, may look at this union and area, and have no conflict with the case."""
    return [one for one, _ in await _there(session, case, CASEWORKERS, today)]


async def watchers(session: AsyncSession, case: Case, *, today: date) -> list[Staff]:
    """Return who is told of *case*: who works on it and is there, or else who could, and the administrators."""
    away = set(await session.scalars(absences.away(today)))
    mine = [one for one in await workers(session, case) if one.disabled_at is None and one.id not in away]
    return mine or [one for one, _ in await _there(session, case, WATCHING, today)]


async def _there(
    session: AsyncSession, case: Case, roles: Collection[Role], today: date
) -> list[tuple[Staff, Rights]]:
    query = select(Staff).where(Staff.disabled_at.is_(None), Staff.id.not_in(absences.away(today)))
    people = list(await session.scalars(query.order_by(Staff.login)))
    rights = await staff.rights_of(session, people)
    near = [one for one in people if rights[one.id].scope(roles).allows(case.union, case.area)]
    barred = await _conflicts(session, case, near, rights)
    return [(one, rights[one.id]) for one in near if one.id not in barred]


async def conflicts(session: AsyncSession, case: Case, people: Sequence[Staff]) -> set[int]:
    """Return the ids of those who must not work on *case*.

    They hold an office in the employer's own union or belong to it, are the member themselves, or have said so.
    """
    return await _conflicts(session, case, people, await staff.rights_of(session, people))


async def _conflicts(
    session: AsyncSession, case: Case, people: Sequence[Staff], rights: dict[int, Rights]
) -> set[int]:
    member = await session.get_one(Member, case.member_id)
    own = {name for name in (case.union, member.union_name) if name and not any(s in name for s in SHARED)}
    said = select(CaseStep.after).where(CaseStep.case_id == case.id, CaseStep.kind == CONFLICT)
    declared = set(await session.scalars(said))
    found = {
        one.id
        for one in people
        if one.login in declared or own & {grant.union for grant in rights[one.id].grants}
    }
    behind = select(Contact.channel, Contact.address, Member).join(Member, Member.id == Contact.member_id)
    behind = behind.where(Contact.address.in_({one.address for one in people if one.channel}))
    whose = {(channel, address): person for channel, address, person in await session.execute(behind)}
    for one in people:
        person = whose.get((one.channel, one.address))
        if person is not None and (person.id == member.id or person.union_name in own):
            found.add(one.id)
    return found


async def assign(session: AsyncSession, case: Case, who: Staff, *, by: str, now: datetime) -> None:
    """Let *who* work on *case*, beside those who do already.

    Raises Refused: case_over, case_conflict, case_unable.
    """
    await hold(session, case)
    if case.over:
        raise Refused("case_over")
    if who.id in await conflicts(session, case, [who]):
        raise Refused("case_conflict")
    if who.id not in {one.id for one in await able(session, case, today=_today(now))}:
        raise Refused("case_unable")
    query = select(CaseWorker).where(CaseWorker.case_id == case.id, CaseWorker.staff_id == who.id)
    found = await session.scalar(query)
    if found is None:
        session.add(CaseWorker(case_id=case.id, staff_id=who.id, since=now))
    elif found.until is not None:
        found.since, found.until = now, None
    else:
        return
    _step(session, case, WORKER, "", who.login, by=by, now=now)
    if case.state in BEGINS:
        await case_states.move(session, case, "assigned", by=by, now=now)
    await session.flush()


async def release(session: AsyncSession, case: Case, who: Staff, *, by: str, now: datetime) -> None:
    """Let *who* work on *case* no longer; with nobody left it waits again. A second time changes nothing."""
    await hold(session, case)
    query = select(CaseWorker).where(CaseWorker.case_id == case.id, CaseWorker.staff_id == who.id)
    found = await session.scalar(query.where(CaseWorker.until.is_(None)))
    if found is None:
        return
    found.until = now
    _step(session, case, WORKER, who.login, "", by=by, now=now)
    await session.flush()
    if case.state == "assigned" and not await workers(session, case):
        await case_states.move(session, case, "accepted", by=by, now=now)


async def declare(session: AsyncSession, case: Case, who: Staff, *, now: datetime) -> None:
    """Write down that *who* has a conflict with *case*: they work on it no longer, and never again."""
    _step(session, case, CONFLICT, "", who.login, by=who.login, now=now)
    await release(session, case, who, by=who.login, now=now)


async def assign_best(session: AsyncSession, case: Case, *, by: str, now: datetime) -> Staff | None:
    """Let the one work on *case* who is nearest to its area and has the fewest cases; None when nobody can."""
    await lock(session, "case assignment")  # who counts second counts what the first has given away
    there = await _there(session, case, CASEWORKERS, _today(now))
    loads = await load(session)
    ranked = sorted(
        there, key=lambda found: (_far(case, found[1]), loads.get(found[0].id, 0), found[0].login)
    )
    if not ranked:
        return None
    await assign(session, case, ranked[0][0], by=by, now=now)
    return ranked[0][0]


def _far(case: Case, rights: Rights) -> bool:
    scope = rights.scope(CASEWORKERS)
    return case.area not in scope.areas and case.union not in scope.unions


async def load(session: AsyncSession) -> dict[int, int]:
    """Count the open cases of each colleague, by their ids."""
    query = select(CaseWorker.staff_id, func.count()).join(Case, Case.id == CaseWorker.case_id)
    query = query.where(CaseWorker.until.is_(None), Case.state.not_in(OVER)).group_by(CaseWorker.staff_id)
    return dict((await session.execute(query)).all())


async def stand_in(session: AsyncSession, *, now: datetime) -> list[Moved]:
    """Pass on the open cases of those who are away or have left: to the deputy, or to whoever else works on them.

    Where there is neither, a case waits again.
    """
    today = _today(now)
    gone = or_(Staff.disabled_at.is_not(None), Staff.id.in_(absences.away(today)))
    query = (
        select(CaseWorker, Case, Staff)
        .join(Case, Case.id == CaseWorker.case_id)
        .join(Staff, Staff.id == CaseWorker.staff_id)
        .where(CaseWorker.until.is_(None), Case.state.not_in(OVER), gone)
    )
    query = query.order_by(CaseWorker.id).with_for_update(of=Case, skip_locked=True)
    moved = []
    for _, case, who in (await session.execute(query)).all():
        deputy = await _deputy(session, case, who, today)
        if deputy is not None:
            await assign(session, case, deputy, by=MACHINE, now=now)
        await release(session, case, who, by=MACHINE, now=now)
        left = await workers(session, case)
        if deputy is not None or not left:
            moved.append(Moved(case, deputy))
    return moved


async def _deputy(session: AsyncSession, case: Case, who: Staff, today: date) -> Staff | None:
    query = select(Absence.deputy_id).where(
        Absence.staff_id == who.id, Absence.since <= today, Absence.until >= today
    )
    wanted = await session.scalar(query.limit(1))
    there = await able(session, case, today=today)
    return next((one for one in there if one.id == wanted), None)


def _today(now: datetime) -> date:
    return now.astimezone(BEIJING).date()


def _step(
    session: AsyncSession, case: Case, kind: str, before: str, after: str, *, by: str, now: datetime
) -> None:
    session.add(CaseStep(case_id=case.id, kind=kind, before=before, after=after, by=by, at=now))
