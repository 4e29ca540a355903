"""One-time links by which a member goes on with something private on our own page."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import token_hash
from models.members import Member, moves_along
from models.messages import Address

LASTS, KEPT = timedelta(minutes=15), timedelta(days=1)


class Pass(Base):
    """A link of *member_id* for one *purpose* (an action such as `aid:begin`); only the hash of its token is kept.

    *place* is the address at which it was asked for.
    """

    __tablename__ = "passes"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    place: Mapped[str] = mapped_column(default="", server_default="")
    made_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


def make(
    session: AsyncSession, member: Member, purpose: str, *, at: Address | None = None, now: datetime
) -> str:
    """Return the token of a fresh link, asked for *at* an address: 32 random bytes, 15 minutes, one use."""
    token = secrets.token_urlsafe(32)
    place = at.place if at else ""
    session.add(
        Pass(token_hash=token_hash(token), member_id=member.id, purpose=purpose, place=place, made_at=now)
    )
    return token


async def look(session: AsyncSession, token: str, *, now: datetime) -> bool:
    """Say whether a link can still be used; looking does not use it up, for previews look too."""
    return (await session.scalars(select(Pass.id).where(*_open(token, now)))).first() is not None


async def use(session: AsyncSession, token: str, *, now: datetime) -> tuple[Member, str] | None:
    """Use a link up; return whose it is and what for, or None when it is over."""
    mine = update(Pass).where(*_open(token, now)).values(used_at=now).returning(Pass.member_id, Pass.purpose)
    found = (await session.execute(mine)).one_or_none()
    return None if found is None else (await session.get_one(Member, found.member_id), found.purpose)


async def of(session: AsyncSession, token: str) -> Pass | None:
    """Return the link of a token, used or not."""
    return await session.scalar(select(Pass).where(Pass.token_hash == token_hash(token)))


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Delete what has long been over."""
    await session.execute(delete(Pass).where(Pass.made_at < now - KEPT))


def _open(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Pass.token_hash == token_hash(token), Pass.used_at.is_(None), Pass.made_at > now - LASTS


@moves_along
async def _move(session: AsyncSession, _keep: Member, other: Member, _now: datetime) -> None:
    """End the links of a record that is no more."""
    await session.execute(delete(Pass).where(Pass.member_id == other.id))
