"""How colleagues handle a hand-off among themselves: pass it on, put it off, label it, and see who else reads it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ForeignKey, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, insert_new, kind_of
from models.handoffs import OPEN, HandOff

LABELS, LABEL_LENGTH = 6, 10
BEAT, HERE = timedelta(seconds=20), timedelta(seconds=60)
"""How often a reader is written down, and for how long one counts as being here."""


class HandOffLabel(Base):
    """One word by which a hand-off is found again."""

    __tablename__ = "handoff_labels"

    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True, index=True)


class Reader(Base):
    """Who had a hand-off open, and when last."""

    __tablename__ = "handoff_readers"

    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)


def hand_over(handoff: HandOff, to: str, *, now: datetime) -> None:
    """Let the colleague called *to* speak with the member from now on.

    Raises Refused: handoff_over, when it was closed.
    """
    if handoff.state not in OPEN:
        raise Refused("handoff_over")
    handoff.state, handoff.taken_by, handoff.taken_at = "taken", to, now
    handoff.snoozed_until = None


def put_back(handoff: HandOff, *, promised: datetime | None) -> None:
    """Let a taken hand-off wait for any colleague, with a new promise."""
    handoff.state, handoff.taken_by, handoff.taken_at = "waiting", "", None
    handoff.promised, handoff.late_told, handoff.snoozed_until = promised, False, None


def snooze(handoff: HandOff, staff: str, until: datetime | None, *, now: datetime) -> None:
    """Put a hand-off off until a moment, or fetch it back with None.

    Raises Refused: not_yours, snooze_past.
    """
    if handoff.state != "taken" or handoff.taken_by != staff:
        raise Refused("not_yours")
    if until is not None and until <= now:
        raise Refused("snooze_past")
    handoff.snoozed_until = until


async def label(session: AsyncSession, handoff: HandOff, labels: Iterable[str]) -> None:
    """Let a hand-off carry exactly these labels.

    Raises Refused: labels_many.
    """
    wanted = sorted({one for one in labels if one})
    if len(wanted) > LABELS or any(len(one) > LABEL_LENGTH for one in wanted):
        raise Refused("labels_many")
    await session.execute(delete(HandOffLabel).where(HandOffLabel.handoff_id == handoff.id))
    session.add_all(HandOffLabel(handoff_id=handoff.id, label=one) for one in wanted)
    await session.flush()


async def labels_of(session: AsyncSession, handoffs: Iterable[HandOff]) -> dict[int, list[str]]:
    """Return the labels of each hand-off, by their ids."""
    found: dict[int, list[str]] = {handoff.id: [] for handoff in handoffs}
    query = select(HandOffLabel).where(HandOffLabel.handoff_id.in_(found)).order_by(HandOffLabel.label)
    for row in await session.scalars(query):
        found[row.handoff_id].append(row.label)
    return found


async def read(session: AsyncSession, handoff: HandOff, login: str, *, now: datetime) -> list[str]:
    """Write down that *login* has the hand-off open, and return who else has."""
    query = select(Reader).where(Reader.handoff_id == handoff.id).order_by(Reader.login)
    readers = {reader.login: reader for reader in await session.scalars(query)}
    mine = readers.pop(login, None)
    if mine is None:
        row = {"handoff_id": handoff.id, "login": login, "seen_at": now}
        await session.execute(
            insert_new(kind_of(session), cast(Table, Reader.__table__), ("handoff_id", "login")), row
        )
    elif mine.seen_at <= now - BEAT:
        mine.seen_at = now
    return [reader.login for reader in readers.values() if reader.seen_at > now - HERE]
