"""Offers: a place that comes free is kept for the next who waits, until they answer or the time is over.

There is no timer: `sweep` is a query, and every rule of an event lapses what is overdue first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import deadlines, events, members, places, seats
from models.base import Moment, Refused
from models.events import OPEN, Event, Reservation
from models.members import Member
from models.places import (
    ATTENDED,
    CLOCK,
    CONFIRMED,
    DECLINED,
    EXPIRED,
    MEMBER,
    OFFERED,
    RANK,
    WAITING,
    Change,
    Place,
)
from models.seats import Seats

MAX_PASSES = 3
ON_PAPER = "paper"
"""How those signed up whom a colleague wrote down."""
_NOW = bindparam("now", type_=Moment)
_OVERDUE = (Place.state == OFFERED, Place.offered_until < _NOW)
_RELEASED = (Reservation.release_at <= _NOW, Reservation.released.is_(False))
_HERE = bindparam("event_id", type_=Integer)
_DUE = select(
    or_(
        exists().where(Place.event_id == _HERE, *_OVERDUE),
        exists().where(Reservation.event_id == _HERE, *_RELEASED),
    )
)


@dataclass(slots=True)
class _Waiting:
    """One who waits, as far as promotion looks at them."""

    id: int
    party: int
    category_id: int | None
    union: str
    passes: int


async def settle(session: AsyncSession, event: Event, *, now: datetime) -> list[Change]:
    """Lock *event*, lapse its overdue offers, release what is due, and offer what came free by that."""
    await events.lock(session, event)
    if not await session.scalar(_DUE, {"event_id": event.id, "now": now}):
        return []
    query = select(Place).where(Place.event_id == event.id, Place.state == OFFERED, Place.offered_until < now)
    overdue = await session.scalars(query.order_by(Place.id), execution_options={"populate_existing": True})
    changes = []
    for place in overdue:
        place.expiries += 1
        places.turn(session, place, EXPIRED, by=CLOCK, now=now)
        changes.append(Change(place, "lapsed"))
    for kept in await events.reservations(session, event):
        kept.released = kept.released or (kept.release_at is not None and kept.release_at <= now)
    return changes + await promote(session, event, now=now)


async def sweep(session: AsyncSession, *, now: datetime) -> list[Change]:
    """Settle every event in which an offer or a reservation is overdue."""
    due = select(Place.event_id).where(*_OVERDUE).union(select(Reservation.event_id).where(*_RELEASED))
    query = select(Event).where(Event.id.in_(due)).order_by(Event.id)
    changes = []
    for event in list(await session.scalars(query, {"now": now})):
        changes += await settle(session, event, now=now)
    return changes


async def promote(session: AsyncSession, event: Event, *, now: datetime) -> list[Change]:
    """Offer what is free to who waits, by rank; the event is locked already."""
    if not event.offers(now):
        return []
    counted = await seats.count(session, event)
    if not counted.any() or not counted.waiting:
        return []
    columns = (Place.id, Place.party, Place.category_id, Place.union, Place.passes)
    query = select(*columns).where(Place.event_id == event.id, Place.state == WAITING).order_by(*RANK)
    line = [_Waiting(*row) for row in await session.execute(query) if row.category_id not in counted.closed]
    chosen, passed = _choose(counted, line)
    found = await _rows(session, [*chosen, *passed])
    for key, passes in passed.items():
        found[key].passes = passes
    for key in chosen:
        await _offer(session, event, found[key], by=CLOCK, now=now)
    return [Change(found[key], "offered") for key in chosen]


def _choose(counted: Seats, line: Sequence[_Waiting]) -> tuple[list[int], dict[int, int]]:
    """Return who is offered a place, and who was passed over how often by now.

    Whoever does not fit keeps the rank; after three passes no one may take the seats they wait for.
    """
    chosen, passed = [], dict[int, int]()
    ahead: list[_Waiting] = []
    for one in line:
        room = counted.room(one.category_id, one.union)
        if room < one.party:
            ahead += [one] if room else []
            continue
        before = [counted.room(other.category_id, other.union) for other in ahead]
        counted.take(one.category_id, one.union, one.party)
        hurt = [
            other
            for other, room in zip(ahead, before, strict=True)
            if counted.room(other.category_id, other.union) < room
        ]
        if any(other.passes >= MAX_PASSES for other in hurt):
            counted.take(one.category_id, one.union, -one.party)
            continue
        chosen.append(one.id)
        for other in hurt:
            other.passes += 1
            passed[other.id] = other.passes
        if not counted.any():
            break
    return chosen, passed


async def _rows(session: AsyncSession, ids: Sequence[int]) -> dict[int, Place]:
    query = select(Place).where(Place.id.in_(ids))
    rows = await session.scalars(query, execution_options={"populate_existing": True})
    return {place.id: place for place in rows}


async def _offer(session: AsyncSession, event: Event, place: Place, *, by: str, now: datetime) -> None:
    places.turn(session, place, OFFERED, by=by, now=now)
    called = await _is_called(session, place)
    place.offered_until = None if called else deadlines.offered_until(event, now=now)


async def _is_called(session: AsyncSession, place: Place) -> bool:
    """Say whether a colleague has to call about *place*: then the clock of the offer begins with the call."""
    if place.channel != ON_PAPER:
        return False
    member = await session.get_one(Member, place.member_id)
    return members.is_called(member, await members.contacts(session, member))


async def reopen(session: AsyncSession, place: Place, *, now: datetime) -> tuple[Event, list[Change]]:
    """Settle the event of *place* and read the place afresh; return the event and what changed.

    Raises Refused when the event is called off.
    """
    event = await session.get_one(Event, place.event_id)
    changes = await settle(session, event, now=now)
    await session.refresh(place)
    if event.state != OPEN:
        raise Refused("called_off")
    return event, changes


async def confirm(session: AsyncSession, place: Place, *, by: str = MEMBER, now: datetime) -> list[Change]:
    """Take the place that is offered; a second time says so again, too late says that it lapsed.

    Raises Refused when nothing was offered.
    """
    event, changes = await reopen(session, place, now=now)
    if place.state == OFFERED:
        places.turn(session, place, CONFIRMED, by=by, now=now)
        await places.number(session, event, place)
    elif place.state == EXPIRED:
        return own_first(changes, Change(place, "lapsed"))
    elif place.state not in (CONFIRMED, ATTENDED):
        raise Refused("no_offer")
    return [Change(place, "confirmed"), *changes]


async def decline(session: AsyncSession, place: Place, *, by: str = MEMBER, now: datetime) -> list[Change]:
    """Leave the place that is offered to the next; a second time changes nothing.

    Raises Refused when nothing was offered.
    """
    event, changes = await reopen(session, place, now=now)
    if place.state == OFFERED:
        places.turn(session, place, DECLINED, by=by, now=now)
        changes += await promote(session, event, now=now)
    elif place.state == EXPIRED:
        return own_first(changes, Change(place, "lapsed"))
    elif place.state != DECLINED:
        raise Refused("no_offer")
    return [Change(place, "declined"), *changes]


async def by_hand(session: AsyncSession, place: Place, staff: str, *, now: datetime) -> list[Change]:
    """Offer a free place to one who waits, out of turn or after automatic offers have ended.

    Raises Refused when they do not wait or do not fit.
    """
    event, changes = await reopen(session, place, now=now)
    if place.state != WAITING:
        raise Refused("not_waiting")
    if (await seats.count(session, event)).room(place.category_id, place.union) < place.party:
        raise Refused("full")
    await _offer(session, event, place, by=staff, now=now)
    return [Change(place, "offered"), *changes]


def own_first(changes: Sequence[Change], own: Change) -> list[Change]:
    """Return *changes* with that of the one who asked at the head, once."""
    return [own, *(change for change in changes if change.place is not own.place)]
