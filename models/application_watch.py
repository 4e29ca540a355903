"""What the clock sees of applications: a supplement that ends soon, a promised day that comes near or has passed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import staff
from models.application_rules import OPEN_CHECKS
from models.application_states import workdays_after
from models.applications import Application, today
from models.quiet import BEIJING
from models.rights import Role
from models.staff import Staff

WAITING = (*OPEN_CHECKS, "appealed")
"""States in which the member waits for colleagues."""
DECIDING: frozenset[Role] = frozenset({"caseworker", "approver"})
AHEAD = 2
"""How many working days before a day it is spoken of."""
AT_ONCE = 100


async def supplements(
    session: AsyncSession, *, holidays: Collection[date] = (), workdays: Collection[date] = (), now: datetime
) -> list[Application]:
    """Return what waits for papers that must come soon, each once."""
    soon = _horizon(now, holidays, workdays)
    return await _once(
        session,
        Application.state == "needs_supplement",
        Application.reminded_at.is_(None),
        Application.due > now,
        Application.due < soon,
        now=now,
    )


async def promises(
    session: AsyncSession, *, holidays: Collection[date] = (), workdays: Collection[date] = (), now: datetime
) -> list[Application]:
    """Return what must be decided soon, each once while it stays where it is."""
    soon = _horizon(now, holidays, workdays)
    return await _once(
        session,
        Application.state.in_(WAITING),
        Application.reminded_at.is_(None),
        Application.promised > now,
        Application.promised < soon,
        now=now,
    )


async def late(session: AsyncSession, *, now: datetime) -> list[Application]:
    """Return what was not decided by the promised day, each once while it stays where it is."""
    unsaid = or_(Application.reminded_at.is_(None), Application.reminded_at < Application.promised)
    return await _once(session, Application.state.in_(WAITING), unsaid, Application.promised <= now, now=now)


async def watchers(session: AsyncSession, application: Application) -> list[Staff]:
    """Return those who check and decide where the member belongs."""
    people = [one for one in await staff.listed(session) if one.disabled_at is None]
    rights = await staff.rights_of(session, people)
    return [
        one for one in people if rights[one.id].scope(DECIDING).allows(application.union, application.area)
    ]


async def _once(session: AsyncSession, *wanted: ColumnElement[bool], now: datetime) -> list[Application]:
    query = select(Application).where(*wanted).order_by(Application.id).limit(AT_ONCE)
    found = list(await session.scalars(query.with_for_update(skip_locked=True)))
    for application in found:
        application.reminded_at = now
    return found


def _horizon(now: datetime, holidays: Collection[date], workdays: Collection[date]) -> datetime:
    """Return the end of the last day that is spoken of now."""
    day = workdays_after(today(now), AHEAD, holidays=holidays, workdays=workdays)
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)
