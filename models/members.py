"""Members, the addresses at which each can be reached, and two records becoming one person."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.messages import Address

PHONE_DIGITS, SHORT_TAIL = 11, 2
NOT_DIGITS = re.compile(r"\D", re.ASCII)
TOPICS_FIRST = 0b00111
"""The news that members get who never chose: activities, training and aid."""


class Member(Base):
    """One person, however many channels they use.

    *roster_id* is the card the member is bound to since *verified_at*; name, phone, union and area come from it.
    *card_tries* counts wrong tries to bind one, the last at *card_tried_at*. *topics* are the bits of the news wanted
    (models/subscriptions.py), *quiet_from* and *quiet_to* a quiet time of their own in minutes after midnight;
    *channel* is where they wrote last that they can be written to, *language* what their platform says. *forget_at* is
    when to look whether who left can be forgotten, once what was under way is over (models/leaving.py).
    """

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    wants_news: Mapped[bool] = mapped_column(default=True)
    joined_at: Mapped[datetime] = mapped_column(Moment)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    union_name: Mapped[str] = mapped_column(default="", server_default="")
    area: Mapped[str] = mapped_column(default="", server_default="")
    roster_id: Mapped[int | None] = mapped_column(ForeignKey("roster.id"), unique=True)
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    card_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    card_tried_at: Mapped[datetime | None] = mapped_column(Moment)
    topics: Mapped[int] = mapped_column(SmallInteger, default=TOPICS_FIRST, server_default=str(TOPICS_FIRST))
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    channel: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="", server_default="")
    forget_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    @property
    def verified(self) -> bool:
        """Say whether the member is bound to a card on the roster."""
        return self.verified_at is not None


class Contact(Base):
    """Where a member can be reached on one channel; *dead_at* tells since when no longer.

    *opened_from* is the address whose holder let this one in, by a one-time link or code: what is private there is
    private here too.
    """

    __tablename__ = "contacts"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    dead_at: Mapped[datetime | None] = mapped_column(Moment)
    dead_reason: Mapped[str] = mapped_column(default="")
    opened_from: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def at(self) -> Address:
        """Return the address in one piece."""
        return Address(self.channel, self.address)


BOUND = ("name", "phone", "union_name", "area", "roster_id", "verified_at")
"""What a bound card brings."""
Move = Callable[[AsyncSession, Member, Member, datetime], Awaitable[None]]
PAGE = "web"
_fetched = {PAGE}
"""The channels on which nothing reaches a member before they come."""
MOVES: list[Move] = []
"""What merge() calls with (session, keep, other, now): each brings the rows of one table over to *keep*."""


def moves_along(move: Move) -> Move:
    """Let merge() call *move*: every table with rows of a member has one, beside the table."""
    MOVES.append(move)
    return move


def are_fetched(*channels: str) -> None:
    """Name the channels, beside the page, whose letters wait until their member comes; this holds for the process."""
    _fetched.clear()
    _fetched.update((PAGE, *channels))


async def at_address(session: AsyncSession, at: Address, *, language: str = "", now: datetime) -> Member:
    """Return the member who writes from an address, making one on first contact."""
    query = (
        select(Member, Contact).join(Contact).where(Contact.channel == at.channel, Contact.address == at.id)
    )
    member, contact = (await session.execute(query)).one_or_none() or (None, None)
    return await met(session, at, member, contact, language=language, now=now)


async def met(
    session: AsyncSession,
    at: Address,
    member: Member | None,
    contact: Contact | None,
    *,
    language: str = "",
    now: datetime,
) -> Member:
    """Return the *member* who writes from an address, a new one where nobody is known; a dead address is alive again."""
    if member is None:
        member = Member(joined_at=now)
        session.add(member)
        await session.flush()
        session.add(Contact(channel=at.channel, address=at.id, member_id=member.id))
    if contact is not None and contact.dead_at is not None:
        contact.dead_at, contact.dead_reason = None, ""
    if at.channel not in (PAGE, member.channel):
        member.channel = at.channel
    if language and language != member.language:
        member.language = language
    return member


async def open_from(session: AsyncSession, member: Member, at: Address, place: str) -> None:
    """Make *at* an address of *member*, let in from *place*; one that is somebody else's stays theirs."""
    contact = await session.get(Contact, (at.channel, at.id))
    if contact is None:
        contact = Contact(channel=at.channel, address=at.id, member_id=member.id)
        session.add(contact)
    if contact.member_id == member.id:
        contact.opened_from = place


