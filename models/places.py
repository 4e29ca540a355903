"""Places: one row for each member of an event, and a line for every change of it."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted, EncryptedJSON, lookup_hash
from models.events import Category, Event
from models.members import Member

PENDING, CONFIRMED, WAITING, OFFERED = "pending_approval", "confirmed", "waiting", "offered"
DECLINED, EXPIRED, CANCELLED, REJECTED = "declined", "expired", "cancelled", "rejected"
ATTENDED, NO_SHOW = "attended", "no_show"
HOLDING = (CONFIRMED, OFFERED, ATTENDED, NO_SHOW)
LIVE = (PENDING, CONFIRMED, WAITING, OFFERED)
IN = (*LIVE, ATTENDED, NO_SHOW)
MEMBER, CLOCK = "member", "clock"
UNDRAWN = 2**31 - 1
CODES, ID_DIGITS = 10**6, 10
What = Literal[
    "confirmed",
    "waiting",
    "pending",
    "already",
    "offered",
    "declined",
    "lapsed",
    "cancelled",
    "rejected",
    "moved",
    "category_closed",
    "category_open",
    "event_moved",
    "coming",
    "called_off",
    "merged",
    "attended",
    "undone",
    "no_show",
]


class Place(Base):
    """What one member has of one event; *attempt* counts the tries.

    *person* is the keyed hash of name and phone; *who* is the same, but only while they are in: one place a person.
    *coming* is what a confirmed member says of a new date: "asked", "yes", or nothing when nobody asked.
    """

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("event_id", "member_id"),
        UniqueConstraint("event_id", "who"),
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "code"),
        Index("ix_places_line", "event_id", "state", "joined_at"),
        Index("ix_places_overdue", "state", "offered_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]
    since: Mapped[datetime] = mapped_column(Moment)
    joined_at: Mapped[datetime] = mapped_column(Moment)
    party: Mapped[int] = mapped_column(default=1)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("event_categories.id"))
    union: Mapped[str] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=0)
    moved_by_staff: Mapped[bool] = mapped_column(default=False)
    draw_rank: Mapped[int] = mapped_column(default=UNDRAWN)
    offered_until: Mapped[datetime | None] = mapped_column(Moment)
    passes: Mapped[int] = mapped_column(default=0)
    expiries: Mapped[int] = mapped_column(default=0)
    number: Mapped[int | None]
    code: Mapped[str | None]
    coming: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(Encrypted, default="")
    phone: Mapped[str] = mapped_column(Encrypted, default="")
    who: Mapped[str | None]
    person: Mapped[str | None] = mapped_column(index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON, default=dict)
    channel: Mapped[str] = mapped_column(default="")


class PlaceAudit(Base):
    """One change of a place: by whom, from what, to what and why; lines are only ever added."""

    __tablename__ = "place_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str]
    what: Mapped[str]
    was: Mapped[str]
    became: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule did to a place, for the caller to write letters of."""

    place: Place
    what: What


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a waiting member is: the place in the line, how many offers are out, whether their category is closed."""

    position: int
    offers: int
    category_closed: bool


RANK = (Place.priority.desc(), Place.draw_rank, Place.joined_at, Place.id)
"""The order in which waiting members are asked."""


def note(
    session: AsyncSession,
    place: Place,
    what: str,
    was: str,
    became: str,
    *,
    by: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Write a line of the audit."""
    session.add(
        PlaceAudit(place_id=place.id, at=now, by=by, what=what, was=was, became=became, reason=reason)
    )


def turn(
    session: AsyncSession, place: Place, state: str, *, by: str, reason: str = "", now: datetime
) -> None:
    """Bring *place* into *state* and write it down; who is out no longer stands in the way of the same person."""
    note(session, place, "state", place.state, state, by=by, reason=reason, now=now)
    place.state, place.since = state, now
    if state != OFFERED:
        place.offered_until = None
    if state not in IN:
        place.who, place.coming = None, ""


