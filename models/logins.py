"""How often somebody may try to log in: so many wrong passwords an account, and an address."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, lock

SPELL = timedelta(minutes=15)
MOST = {"account": 8, "address": 40}
"""An office leaves by one address, so that it may try more often than one account."""


class Attempt(Base):
    """One try to log in, kept until it succeeds or is forgotten."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Moment)


async def admit(session: AsyncSession, login: str, address: str, *, now: datetime) -> None:
    """Count a try before it is looked at, so that many at once count too.

    Raises Refused: login_often.
    """
    for kind, key in _keys(login, address).items():
        await lock(session, key)
        await session.execute(delete(Attempt).where(Attempt.key == key, Attempt.at <= now - SPELL))
        tries = await session.scalar(select(func.count()).where(Attempt.key == key)) or 0
        if tries >= MOST[kind]:
            raise Refused("login_often")
        session.add(Attempt(key=key, at=now))
    await session.flush()


async def forgive(session: AsyncSession, login: str, address: str) -> None:
    """Forget the tries of an account that has logged in, and as many of its address as one login makes."""
    keys = _keys(login, address)
    await session.execute(delete(Attempt).where(Attempt.key == keys["account"]))
    last = select(func.max(Attempt.id)).where(Attempt.key == keys["address"]).scalar_subquery()
    await session.execute(delete(Attempt).where(Attempt.id == last))


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """Delete the tries that count no more."""
    await session.execute(delete(Attempt).where(Attempt.at <= now - SPELL))


def _keys(login: str, address: str) -> dict[str, str]:
    return {"account": f"account:{login.strip().casefold()[:40]}", "address": f"address:{address}"}
