"""The cases as a list: what staff may know of them without reading any, by number, urgency, state, topic and area."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import case_lines
from models.case_deadlines import CaseDeadline
from models.cases import OVER, Case, CaseWorker, read_by
from models.rights import Scope
from models.staff import Staff

PAGE = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are looked at: *state* "" means all that are open, *days* those with a deadline until then."""

    whose: str = ""
    urgency: str = ""
    state: str = ""
    topic: str = ""
    days: int | None = None


class Row(NamedTuple):
    """What the list tells of a case; *deadline* is its next safe day, *unread* whether the member wrote since."""

    id: int
    number: str
    urgency: str
    state: str
    topic: str
    area: str
    people: int
    opened_at: datetime
    promised: datetime | None
    answered_at: datetime | None
    deadline: date | None
    mine: bool
    unread: bool


async def listed(
    session: AsyncSession, scope: Scope, staff: Staff, wanted: Wanted, *, page: int, today: date
) -> Sequence[Row]:
    """Return a page of cases and one more: the most urgent first, then what is due first. No word of a case is read."""
    due, said = _deadlines(), case_lines.newest().subquery()
    mine = select(CaseWorker).where(CaseWorker.staff_id == staff.id, CaseWorker.until.is_(None)).subquery()
    unread = func.coalesce(said.c.line > mine.c.read_line, False)
    query: Select[*tuple[Any, ...]] = (
        select(
            Case.id, Case.number, Case.urgency, Case.state, Case.topic, Case.area, Case.people, Case.opened_at,
            Case.promised, Case.answered_at, due.c.day, mine.c.id.is_not(None), unread,
        )
        .outerjoin(due, due.c.case_id == Case.id)
        .outerjoin(mine, mine.c.case_id == Case.id)
        .outerjoin(said, said.c.case_id == Case.id)
    )  # fmt: skip
    query = _wanted(_seen(query, scope, staff), staff, wanted)
    if wanted.days is not None:
        query = query.where(due.c.day <= today + timedelta(days=wanted.days))
    order = (Case.urgency, due.c.day.is_(None), due.c.day, Case.id)
    rows = await session.execute(query.order_by(*order).offset(page * PAGE).limit(PAGE + 1))
    return [Row(*row) for row in rows]


async def workers_of(session: AsyncSession, numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the names of who works on each case now, by the ids of the cases."""
    found: dict[int, list[str]] = {number: [] for number in numbers}
    query = select(CaseWorker.case_id, Staff.name).join(Staff, Staff.id == CaseWorker.staff_id)
    query = query.where(CaseWorker.case_id.in_(found), CaseWorker.until.is_(None)).order_by(CaseWorker.id)
    for number, name in await session.execute(query):
        found[number].append(name)
    return found


async def one(session: AsyncSession, staff: Staff, number: int) -> Case | None:
    """Return a case that *staff* works on; nobody else may read it."""
    return await session.scalar(select(Case).where(Case.id == number, Case.id.in_(read_by(staff))))


async def within(session: AsyncSession, scope: Scope, staff: Staff, number: int) -> Case | None:
    """Return a case to give to somebody: one within *scope*, or one that *staff* works on."""
    found: Case | None = await session.scalar(_seen(select(Case).where(Case.id == number), scope, staff))
    return found


async def mine(session: AsyncSession, staff: Staff) -> tuple[int, int]:
    """Return how many open cases *staff* works on, and in how many of them the member wrote since."""
    said = case_lines.newest().subquery()
    new = func.count().filter(said.c.line > CaseWorker.read_line)
    query = select(func.count(), new).select_from(CaseWorker).join(Case, Case.id == CaseWorker.case_id)
    query = query.outerjoin(said, said.c.case_id == Case.id).where(
        CaseWorker.staff_id == staff.id, CaseWorker.until.is_(None), Case.state.not_in(OVER)
    )
    row = (await session.execute(query)).one()
    return row[0], row[1]


async def unassigned(session: AsyncSession, scope: Scope) -> int:
    """Count the open cases that nobody works on."""
    query = select(func.count()).select_from(Case).where(Case.state.not_in(OVER), Case.id.not_in(_taken()))
    return await session.scalar(scope.narrow(query, Case.union, Case.area)) or 0


async def late(session: AsyncSession, scope: Scope, *, now: datetime) -> int:
    """Count the open cases that nobody has answered in the promised time."""
    query = select(func.count()).select_from(Case)
    query = query.where(Case.state.not_in(OVER), Case.promised < now, Case.answered_at.is_(None))
    return await session.scalar(scope.narrow(query, Case.union, Case.area)) or 0


async def pressing(session: AsyncSession, scope: Scope, *, today: date) -> tuple[int, date | None]:
    """Return how many open cases have a deadline within a week, and the first of these days."""
    due = _deadlines()
    query = select(func.count(), func.min(due.c.day)).select_from(Case).join(due, due.c.case_id == Case.id)
    query = query.where(Case.state.not_in(OVER), due.c.day <= today + WEEK)
    row = (await session.execute(scope.narrow(query, Case.union, Case.area))).one()
    return row[0], row[1]


def _deadlines() -> Any:
    """Return for each case its next safe day."""
    query = select(CaseDeadline.case_id, func.min(CaseDeadline.safe_day).label("day"))
    return query.where(CaseDeadline.met_at.is_(None)).group_by(CaseDeadline.case_id).subquery()


def _taken() -> Select[int]:
    return select(CaseWorker.case_id).where(CaseWorker.until.is_(None))


def _seen(query: Select[*tuple[Any, ...]], scope: Scope, staff: Staff) -> Select[*tuple[Any, ...]]:
    """Leave in *query* what lies within *scope* and what *staff* works on."""
    if scope.whole:
        return query
    return query.where(or_(scope.within(Case.union, Case.area), Case.id.in_(read_by(staff))))


def _wanted(query: Select[*tuple[Any, ...]], staff: Staff, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = query.where(Case.state == wanted.state if wanted.state else Case.state.not_in(OVER))
    if wanted.whose == "mine":
        query = query.where(Case.id.in_(read_by(staff)))
    if wanted.whose == "none":
        query = query.where(Case.id.not_in(_taken()))
    if wanted.urgency:
        query = query.where(Case.urgency == wanted.urgency)
    return query.where(Case.topic == wanted.topic) if wanted.topic else query
