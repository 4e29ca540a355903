"""Days on which a colleague is away, who stands in, and who can be reached now."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import handling, staff
from models.base import Base, Moment, Refused
from models.handoffs import HandOff
from models.members import Member
from models.rights import ANSWERING
from models.staff import Staff


class Absence(Base):
    """The days from *since* to *until*, both included; at *moved_at* the open work went to the deputy."""

    __tablename__ = "staff_absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    since: Mapped[date]
    until: Mapped[date] = mapped_column(index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    moved_at: Mapped[datetime | None] = mapped_column(Moment)


async def add(
    session: AsyncSession, who: Staff, since: date, until: date, deputy: Staff | None, *, today: date
) -> None:
    """Write down that *who* is away.

    Raises Refused: absence_order, absence_twice, deputy_self.
    """
    if until < max(since, today):
        raise Refused("absence_order")
    if deputy is not None and deputy.id == who.id:
        raise Refused("deputy_self")
    twice = select(Absence.id).where(
        Absence.staff_id == who.id, Absence.since <= until, Absence.until >= since
    )
    if (await session.scalars(twice.limit(1))).first() is not None:
        raise Refused("absence_twice")
    session.add(Absence(staff_id=who.id, since=since, until=until, deputy_id=deputy.id if deputy else None))
    await session.flush()


async def listed(session: AsyncSession, *, today: date) -> list[Absence]:
    """Return who is away now or later, the first first."""
    query = select(Absence).where(Absence.until >= today).order_by(Absence.since, Absence.id)
    return list(await session.scalars(query))


async def able(session: AsyncSession, member: Member, *, today: date) -> list[Staff]:
    """Return the colleagues who are there and may speak with *member*."""
    query = select(Staff).where(Staff.disabled_at.is_(None), Staff.id.not_in(away(today)))
    people = list(await session.scalars(query.order_by(Staff.login)))
    rights = await staff.rights_of(session, people)
    return [one for one in people if rights[one.id].scope(ANSWERING).allows(member.union_name, member.area)]


async def begin(
    session: AsyncSession, *, promised: datetime | None, today: date, now: datetime
) -> list[tuple[HandOff, Staff | None]]:
    """Pass the open work of those whose absence has begun to their deputies, or let it wait with a new promise.

    Return each hand-off with the colleague who has it now, once an absence.
    """
    due = select(Absence).where(Absence.since <= today, Absence.until >= today, Absence.moved_at.is_(None))
    moved = []
    for absence in list(await session.scalars(due.order_by(Absence.id).with_for_update(skip_locked=True))):
        absence.moved_at = now
        for handoff, member in await _work(session, absence):
            there = await able(session, member, today=today)
            deputy = next((one for one in there if one.id == absence.deputy_id), None)
            if deputy is None:
                handling.put_back(handoff, promised=promised)
            else:
                handling.hand_over(handoff, deputy.login, now=now)
            moved.append((handoff, deputy))
    return moved


async def _work(session: AsyncSession, absence: Absence) -> Sequence[tuple[HandOff, Member]]:
    query = (
        select(HandOff, Member)
        .join(Member, Member.id == HandOff.member_id)
        .join(Staff, Staff.login == HandOff.taken_by)
        .where(HandOff.state == "taken", Staff.id == absence.staff_id)
    )
    query = query.order_by(HandOff.id).with_for_update(of=HandOff)
    return [(handoff, member) for handoff, member in await session.execute(query)]


def away(today: date) -> Select[int]:
    """Select the ids of those who are away."""
    return select(Absence.staff_id).where(Absence.since <= today, Absence.until >= today)
