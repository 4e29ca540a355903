"""Membership: a member bound to their card on the roster, wrong tries, and what staff are to look up."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.members import Member, moves_along
from models.roster import Card

TRIES, REST = 3, timedelta(hours=1)


class Unmatched(Base):
    """What a member said who was not found on the roster, for staff to look up."""

    __tablename__ = "roster_unmatched"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    said: Mapped[str] = mapped_column(Encrypted)
    said_at: Mapped[datetime] = mapped_column(Moment)


async def holder(session: AsyncSession, card: Card) -> Member | None:
    """Return the member who is bound to *card*."""
    return await session.scalar(select(Member).where(Member.roster_id == card.id))


async def bind(session: AsyncSession, member: Member, card: Card, *, now: datetime) -> None:
    """Bind *member* to *card*: this gives what membership gives, and nothing that was said elsewhere.

    Raises Refused when another member is bound to it.
    """
    await session.refresh(card, with_for_update=True)  # whoever comes second waits here
    held = await holder(session, card)
    if held is not None and held.id != member.id:
        raise Refused("card_taken")
    member.roster_id, member.verified_at = card.id, now
    member.name, member.phone = card.name, card.phone
    member.union_name, member.area = card.union_name, card.area
    member.card_tries, member.card_tried_at = 0, None
    await _forget(session, member)
    await session.flush()


async def release(session: AsyncSession, member: Member) -> None:
    """Undo the binding and forget what came with it, and what was said of a card that was not found."""
    member.roster_id = member.verified_at = member.name = member.phone = None
    member.union_name = member.area = ""
    await _forget(session, member)


def rests_until(member: Member, *, now: datetime) -> datetime | None:
    """Return until when binding rests for *member* after wrong tries; None when it does not."""
    if member.card_tries < TRIES or member.card_tried_at is None:
        return None
    until = member.card_tried_at + REST
    return until if now < until else None


async def missed(session: AsyncSession, member: Member, said: str, *, now: datetime) -> int:
    """Count a wrong try and keep what was *said* for staff; return how many there were in a row."""
    if member.card_tried_at is None or now - member.card_tried_at >= REST:
        member.card_tries = 0
    member.card_tries, member.card_tried_at = member.card_tries + 1, now
    await note(session, member, said, now=now)
    return member.card_tries


async def note(session: AsyncSession, member: Member, said: str, *, now: datetime) -> None:
    """Keep what a member said whose card was not found, the last time only."""
    found = await session.get(Unmatched, member.id)
    if found is None:
        session.add(Unmatched(member_id=member.id, said=said, said_at=now))
    else:
        found.said, found.said_at = said, now


async def unmatched(session: AsyncSession, member: Member) -> Unmatched | None:
    """Return what *member* said last of a card that was not found."""
    return await session.get(Unmatched, member.id)


async def _forget(session: AsyncSession, member: Member) -> None:
    found = await unmatched(session, member)
    if found is not None:
        await session.delete(found)


@moves_along
async def _drop(session: AsyncSession, _keep: Member, other: Member, _now: datetime) -> None:
    """Let what the other record said go: the two are one person now, told by a code."""
    await _forget(session, other)
