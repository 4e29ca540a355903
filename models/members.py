"""Members and the addresses at which each can be reached."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.messages import Address


class Member(Base):
    """One person, however many channels they use."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    wants_news: Mapped[bool] = mapped_column(default=True)
    joined_at: Mapped[datetime] = mapped_column(Moment)


class Contact(Base):
    """Where a member can be reached on one channel; *dead_at* tells since when no longer."""

    __tablename__ = "contacts"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    dead_at: Mapped[datetime | None] = mapped_column(Moment)
    dead_reason: Mapped[str] = mapped_column(default="")

    @property
    def at(self) -> Address:
        """Return the address in one piece."""
        return Address(self.channel, self.address)


async def at_address(session: AsyncSession, at: Address, *, now: datetime) -> Member:
    """Return the member at an address, making one on first contact; a dead address is alive again."""
    query = (
        select(Member, Contact).join(Contact).where(Contact.channel == at.channel, Contact.address == at.id)
    )
    found = (await session.execute(query)).one_or_none()
    if found is not None:
        member, contact = found
        if contact.dead_at is not None:
            contact.dead_at, contact.dead_reason = None, ""
        return member
    member = Member(joined_at=now)
    session.add(member)
    await session.flush()
    session.add(Contact(channel=at.channel, address=at.id, member_id=member.id))
    return member


async def contacts(session: AsyncSession, member: Member) -> list[Contact]:
    """Return the living addresses of *member*."""
    query = select(Contact).where(Contact.member_id == member.id, Contact.dead_at.is_(None))
    return list(await session.scalars(query.order_by(Contact.channel, Contact.address)))


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
