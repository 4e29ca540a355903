"""Questions that got no answer or a wrong one, kept for staff without saying who asked."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted

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
