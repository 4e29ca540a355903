"""Early warning: several cases against one employer in a short time, told to staff once as long as it goes on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import absences, case_assignment, staff
from models.base import Base, Moment, lock
from models.cases import Case, read_by
from models.quiet import BEIJING
from models.rights import Role, Scope
from models.staff import Staff

WITHIN, CASES, PEOPLE = timedelta(days=30), 3, 10
HEARING_ALL: tuple[Role, ...] = ("administrator", "approver")
HEARING_OWN: tuple[Role, ...] = ("caseworker",)
"""Who hears of an alert with the whole federation in their hands, and who of their own area."""


class CaseAlert(Base):
    """One episode: the employer by its hash only, with the cases and people there were last, until *ended_at*."""

    __tablename__ = "case_alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_hash: Mapped[str]
    cases: Mapped[int]
    people: Mapped[int]
    trade: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is against one employer now."""

    cases: int
    people: int


async def watch(session: AsyncSession, *, now: datetime) -> list[CaseAlert]:
    """Open an alert for each employer with three cases or ten people in 30 days, and end those that are over.

    Return the new ones: an employer has one as long as its episode goes on.
    """
    await lock(session, "case alerts")  # two processes would both find it new
    query = select(CaseAlert).where(CaseAlert.ended_at.is_(None)).order_by(CaseAlert.id)
    known = {alert.employer_hash: alert for alert in await session.scalars(query)}
    found = await _found(session, now)
    for digest, alert in known.items():
        if digest not in found:
            alert.ended_at = now
    new = []
    for digest, seen in found.items():
        if digest in known:
            known[digest].cases, known[digest].people = seen.cases, seen.people
            continue
        alert = CaseAlert(employer_hash=digest, cases=seen.cases, people=seen.people, since=now)
        alert.trade, alert.area = await _where(session, alert)
        session.add(alert)
        new.append(alert)
    await session.flush()
    return new


async def _found(session: AsyncSession, now: datetime) -> dict[str, Seen]:
    cases, people = func.count(), func.sum(Case.people)
    query = select(Case.employer_hash, cases, people).group_by(Case.employer_hash)
    query = query.where(Case.employer_hash != "", Case.opened_at > now - WITHIN)
    rows = await session.execute(query.having(or_(cases >= CASES, people >= PEOPLE)))
    return {digest: Seen(count, number) for digest, count, number in rows}


async def _where(session: AsyncSession, alert: CaseAlert) -> tuple[str, str]:
    """Return the trade and the area of most of its cases."""
    found = await cases_of(session, alert)
    trades, areas = [case.trade for case in found], [case.area for case in found]
    return max(sorted(set(trades)), key=trades.count), max(sorted(set(areas)), key=areas.count)


async def cases_of(session: AsyncSession, alert: CaseAlert) -> list[Case]:
    """Return the cases that an alert is about, the oldest first."""
    query = select(Case).where(Case.employer_hash == alert.employer_hash)
    query = query.where(Case.opened_at > alert.since - WITHIN)
    if alert.ended_at is not None:
        query = query.where(Case.opened_at <= alert.ended_at)
    return list(await session.scalars(query.order_by(Case.id)))


async def hearers(session: AsyncSession, alert: CaseAlert, *, now: datetime) -> list[Staff]:
    """Return who is told: those over the whole federation, and caseworkers of its area without conflict."""
    today = now.astimezone(BEIJING).date()
    query = select(Staff).where(Staff.disabled_at.is_(None), Staff.id.not_in(absences.away(today)))
    people = list(await session.scalars(query.order_by(Staff.login)))
    rights = await staff.rights_of(session, people)
    barred = set[int]()
    for case in await cases_of(session, alert):
        barred |= await case_assignment.conflicts(session, case, people)
    own = {
        one.id
        for one in people
        if rights[one.id].scope(HEARING_OWN).allows("", alert.area) and one.id not in barred
    }
    return [one for one in people if one.id in own or rights[one.id].scope(HEARING_ALL).whole]


async def listed(session: AsyncSession, scope: Scope, *, now: datetime) -> list[CaseAlert]:
    """Return the alerts of this area that go on or ended in the last 30 days, the newest first."""
    query: Select[CaseAlert] = select(CaseAlert).where(
        or_(CaseAlert.ended_at.is_(None), CaseAlert.ended_at > now - WITHIN)
    )
    if not scope.whole:
        query = query.where(CaseAlert.area.in_(sorted(scope.areas)))
    return list(await session.scalars(query.order_by(CaseAlert.id.desc())))


async def employers(session: AsyncSession, alerts: Collection[CaseAlert], reader: Staff) -> dict[int, str]:
    """Return the employers' names, by the ids of *alerts*, as far as *reader* works on one of the cases."""
    digests = {alert.employer_hash for alert in alerts}
    query = select(Case).where(Case.employer_hash.in_(digests), Case.id.in_(read_by(reader)))
    known = {case.employer_hash: case.employer for case in await session.scalars(query.order_by(Case.id))}
    return {alert.id: known.get(alert.employer_hash, "") for alert in alerts}
