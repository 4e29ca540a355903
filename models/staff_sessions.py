"""Sessions of staff in the console: they end by themselves, and whoever holds one can end it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import token_hash
from models.staff import Staff

IDLE, LONGEST, SEEN = timedelta(hours=2), timedelta(hours=12), timedelta(minutes=1)
BROWSER_LENGTH = 120


class StaffSession(Base):
    """One browser that somebody has logged in with; its token is not kept, only the hash of it."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")

    def over(self, now: datetime) -> bool:
        """Say whether it has ended: by a press, after two idle hours, or after twelve in all."""
        return self.ended_at is not None or now >= min(self.seen_at + IDLE, self.began_at + LONGEST)


async def begin(session: AsyncSession, staff: Staff, *, address: str, browser: str, now: datetime) -> str:
    """Log *staff* in and return the token of the new session."""
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_id=staff.id,
            token_hash=token_hash(token),
            began_at=now,
            seen_at=now,
            address=address,
            browser=browser[:BROWSER_LENGTH],
        )
    )
    await session.flush()
    return token


async def holder(
    session: AsyncSession, token: str, *, seen: bool = True, now: datetime
) -> tuple[Staff, StaffSession] | None:
    """Return who holds *token*, None when it is nobody's or has ended; *seen* tells that a person came, not a page by itself."""
    query = select(Staff, StaffSession).join(StaffSession).where(StaffSession.token_hash == token_hash(token))
    found = (await session.execute(query)).one_or_none()
    if found is None or found[1].over(now) or found[0].disabled_at is not None:
        return None
    if seen and found[1].seen_at + SEEN < now:
        found[1].seen_at = now
    return found[0], found[1]


async def of(session: AsyncSession, staff: Staff, *, now: datetime) -> list[StaffSession]:
    """Return the sessions of *staff* that have not ended, the latest first."""
    query = select(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
    found = await session.scalars(query.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc()))
    return [one for one in found if not one.over(now)]


async def end(session: AsyncSession, staff: Staff, number: int, *, now: datetime) -> None:
    """End one session of *staff*; somebody else's is left alone."""
    mine = update(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
    await session.execute(mine.where(StaffSession.id == number).values(ended_at=now))


async def end_all(session: AsyncSession, staff: Staff, *, but: int = 0, now: datetime) -> None:
    """End every session of *staff*, *but* the one they are in."""
    mine = update(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
    await session.execute(mine.where(StaffSession.id != but).values(ended_at=now))
