"""Objections to what is shown in public before it is approved: each is looked into, and stops the approval until then."""

from datetime import datetime

from sqlalchemy import ForeignKey, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.applications import Application
from models.base import Base, Moment, Refused
from models.crypto import Encrypted

LONGEST = 1000


class Objection(Base):
    """What somebody holds against an application, `open`, `upheld` or `dismissed`; *contact* is theirs to leave out."""

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Encrypted)
    contact: Mapped[str] = mapped_column(Encrypted, default="")
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(Encrypted, default="")
    by: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)


async def object_to(
    session: AsyncSession, application: Application, text: str, contact: str = "", *, now: datetime
) -> Objection:
    """Take an objection in while the list is shown.

    Raises Refused: objection_over, objection_text.
    """
    if application.state != "publicity":
        raise Refused("objection_over")
    if not 0 < len(text) <= LONGEST or len(contact) > LONGEST:
        raise Refused("objection_text")
    found = Objection(application_id=application.id, text=text, contact=contact, state="open", at=now)
    session.add(found)
    await session.flush()
    return found


def settle(objection: Objection, *, upheld: bool, reason: str, by: str, now: datetime) -> None:
    """Say what was found about an objection; an upheld one stops the approval for good.

    Raises Refused: objection_settled, apply_reason.
    """
    if objection.state != "open":
        raise Refused("objection_settled")
    if not reason:
        raise Refused("apply_reason")
    objection.state = "upheld" if upheld else "dismissed"
    objection.reason, objection.by, objection.settled_at = reason, by, now


async def standing(session: AsyncSession, application: Application, *, since: datetime) -> list[Objection]:
    """Return what stops an approval: every open objection, and those upheld *since* the list is shown."""
    mine = select(Objection).where(Objection.application_id == application.id)
    stops = or_(Objection.state == "open", and_(Objection.state == "upheld", Objection.at >= since))
    return list(await session.scalars(mine.where(stops).order_by(Objection.id)))


async def of(session: AsyncSession, application: Application) -> list[Objection]:
    """Return what was said against an application, the first first."""
    query = select(Objection).where(Objection.application_id == application.id)
    return list(await session.scalars(query.order_by(Objection.id)))
