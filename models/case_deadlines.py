"""The deadlines of a case: which follow from its facts, which colleagues add, and which warnings of each were told."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, lock
from models.case_dates import roll
from models.cases import MACHINE, OVER, Case, CaseStep
from models.crypto import Encrypted
from models.law.dates import YEAR, months_add
from models.quiet import BEIJING

HEARING = "hearing"
KINDS = ("limitation", "sue", "injury_employer", "injury_worker", HEARING, "other")
SUE, EMPLOYER_FILES = timedelta(days=15), timedelta(days=30)
YEARS = range(2000, 2100)
"""The years in which a day of a case can lie: what was said beside them was a slip of the pen."""


class CaseDeadline(Base):
    """One deadline: *safe_day* is the raw day that members are told, *last_day* the day it rolls to; *met_at* ends it."""

    __tablename__ = "case_deadlines"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    safe_day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(Encrypted, default="")
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)


class CaseWarning(Base):
    """A warning that was told, *days* before the deadline: each once."""

    __tablename__ = "case_warnings"
    __table_args__ = (UniqueConstraint("deadline_id", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("case_deadlines.id", ondelete="CASCADE"))
    days: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(Moment)


def computed(topic: str, facts: Mapping[str, Any]) -> dict[str, date]:
    """Return the safe day of each deadline that *facts* give (MAL 27 and 50, IJ 17); words that are no days give none."""
    award = day_of(facts, "received") or _paper(facts, "award")
    injury = day_of(facts, "injury_day") if facts.get("injury_filed") != "yes" else None
    found = {
        "limitation": _limitation(topic, facts),
        "sue": award and award + SUE,
        "injury_employer": injury and injury + EMPLOYER_FILES,
        "injury_worker": injury and months_add(injury, YEAR),
        HEARING: day_of(facts, HEARING),
    }
    return {kind: day for kind, day in found.items() if day is not None}


def day_of(facts: Mapping[str, Any], name: str) -> date | None:
    """Return a fact that is a day; None when it is unknown or no day that can be meant."""
    try:
        day = date.fromisoformat(str(facts.get(name, "")))
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _paper(facts: Mapping[str, Any], kind: str) -> date | None:
    return day_of(facts, "paper_day") if facts.get("paper_kind") == kind else None


def _limitation(topic: str, facts: Mapping[str, Any]) -> date | None:
    """Return the year from knowing, from the earliest day that is told: it is the safe one.

    Wages have none while the worker is employed, then a year from the last day. An injury has windows of its own.
    """
    last = day_of(facts, "last_day")
    if topic == "injury" or (topic == "wages" and facts.get("employed") == "yes"):
        return None
    if topic == "wages" and last is not None:
        return months_add(last, YEAR)
    since = min(filter(None, (day_of(facts, "known"), _paper(facts, "notice"))), default=last)
    return since and months_add(since, YEAR)


async def derive(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Let the deadlines of *case* be those that its facts give now; one that was met stays, one that moved warns anew.

    What colleagues have added stays as it is.
    """
    await lock(session, f"case:{case.id}")
    wanted = computed(case.topic, case.facts)
    for found in await of(session, case):
        if found.by != MACHINE:
            continue
        if found.met_at is not None or wanted.get(found.kind) == found.safe_day:
            wanted.pop(found.kind, None)
        else:
            await session.delete(found)
    for kind, day in wanted.items():
        session.add(_deadline(case, kind, day, by=MACHINE, now=now))
    await session.flush()


async def add(
    session: AsyncSession,
    case: Case,
    kind: str,
    day: date,
    *,
    by: str,
    note: str = "",
    now: datetime,
) -> CaseDeadline:
    """Write down a deadline that a colleague knows of.

    Raises Refused: case_over, deadline_kind, deadline_past.
    """
    if case.over:
        raise Refused("case_over")
    if kind not in KINDS:
        raise Refused("deadline_kind")
    if not now.astimezone(BEIJING).date() <= day or day.year not in YEARS:
        raise Refused("deadline_past")
    found = _deadline(case, kind, day, by=by, note=note, now=now)
    session.add(found)
    await session.flush()
    return found


def _deadline(case: Case, kind: str, day: date, *, by: str, note: str = "", now: datetime) -> CaseDeadline:
    last_day = rolled(kind, day)
    return CaseDeadline(case_id=case.id, kind=kind, safe_day=day, last_day=last_day, note=note, by=by, at=now)


def rolled(
    kind: str, safe_day: date, *, holidays: Collection[date] = (), workdays: Collection[date] = ()
) -> date:
    """Return the last day of a deadline: the working day to which it rolls, but a hearing is on its day."""
    return safe_day if kind == HEARING else roll(safe_day, holidays=holidays, workdays=workdays)


async def meet(session: AsyncSession, found: CaseDeadline, *, by: str, now: datetime) -> None:
    """Write down that what was due is done: nothing more is said of it; a second time changes nothing."""
    if found.met_at is None:
        found.met_at = now
        session.add(
            CaseStep(case_id=found.case_id, kind="deadline", before=found.kind, after="met", by=by, at=now)
        )
        await session.flush()


async def of(session: AsyncSession, case: Case) -> list[CaseDeadline]:
    """Return the deadlines of *case*, the first to come first."""
    query = select(CaseDeadline).where(CaseDeadline.case_id == case.id)
    return list(await session.scalars(query.order_by(CaseDeadline.safe_day, CaseDeadline.id)))


async def coming(session: AsyncSession, *, upto: date) -> list[tuple[CaseDeadline, Case]]:
    """Return what is due in open cases until *upto*, and what has passed without being met, the first first."""
    query = select(CaseDeadline, Case).join(Case, Case.id == CaseDeadline.case_id)
    query = query.where(CaseDeadline.met_at.is_(None), CaseDeadline.safe_day <= upto, Case.state.not_in(OVER))
    rows = await session.execute(query.order_by(CaseDeadline.safe_day, CaseDeadline.id))
    return [(deadline, case) for deadline, case in rows]