def same_person(name: str, phone: str) -> str | None:
    """Return the keyed hash by which one name with one phone is known, however they are typed."""
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", phone)))[-11:]
    return lookup_hash(f"place:{plain}:{digits}") if plain and digits else None


async def number(session: AsyncSession, event: Event, place: Place) -> None:
    """Give *place* its number within the event and six digits to say at the door; a second time changes nothing."""
    if place.number is None:
        event.last_number += 1
        place.number = event.last_number
        place.code = await _free_code(session, event)


async def _free_code(session: AsyncSession, event: Event) -> str:
    while True:
        code = f"{secrets.randbelow(CODES):06d}"
        if not await session.scalar(select(exists().where(Place.event_id == event.id, Place.code == code))):
            return code


def label(event: Event, place: Place) -> str:
    """Return the number as it is told, such as C042."""
    return "" if place.number is None else f"{event.number_prefix}{place.number:03d}"


async def named(session: AsyncSession, said: str) -> Place | None:
    """Return the place whose id a button or a form brings back; no database holds an id of ten digits."""
    plain = said.isascii() and said.isdigit() and len(said) < ID_DIGITS
    return await session.get(Place, int(said)) if plain else None


async def of(session: AsyncSession, event: Event, member: Member) -> Place | None:
    """Return what *member* has, or had, of *event*."""
    return await session.scalar(select(Place).where(Place.event_id == event.id, Place.member_id == member.id))


async def mine(session: AsyncSession, member: Member) -> list[tuple[Place, Event]]:
    """Return what a member is in, or waits for, the first to start first."""
    query = select(Place, Event).join(Event).where(Place.member_id == member.id, Place.state.in_(IN))
    return [(place, event) for place, event in await session.execute(query.order_by(Event.starts, Event.id))]


async def unit_of(session: AsyncSession, member: Member) -> str:
    """Return the unit that *member* named last."""
    query = select(Place).where(Place.member_id == member.id).order_by(Place.id.desc())
    named = (place.answers.get("unit", "") for place in await session.scalars(query))
    return next(filter(None, named), "")


async def line(session: AsyncSession, event: Event) -> list[Place]:
    """Return who waits for *event*, the next to be asked first."""
    query = select(Place).where(Place.event_id == event.id, Place.state == WAITING).order_by(*RANK)
    return list(await session.scalars(query))


async def history(session: AsyncSession, place: Place) -> list[PlaceAudit]:
    """Return what was done to *place*, the first first."""
    query = select(PlaceAudit).where(PlaceAudit.place_id == place.id).order_by(PlaceAudit.id)
    return list(await session.scalars(query))


async def last_note(session: AsyncSession, place: Place) -> PlaceAudit:
    """Return what was done to *place* last."""
    query = select(PlaceAudit).where(PlaceAudit.place_id == place.id).order_by(PlaceAudit.id.desc()).limit(1)
    return (await session.scalars(query)).one()


async def standing(session: AsyncSession, place: Place) -> Standing:
    """Return where the waiting *place* stands."""
    here = Place.event_id == place.event_id
    before = select(func.count()).where(here, Place.state == WAITING, _ranks_before(place))
    offers = select(func.count()).where(here, Place.state == OFFERED)
    closed = exists().where(Category.id == place.category_id, Category.open.is_(False))
    found = (await session.execute(select(before.scalar_subquery(), offers.scalar_subquery(), closed))).one()
    return Standing(found[0] + 1, found[1], category_closed=found[2])


def _ranks_before(place: Place) -> ColumnElement[bool]:
    """Spell out RANK for one place: SQLite and PostgreSQL compare rows of mixed direction in no other way."""
    same_priority = Place.priority == place.priority
    same_draw = and_(same_priority, Place.draw_rank == place.draw_rank)
    same_time = and_(same_draw, Place.joined_at == place.joined_at)
    return or_(
        Place.priority > place.priority,
        and_(same_priority, Place.draw_rank < place.draw_rank),
        and_(same_draw, Place.joined_at < place.joined_at),
        and_(same_time, Place.id < place.id),
    )
