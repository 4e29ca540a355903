"""Appointments about a case: when and where the member meets whom."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused
from models.calendar import workday
from models.cases import OVER, Case
from models.crypto import Encrypted
from models.quiet import BEIJING

PROPOSED, AGREED, DECLINED, CALLED_OFF, HELD = "proposed", "agreed", "declined", "called_off", "held"
AHEAD = (PROPOSED, AGREED)
"""The states of what may still take place."""
PLACE_LENGTH, NOTE_LENGTH = 100, 500
REMINDED, FARTHEST = time(9), timedelta(days=15)
"""When on the working day before members are reminded, and how far away that day can be."""


class Appointment(Base):
    """One meeting, `proposed`, `agreed`, `declined`, `called_off` or `held`; *place* and *note* are for the two who meet."""

    __tablename__ = "appointments"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(Moment, index=True)
    place: Mapped[str] = mapped_column(Encrypted)
    note: Mapped[str] = mapped_column(Encrypted, default="")
    state: Mapped[str] = mapped_column(default=PROPOSED)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)


async def propose(
    session: AsyncSession,
    case: Case,
    staff: str,
    starts: datetime | None,
    place: str,
    note: str = "",
    *,
    now: datetime,
) -> Appointment:
    """Propose to the member to meet *staff*.

    Raises Refused: case_over, appointment_when, appointment_place, appointment_note.
    """
    if case.over:
        raise Refused("case_over")
    if starts is None or starts <= now:
        raise Refused("appointment_when")
    if not 0 < len(place) <= PLACE_LENGTH:
        raise Refused("appointment_place")
    if len(note) > NOTE_LENGTH:
        raise Refused("appointment_note")
    found = Appointment(
        case_id=case.id, starts_at=starts, place=place, note=note, state=PROPOSED, by=staff, at=now
    )
    session.add(found)
    case.answered_at = case.answered_at or now
    await session.flush()
    return found


def answer(appointment: Appointment, *, comes: bool, now: datetime) -> None:
    """Let the member say whether they come; until it begins they may change their mind.

    Raises Refused: appointment_over.
    """
    if appointment.state not in (*AHEAD, DECLINED) or appointment.starts_at <= now:
        raise Refused("appointment_over")
    appointment.state = AGREED if comes else DECLINED


def call_off(appointment: Appointment) -> None:
    """Let a meeting not take place.

    Raises Refused: appointment_over.
    """
    if appointment.state not in AHEAD:
        raise Refused("appointment_over")
    appointment.state = CALLED_OFF


def hold(appointment: Appointment, *, now: datetime) -> None:
    """Write down that a meeting took place.

    Raises Refused: appointment_over, appointment_ahead.
    """
    if appointment.state not in AHEAD:
        raise Refused("appointment_over")
    if appointment.starts_at > now:
        raise Refused("appointment_ahead")
    appointment.state = HELD


async def of(session: AsyncSession, case: Case) -> list[Appointment]:
    """Return the appointments of a case, the last one first."""
    query = select(Appointment).where(Appointment.case_id == case.id)
    return list(await session.scalars(query.order_by(Appointment.starts_at.desc(), Appointment.id.desc())))


async def due(
    session: AsyncSession,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> list[tuple[Appointment, Case]]:
    """Return what members are to be reminded of now, once: on the working day before, unless it was made since."""
    query = (
        select(Appointment, Case)
        .join(Case, Case.id == Appointment.case_id)
        .where(Appointment.state.in_(AHEAD), Appointment.reminded_at.is_(None), Case.state.not_in(OVER))
        .where(Appointment.starts_at > now, Appointment.starts_at < now + FARTHEST)
        .order_by(Appointment.id)
        .with_for_update(of=Appointment, skip_locked=True)
    )
    found = []
    for appointment, case in (await session.execute(query)).all():
        at = _day_before(appointment.starts_at, holidays, workdays)
        if appointment.at < at <= now:
            appointment.reminded_at = now
            found.append((appointment, case))
    return found


def _day_before(starts: datetime, holidays: Collection[date], workdays: Collection[date]) -> datetime:
    """Return when the reminder is due: in the morning of the last working day before."""
    day = starts.astimezone(BEIJING).date() - timedelta(days=1)
    while not workday(day, holidays=holidays, workdays=workdays).works:
        day -= timedelta(days=1)
    return datetime.combine(day, REMINDED, BEIJING)