async def places(session: AsyncSession, at: Address) -> frozenset[str]:
    """Return the address *at* and the one that it was let in from, each as one text."""
    contact = await session.get(Contact, (at.channel, at.id))
    return frozenset({at.place, contact.opened_from if contact else at.place} - {""})


async def contacts(session: AsyncSession, member: Member) -> list[Contact]:
    """Return the living addresses of *member*, those first where they are reached unasked."""
    query = select(Contact).where(Contact.member_id == member.id, Contact.dead_at.is_(None))
    found = await session.scalars(query.order_by(Contact.channel, Contact.address))
    return sorted(found, key=lambda contact: contact.channel in _fetched)


async def addresses(session: AsyncSession, member: Member) -> list[Address]:
    """Return every address of *member*, dead ones too."""
    query = select(Contact).where(Contact.member_id == member.id)
    return [contact.at for contact in await session.scalars(query)]


async def only_when_they_come(session: AsyncSession, member: Member) -> bool:
    """Say whether nothing reaches *member* before they come back by themselves."""
    return all(contact.channel in _fetched for contact in await contacts(session, member))


def masked(phone: str) -> str:
    """Return a phone number as it may be shown: 138****0000, of a shorter one the last two digits."""
    digits = NOT_DIGITS.sub("", phone)
    if len(digits) < PHONE_DIGITS:
        return f"****{digits[-SHORT_TAIL:]}" if digits else ""
    digits = digits[-PHONE_DIGITS:]
    return f"{digits[:3]}****{digits[-4:]}"


def is_called(member: Member, contacts: Sequence[Contact]) -> bool:
    """Say whether a colleague has to call *member*: with these living addresses nothing else reaches them for sure."""
    return bool(member.phone) and all(contact.channel in _fetched for contact in contacts)


async def bury(session: AsyncSession, at: Address, reason: str, now: datetime) -> None:
    """Mark an address dead: nothing is sent there until its member writes again."""
    contact = await session.get(Contact, (at.channel, at.id))
    if contact is not None and contact.dead_at is None:
        contact.dead_at, contact.dead_reason = now, reason


async def move(session: AsyncSession, old: Address, new: Address) -> None:
    """Give a chat its new address, as a platform tells it."""
    contact = await session.get(Contact, (old.channel, old.id))
    if contact is not None and await session.get(Contact, (new.channel, new.id)) is None:
        contact.address = new.id


async def merge(session: AsyncSession, keep: Member, other: Member, *, now: datetime) -> Member:
    """Make two records one person: what belongs to *other* goes to *keep*, and *other* is no more.

    Raises Refused when they are bound to two different cards.
    """
    if keep.id == other.id:
        return keep
    if keep.roster_id and other.roster_id:
        raise Refused("two_cards")
    for move in MOVES:
        await move(session, keep, other, now)
    mine = update(Contact).where(Contact.member_id == other.id).values(member_id=keep.id)
    await session.execute(mine)
    bound = {name: getattr(other, name) for name in BOUND} if other.roster_id else {}
    name, phone = keep.name or other.name, keep.phone or other.phone
    keep.wants_news = keep.wants_news and other.wants_news
    keep.joined_at = min(keep.joined_at, other.joined_at)
    keep.channel = keep.channel or other.channel
    await session.flush()
    await session.delete(other)
    await session.flush()  # a card is bound to one member at any time
    for field, value in {"name": name, "phone": phone, **bound}.items():
        setattr(keep, field, value)
    return keep


async def part(session: AsyncSession, contact: Contact, *, now: datetime) -> Member:
    """Make the person at *contact* a new member: it was not the one they were taken for."""
    member = Member(joined_at=now)
    session.add(member)
    await session.flush()
    contact.member_id, contact.opened_from = member.id, ""
    return member
