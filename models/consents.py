"""Consent: what a member agreed to, for which purpose, when, and when they took it back (PIPL 13-15)."""

from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.members import Member, moves_along

SIGN_UP, WORKS = "signup", "works"
CASE, SENSITIVE, SHARING, PUBLISHING = "case", "case_sensitive", "case_sharing", "case_publishing"
OF_CASES = (CASE, SENSITIVE, SHARING, PUBLISHING)


class Consent(Base):
    """One purpose, such as `signup:board-contest`; *how* is empty for a press, else how staff came to know."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    purpose: Mapped[str]
    how: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def kind(self) -> str:
        """Return what kind of thing was agreed to."""
        return self.purpose.partition(":")[0]

    @property
    def about(self) -> str:
        """Return the event, or the number of the case, that it is about."""
        return self.purpose.partition(":")[2]


async def give(
    session: AsyncSession, member: Member, kind: str, slug: str, *, how: str = "", now: datetime
) -> None:
    """Write down that *member* agreed; while it holds, once is enough."""
    purpose = f"{kind}:{slug}"
    if purpose not in {found.purpose for found in await of(session, member)}:
        session.add(Consent(member_id=member.id, purpose=purpose, how=how, given_at=now))


async def of(session: AsyncSession, member: Member) -> list[Consent]:
    """Return what *member* agrees to now, the oldest first."""
    query = select(Consent).where(Consent.member_id == member.id, Consent.withdrawn_at.is_(None))
    return list(await session.scalars(query.order_by(Consent.id)))


async def withdraw(session: AsyncSession, member: Member, slug: str, *, now: datetime) -> None:
    """Write down that *member* no longer agrees to anything about an event."""
    for found in await of(session, member):
        if found.about == slug:
            found.withdrawn_at = now


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(update(Consent).where(Consent.member_id == other.id).values(member_id=keep.id))
