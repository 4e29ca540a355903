"""Canned answers: what colleagues say often, written once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused
from models.handoffs import LONGEST

TITLE_LENGTH = 20


class CannedAnswer(Base):
    """A text and the short name by which it is chosen."""

    __tablename__ = "canned_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(Moment)


async def listed(session: AsyncSession) -> list[CannedAnswer]:
    """Return all by name."""
    return list(await session.scalars(select(CannedAnswer).order_by(CannedAnswer.title, CannedAnswer.id)))


async def save(
    session: AsyncSession, found: CannedAnswer | None, title: str, text: str, *, by: str, now: datetime
) -> None:
    """Write down an answer, or change *found*.

    Raises Refused: canned_missing, reply_long.
    """
    if not text or not 0 < len(title) <= TITLE_LENGTH:
        raise Refused("canned_missing")
    if len(text) > LONGEST:
        raise Refused("reply_long")
    answer = found or CannedAnswer()
    answer.title, answer.text, answer.changed_by, answer.changed_at = title, text, by, now
    session.add(answer)
    await session.flush()
