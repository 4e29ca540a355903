"""The applications as a list: what waits for whom, what is late, and how much each colleague has in hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import CHECKS
from models.application_rules import OPEN_CHECKS
from models.application_states import ApplicationBar
from models.applications import Application, ApplicationStep
from models.rights import Scope
from models.staff import Staff

PAGE = 50
CHECK, DECIDE, LATE = "check", "decide", "late"
PROMISED = (*OPEN_CHECKS, "publicity", "appealed")
"""States in which the promise to the member still runs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which applications are looked at: *state* "" means all that are not over; *whose* is check, decide or late."""

    slug: str = ""
    state: str = ""
    union: str = ""
    whose: str = ""


class Row(NamedTuple):
    """What the list tells of an application; *late* says that it was promised for an earlier moment."""

    id: int
    number: str
    slug: str
    name: str
    union: str
    state: str
    amount: str
    submitted_at: datetime
    promised: datetime
    late: bool


async def listed(
    session: AsyncSession, scope: Scope, staff: Staff, wanted: Wanted, *, page: int, now: datetime
) -> list[Row]:
    """Return a page of applications and one more, those promised for the earliest first; no answer is read."""
    query: Select[*tuple[Any, ...]] = select(
        Application.id, Application.number, Application.slug, Application.name, Application.union,
        Application.state, Application.amount, Application.submitted_at, Application.promised, _late(now),
    )  # fmt: skip
    query = _wanted(scope.narrow(query, Application.union, Application.area), staff, wanted, now)
    order = query.order_by(Application.promised, Application.id)
    return [Row(*row) for row in await session.execute(order.offset(page * PAGE).limit(PAGE + 1))]


async def count(session: AsyncSession, scope: Scope, staff: Staff, wanted: Wanted, *, now: datetime) -> int:
    """Count the applications of a list."""
    query = scope.narrow(select(func.count()).select_from(Application), Application.union, Application.area)
    return await session.scalar(_wanted(query, staff, wanted, now)) or 0


async def within(
    session: AsyncSession, scope: Scope, numbers: Collection[int], *, lock: bool
) -> list[Application]:
    """Return those of the applications that lie within *scope*; with *lock* nobody else changes them meanwhile."""
    query = select(Application).where(Application.id.in_(numbers)).order_by(Application.id)
    query = scope.narrow(query, Application.union, Application.area)
    return list(await session.scalars(query.with_for_update() if lock else query))


async def unions(session: AsyncSession, scope: Scope) -> list[str]:
    """Return the unions from which there is an application."""
    query = select(Application.union).where(Application.union != "").distinct()
    return sorted(await session.scalars(scope.narrow(query, Application.union, Application.area)))


async def load(session: AsyncSession, scope: Scope) -> Sequence[tuple[str, int]]:
    """Return on how many open applications each colleague has worked, most first."""
    number = func.count(ApplicationStep.application_id.distinct())
    query = (
        select(Staff.name, number)
        .join(ApplicationStep, ApplicationStep.by == Staff.login)
        .join(Application, Application.id == ApplicationStep.application_id)
        .where(Application.ended_at.is_(None))
        .group_by(Staff.id, Staff.name)
        .order_by(number.desc(), Staff.name)
    )
    rows = await session.execute(scope.narrow(query, Application.union, Application.area))
    return [(name, told) for name, told in rows]


def _wanted(
    query: Select[*tuple[Any, ...]], staff: Staff, wanted: Wanted, now: datetime
) -> Select[*tuple[Any, ...]]:
    query = query.where(Application.state == wanted.state if wanted.state else Application.ended_at.is_(None))
    if wanted.slug:
        query = query.where(Application.slug == wanted.slug)
    if wanted.union:
        query = query.where(Application.union == wanted.union)
    if wanted.whose == LATE:
        query = query.where(_late(now))
    if wanted.whose in {CHECK, DECIDE}:
        barred = select(ApplicationBar.application_id).where(ApplicationBar.staff_id == staff.id)
        waits = _to_check() if wanted.whose == CHECK else _to_decide(staff, now)
        query = query.where(waits, Application.id.not_in(barred))
    return query


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(Application.promised < now, Application.state.in_(PROMISED))


def _to_check() -> ColumnElement[bool]:
    """Tell what nobody has checked since it came into its check."""
    checked = _step(ApplicationStep.kind == "check", ApplicationStep.id > _last("")).exists()
    return or_(Application.state == "submitted", and_(Application.state.in_(CHECKS), ~checked))


def _to_decide(staff: Staff, now: datetime) -> ColumnElement[bool]:
    """Tell what is checked, not by *staff*; what was shown long enough; and appeals against others' decisions."""
    checked = ApplicationStep.kind == "check"
    mine = ApplicationStep.by == staff.login
    here = _step(checked, ApplicationStep.id > _last("")).exists()
    by_me = _step(checked, mine, ApplicationStep.id > _last("submitted")).exists()
    refused_by_me = _step(mine, ApplicationStep.after == "rejected").exists()
    return or_(
        and_(Application.state.in_(CHECKS), here, ~by_me),
        and_(Application.state == "publicity", Application.due <= now),
        and_(Application.state == "appealed", ~refused_by_me),
    )


def _last(state: str) -> Any:
    """Return when it came into its present state, or last into *state*, by the number of the step."""
    step = ApplicationStep.__table__.alias()
    query = select(func.max(step.c.id)).where(step.c.application_id == Application.id, step.c.kind == "state")
    query = query.where(step.c.after == state) if state else query
    return query.correlate(Application.__table__).scalar_subquery()


def _step(*which: ColumnElement[bool]) -> Select[int]:
    return (
        select(ApplicationStep.id)
        .where(ApplicationStep.application_id == Application.id, *which)
        .correlate(Application.__table__)
    )
