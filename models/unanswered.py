"""Questions that got no answer or a wrong one, kept for staff without saying who asked."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted

NEWEST = 500
"""So many questions are looked at together."""
_NUMBER = re.compile(r"\d{5,}")
Verdict = Literal["declined", "offered", "wrong"]


class Unanswered(Base):
    """One question: what search made of it (*ranked*, as [entry, …]) and what became of it."""

    __tablename__ = "unanswered"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Encrypted)
    verdict: Mapped[str]
    wrong: Mapped[str] = mapped_column(default="")
    ranked: Mapped[list[Any]] = mapped_column(JSON, default=list)
    asked_at: Mapped[datetime] = mapped_column(Moment, index=True)
    solved_at: Mapped[datetime | None] = mapped_column(Moment)
    solved_by: Mapped[str] = mapped_column(default="", server_default="")


def note(
    session: AsyncSession,
    text: str,
    verdict: Verdict,
    *,
    ranked: tuple[str, ...],
    wrong: str = "",
    now: datetime,
) -> None:
    """Keep a question; *wrong* names the entry that a member said is not it."""
    session.add(Unanswered(text=text, verdict=verdict, wrong=wrong, ranked=list(ranked), asked_at=now))


async def newest(session: AsyncSession) -> Sequence[Unanswered]:
    """Return the questions that nobody has seen to, the newest first."""
    query = select(Unanswered).where(Unanswered.solved_at.is_(None)).order_by(Unanswered.id.desc())
    return list(await session.scalars(query.limit(NEWEST)))


async def some(session: AsyncSession, numbers: Collection[int]) -> Sequence[Unanswered]:
    """Return these questions."""
    query = select(Unanswered).where(Unanswered.id.in_(numbers)).order_by(Unanswered.id)
    return list(await session.scalars(query))


async def solve(session: AsyncSession, numbers: Collection[int], *, by: str, now: datetime) -> None:
    """Take these questions off the list."""
    open_ones = update(Unanswered).where(Unanswered.id.in_(numbers), Unanswered.solved_at.is_(None))
    await session.execute(open_ones.values(solved_at=now, solved_by=by))


async def forget(session: AsyncSession, words: Collection[str]) -> None:
    """Delete the questions in which one of *words* stands, such as a name: nothing else tells who asked."""
    query = select(Unanswered).execution_options(yield_per=NEWEST)
    async for row in await session.stream_scalars(query):
        if any(word in row.text for word in words):
            await session.execute(delete(Unanswered).where(Unanswered.id == row.id))


def plain(text: str) -> str:
    """Return a question without the long numbers, which tell who asked."""
    return _NUMBER.sub("…", " ".join(text.split()))
