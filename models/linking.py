"""One person on several phones: a one-time code, told at an address already known, typed at the new one."""

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import members
from models.base import Base, Moment, Refused
from models.crypto import lookup_hash
from models.members import Contact, Member, moves_along
from models.messages import Address

DIGITS, TRIES, ID_DIGITS = 6, 5, 9
LASTS, WAITS, KEPT = timedelta(minutes=10), timedelta(hours=1), timedelta(days=30)


class Link(Base):
    """A wish to make another address one person with *member_id*, and the code that allows it, hashed.

    *channel* and *address* say who asked: only they may use the code (empty: whoever is told it). The code is
    made when it is told; *until* is its end, or the end of the wish before that.
    """

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    code_hash: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def asker(self) -> Address | None:
        """Return who asked, when it is known."""
        return Address(self.channel, self.address) if self.channel else None

    def over(self, now: datetime) -> bool:
        """Say whether no code can be had any more."""
        return self.used_at is not None or self.tries >= TRIES or now >= self.asked_at + WAITS


async def ask(
    session: AsyncSession, member: Member, asker: Address | None, *, now: datetime
) -> tuple[Link, bool]:
    """Keep the wish of *asker* (None: whoever is told) to be one person with *member*; return it, and if it is new."""
    await session.execute(delete(Link).where(Link.asked_at < now - KEPT))
    channel, address = (asker.channel, asker.id) if asker else ("", "")
    same = (Link.member_id == member.id, Link.channel == channel, Link.address == address)
    found = await session.scalar(select(Link).where(*same).order_by(Link.id.desc()).limit(1))
    if found is not None and not found.over(now):
        return found, False
    link = Link(
        member_id=member.id,
        channel=channel,
        address=address,
        asked_at=now,
        until=now + WAITS,
        code_hash="",
        tries=0,
    )
    session.add(link)
    await session.flush()
    return link, True


async def of(session: AsyncSession, member: Member, number: str) -> Link | None:
    """Return the wish of this *number* to be one person with *member*."""
    return await session.scalar(select(Link).where(Link.id == _id(number), Link.member_id == member.id))


def tell(link: Link, *, now: datetime) -> str:
    """Return a fresh code for *link*, to be told at an address of its member; an earlier one ends.

    Raises Refused when the wish is over.
    """
    if link.over(now):
        raise Refused("link_over")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    link.code_hash, link.until = _hash(link, code), now + LASTS
    return code


async def use(session: AsyncSession, number: str, code: str, at: Address, *, now: datetime) -> Member | None:
    """Return the member whom the *code* of this *number* makes one with who is *at*; None when it does not fit.

    It fits once, for ten minutes, and not after five wrong tries.
    """
    found = await session.get(Link, _id(number), with_for_update=True)
    if found is None or found.used_at or now >= found.until or found.asker not in {None, at}:
        return None
    found.tries += 1
    if found.tries > TRIES or not hmac.compare_digest(found.code_hash, _hash(found, code)):
        return None
    found.used_at, found.channel, found.address = now, at.channel, at.id
    return await session.get_one(Member, found.member_id)


async def undo(session: AsyncSession, link: Link, *, now: datetime) -> bool:
    """End *link*; where it was used already, part the two again. Return whether it was."""
    link.until, link.tries = now, TRIES
    if link.used_at is None:
        return False
    contact = await session.get(Contact, (link.channel, link.address))
    if contact is not None and contact.member_id == link.member_id:
        await members.part(session, contact, now=now)
    return True


async def forget(session: AsyncSession, member: Member) -> None:
    """Delete every wish and code of *member*."""
    await session.execute(delete(Link).where(Link.member_id == member.id))


def _id(number: str) -> int:
    """Return the id in *number*, which members may have typed; 0, which no wish has, when it is none."""
    return int(number) if number.isascii() and number.isdigit() and len(number) <= ID_DIGITS else 0


def _hash(link: Link, code: str) -> str:
    return lookup_hash(f"link:{link.id}:{code}")


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(update(Link).where(Link.member_id == other.id).values(member_id=keep.id))
