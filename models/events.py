"""Events that members sign up for, their categories, and the seats kept for a union."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted

OPEN, CALLED_OFF = "open", "called_off"
FCFS, LOTTERY, APPROVE = "fcfs", "lottery", "approve"
CHECK_IN_BEFORE, OVER = timedelta(hours=2), timedelta(hours=6)
SERIES = timedelta(days=366)
"""How long a series may last."""


class Event(Base):
    """Something with places to win; *cap* None means as many as come, a *seed* is told after the draw only."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    number_prefix: Mapped[str] = mapped_column(default="")
    last_number: Mapped[int] = mapped_column(default=0)
    starts: Mapped[datetime | None] = mapped_column(Moment)
    ends: Mapped[datetime | None] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    map_url: Mapped[str] = mapped_column(default="")
    opens: Mapped[datetime | None] = mapped_column(Moment)
    closes: Mapped[datetime | None] = mapped_column(Moment)
    closes_cancel: Mapped[datetime | None] = mapped_column(Moment)
    closes_offer: Mapped[datetime | None] = mapped_column(Moment)
    check_in_open: Mapped[datetime | None] = mapped_column(Moment)
    cap: Mapped[int | None]
    party_max: Mapped[int] = mapped_column(default=1)
    offer_minutes: Mapped[int] = mapped_column(default=1440)
    list_open: Mapped[bool] = mapped_column(default=True)
    policy: Mapped[str] = mapped_column(default=FCFS)
    lottery_at: Mapped[datetime | None] = mapped_column(Moment)
    seed: Mapped[str] = mapped_column(Encrypted, default="")
    seed_hash: Mapped[str] = mapped_column(default="")
    drawn_at: Mapped[datetime | None] = mapped_column(Moment)
    requires_member: Mapped[bool] = mapped_column(default=False)
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    series: Mapped[list[Any]] = mapped_column(JSON, default=list)
    form: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(default=OPEN)
    state_reason: Mapped[str] = mapped_column(default="")

    @property
    def days(self) -> list[datetime]:
        """Return when it begins: each day of a series, else the start, nothing without a date."""
        if self.series:
            return [datetime.fromisoformat(said) for said in self.series]
        return [self.starts] if self.starts else []

    @property
    def last(self) -> datetime | None:
        """Return when it is done: its end, or the last start of a series that goes on beyond; None without a date."""
        return max([*self.days, *([self.ends] if self.ends else [])], default=None)

    def over(self, now: datetime) -> bool:
        """Say whether nobody can turn up any more: six hours after its end, or after the last start."""
        return (self.last or now) + OVER < now

    def takes(self, now: datetime) -> bool:
        """Say whether members may sign up."""
        until = self.lottery_at if self.policy == LOTTERY and self.drawn_at is None else None
        ends = [moment for moment in (self.closes, until) if moment is not None]
        begun = self.opens is None or self.opens <= now
        return self.state == OPEN and begun and all(now < moment for moment in ends)

    def offers(self, now: datetime) -> bool:
        """Say whether places that come free are offered without anybody doing it."""
        last = self.closes_offer or self.starts
        drawn = self.policy != LOTTERY or self.drawn_at is not None
        return self.state == OPEN and drawn and (last is None or now < last)

    def lets_go(self, now: datetime) -> bool:
        """Say whether a member may still give a place back."""
        last = self.closes_cancel or self.starts
        return last is None or now < last

    def checks_in(self, now: datetime) -> bool:
        """Say whether the door is open: from *check_in_open*, else two hours before the start."""
        first = self.check_in_open or (self.starts and self.starts - CHECK_IN_BEFORE)
        return self.state == OPEN and (first is None or first <= now)


class Category(Base):
    """A group within an event, with a cap of its own or none; nobody is added to a closed one."""

    __tablename__ = "event_categories"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str]
    cap: Mapped[int | None]
    open: Mapped[bool] = mapped_column(default=True)


class Reservation(Base):
    """Seats kept for the members of one union until they are released to everybody."""

    __tablename__ = "reservations"
    __table_args__ = (UniqueConstraint("event_id", "union"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    union: Mapped[str]
    seats: Mapped[int]
    release_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    released: Mapped[bool] = mapped_column(default=False)


async def by_slug(session: AsyncSession, slug: str) -> Event | None:
    """Return the event called *slug*."""
    return await session.scalar(select(Event).where(Event.slug == slug))


async def open_now(session: AsyncSession, *, now: datetime) -> list[Event]:
    """Return the events that members may sign up for, the first to start first."""
    query = select(Event).where(Event.state == OPEN).order_by(Event.starts, Event.id)
    return [event for event in await session.scalars(query) if event.takes(now)]


async def lock(session: AsyncSession, event: Event) -> None:
    """Let nobody else give or take a place of *event* until the transaction ends, and read it afresh.

    SQLite's write lock does so already.
    """
    await session.refresh(event, with_for_update=True)


async def categories(session: AsyncSession, event: Event) -> list[Category]:
    """Return the categories of *event* as they are now."""
    query = select(Category).where(Category.event_id == event.id).order_by(Category.id)
    return list(await session.scalars(query, execution_options={"populate_existing": True}))


async def category(session: AsyncSession, event: Event, name: str) -> Category | None:
    """Return the category called *name*."""
    return next((found for found in await categories(session, event) if found.name == name), None)


async def reservations(session: AsyncSession, event: Event) -> list[Reservation]:
    """Return the reservations of *event* as they are now."""
    query = select(Reservation).where(Reservation.event_id == event.id).order_by(Reservation.id)
    return list(await session.scalars(query, execution_options={"populate_existing": True}))


def commit_seed(event: Event) -> None:
    """Choose the seed of a lottery and show its hash, before anybody has entered."""
    event.seed = secrets.token_hex(32)
    event.seed_hash = hashlib.sha256(event.seed.encode()).hexdigest()
