"""Warnings before a deadline: 60, 30, 14, 7, 3 and 1 days, each once, on a working day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import case_deadlines
from models.base import insert_new, kind_of
from models.case_dates import before_next, works
from models.case_deadlines import HEARING, CaseDeadline, CaseWarning
from models.cases import OVER, Case
from models.quiet import BEIJING, QUIET_TO, is_quiet

DAYS = (60, 30, 14, 7, 3, 1)
AHEAD = timedelta(days=DAYS[0] + 15)
"""How far ahead deadlines are looked at: the first warning, and the longest holiday before it."""
URGENT = ("P0", "P1")
TABLE = cast(Table, CaseWarning.__table__)


@dataclass(frozen=True, slots=True)
class Due:
    """A warning to be told: *left* days remain until *day*; fewer than none when it has passed."""

    case: Case
    deadline: CaseDeadline
    day: date
    left: int


async def due(
    session: AsyncSession,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> list[Due]:
    """Note and return the warnings whose time has come; of those that were missed only the most urgent is told.

    Nothing is told on days off; in quiet hours only what is late in urgent cases.
    """
    today, off = now.astimezone(BEIJING).date(), {"holidays": holidays, "workdays": workdays}
    if not works(today, **off):
        return []
    told, come = await _told(session, today), reached(now, **off)
    found = []
    for row in await session.execute(_open(today)):
        days = stage(row.safe_day, come)
        silent = row.kind == HEARING and today > row.safe_day
        waits = is_quiet(now) and row.urgency not in URGENT
        if days is None or silent or waits or (row.id, days) in told:
            continue
        if await _won(session, row.id, days, now):
            deadline = await session.get_one(CaseDeadline, row.id)
            deadline.last_day = case_deadlines.rolled(row.kind, row.safe_day, **off)
            found.append(await _due(session, deadline, today))
    return found


def _open(today: date) -> Select[int, str, date, str]:
    """Select the open deadlines of open cases without a word that lies encrypted: this is looked at each minute."""
    query = select(CaseDeadline.id, CaseDeadline.kind, CaseDeadline.safe_day, Case.urgency)
    query = query.join(Case, Case.id == CaseDeadline.case_id).where(
        CaseDeadline.met_at.is_(None), CaseDeadline.safe_day <= today + AHEAD, Case.state.not_in(OVER)
    )
    return query.order_by(CaseDeadline.safe_day, CaseDeadline.id)


def reached(now: datetime, *, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> date:
    """Return the last day whose warning has come: a working morning brings those of the days off behind it, too."""
    here = now.astimezone(BEIJING)
    morning = here.date() - timedelta(days=here.time() < QUIET_TO)
    return before_next(morning, holidays=holidays, workdays=workdays)


def stage(safe_day: date, reached: date) -> int | None:
    """Return which warning's turn it is when those until *reached* have come; None when none has."""
    return min((days for days in DAYS if safe_day - timedelta(days=days) <= reached), default=None)


async def _due(session: AsyncSession, deadline: CaseDeadline, today: date) -> Due:
    """Return a warning that names the safe day, and once that has passed the last one."""
    case = await session.get_one(Case, deadline.case_id)
    day = deadline.safe_day if today <= deadline.safe_day else deadline.last_day
    return Due(case, deadline, day, (day - today).days)


async def _told(session: AsyncSession, today: date) -> set[tuple[int, int]]:
    query = select(CaseWarning.deadline_id, CaseWarning.days)
    query = query.where(CaseWarning.deadline_id.in_(_open(today).with_only_columns(CaseDeadline.id)))
    return {(number, days) for number, days in await session.execute(query)}


async def _won(session: AsyncSession, number: int, days: int, now: datetime) -> bool:
    """Write the warning down; False when another process was quicker."""
    statement = insert_new(kind_of(session), TABLE, ("deadline_id", "days"), ("id",))
    row = {"deadline_id": number, "days": days, "told_at": now}
    return (await session.execute(statement, row)).first() is not None
