"""Where each member is in a conversation: the form, the choices last offered, the last question searched."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, kind_of
from models.crypto import EncryptedJSON, Sealed
from models.members import Member, moves_along

KEPT = timedelta(days=30)
FROM, MOVED = "at:from", "at:moved"
"""Mark, among the answers of a form with private questions, where it was begun and the page it was moved to."""


class Conversation(Base):
    """One member's conversation.

    *form*, *about*, *answers* and *nonce* belong to a form in progress (*form* is empty without one, *asleep*
    while it is put aside; *answers* may hold the last calculation until the next form begins); *choices* are the
    buttons last offered as [label, value]; *asked* and *ranked* the last question that was searched and what it
    found; *misses* counts questions in a row without an answer.
    """

    __tablename__ = "conversations"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, str]] = mapped_column(EncryptedJSON, default=dict)
    nonce: Mapped[str] = mapped_column(default="")
    asleep: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[Any]] = mapped_column(Sealed, default=list)
    asked: Mapped[dict[str, str]] = mapped_column(EncryptedJSON, default=dict)
    ranked: Mapped[list[Any]] = mapped_column(JSON, default=list)
    misses: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime] = mapped_column(Moment)

    def open(self, form: str, about: str, nonce: str) -> None:
        """Begin a form."""
        self.form, self.about, self.nonce, self.answers, self.asleep = form, about, nonce, {}, False

    def close(self) -> None:
        """End the form, done or given up."""
        self.open("", "", "")

    def forget(self) -> None:
        """End the form and forget what was asked, found and offered."""
        self.close()
        self.asked, self.ranked, self.choices = {}, [], []


async def current(
    session: AsyncSession, member: Member, *, known: Conversation | None = None, now: datetime
) -> tuple[Conversation, bool]:
    """Return the conversation of *member* and whether it is new; a form untouched for 30 days is forgotten.

    Where turns run side by side it is read anew and locked, even when it is *known*.
    """
    found = known
    if found is None or kind_of(session) == "postgresql":
        found = await session.get(Conversation, member.id, with_for_update=True)
    if found is None:
        found = Conversation(
            member_id=member.id,
            form="",
            about="",
            answers={},
            nonce="",
            asleep=False,
            choices=[],
            asked={},
            ranked=[],
            misses=0,
            touched_at=now,
        )
        session.add(found)
        return found, True
    if (found.form or found.answers) and now - found.touched_at > KEPT:
        found.close()
    return found, False


@moves_along
async def _drop(session: AsyncSession, _keep: Member, other: Member, _now: datetime) -> None:
    """Forget the other's conversation: the one that is kept goes on where it began."""
    found = await session.get(Conversation, other.id, with_for_update=True)
    if found is not None:
        await session.delete(found)
