"""What staff change of an event's seats: the cap, categories, reservations, and who comes first."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events, offers, places, seats
from models.base import Refused
from models.events import Category, Event, Reservation
from models.places import HOLDING, Change, Place

IN_LINE = ("pending_approval", "waiting")


async def change_cap(
    session: AsyncSession, event: Event, cap: int | None, *, category: str = "", now: datetime
) -> list[Change]:
    """Set the cap of *event*, or of one category, and offer what that makes free; nobody loses a place.

    Raises Refused when there is no such category.
    """
    changes = await offers.settle(session, event, now=now)
    if category:
        (await _category(session, event, category)).cap = cap
    else:
        event.cap = cap
    return changes + await offers.promote(session, event, now=now)


async def surplus(session: AsyncSession, event: Event) -> list[Place]:
    """Return who holds the seats beyond the cap of *event* or of their category, the last to join first."""
    counted = await seats.count(session, event)
    query = select(Place).where(Place.event_id == event.id, Place.state.in_(HOLDING))
    over = {category.id: counted.over(category.id) for category in await events.categories(session, event)}
    total, found = counted.surplus, []
    for place in await session.scalars(query.order_by(Place.joined_at.desc(), Place.id.desc())):
        own = over.get(place.category_id or 0, 0)
        if total > 0 or own > 0:
            found.append(place)
            total -= place.party
            over[place.category_id or 0] = own - place.party
    return found


async def stuck(session: AsyncSession, event: Event) -> list[Place]:
    """Return who was passed over as often as may be: seats are kept for them until staff decide."""
    return [place for place in await places.line(session, event) if place.passes >= offers.MAX_PASSES]


async def change_priority(
    session: AsyncSession, place: Place, priority: int, *, by: str, reason: str, now: datetime
) -> list[Change]:
    """Let one who waits come earlier or later; the member sees that staff did it.

    Raises Refused without a reason, or when they do not wait.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if not reason:
        raise Refused("reason_missing")
    if place.state not in IN_LINE:
        raise Refused("not_waiting")
    was, place.priority, place.moved_by_staff = place.priority, priority, True
    places.note(session, place, "priority", str(was), str(priority), by=by, reason=reason, now=now)
    changes += await offers.promote(session, event, now=now)
    return [Change(place, "moved"), *changes]


async def set_category_open(
    session: AsyncSession, event: Event, category: str, *, is_open: bool, by: str, now: datetime
) -> list[Change]:
    """Close a category to newcomers, or open it again; all who stand in its line are told.

    Raises Refused when there is no such category.
    """
    changes = await offers.settle(session, event, now=now)
    found = await _category(session, event, category)
    if found.open == is_open:
        return changes
    found.open = is_open
    query = (
        select(Place).where(Place.category_id == found.id, Place.state.in_(IN_LINE)).order_by(*places.RANK)
    )
    was, became = ("closed", "open") if is_open else ("open", "closed")
    for place in await session.scalars(query):
        places.note(session, place, "category", was, became, by=by, now=now)
        changes.append(Change(place, "category_open" if is_open else "category_closed"))
    return changes + await offers.promote(session, event, now=now)


async def move_category(
    session: AsyncSession, place: Place, category: str, *, by: str, reason: str, now: datetime
) -> list[Change]:
    """Move one who waits to another category; the rank stays.

    Raises Refused without a reason, when they do not wait, or the category is not there or closed.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if not reason:
        raise Refused("reason_missing")
    if place.state not in IN_LINE:
        raise Refused("not_waiting")
    found = await _category(session, event, category)
    if not found.open:
        raise Refused("category_closed")
    was, place.category_id, place.moved_by_staff = place.category_id, found.id, True
    places.note(session, place, "category", str(was), str(found.id), by=by, reason=reason, now=now)
    changes += await offers.promote(session, event, now=now)
    return [Change(place, "moved"), *changes]


async def reserve(
    session: AsyncSession,
    event: Event,
    union: str,
    count: int,
    *,
    release_at: datetime | None,
    now: datetime,
) -> list[Change]:
    """Keep *count* seats for the members of *union* until *release_at*; none of them makes the cap larger."""
    changes = await offers.settle(session, event, now=now)
    kept = await _reservation(session, event, union)
    if kept is None:
        kept = Reservation(event_id=event.id, union=union)
        session.add(kept)
    kept.seats, kept.release_at, kept.released = count, release_at, False
    await session.flush()
    return changes + await offers.promote(session, event, now=now)


async def drop_reservation(session: AsyncSession, event: Event, union: str, *, now: datetime) -> list[Change]:
    """Give what *union* has not taken to everybody.

    Raises Refused when nothing is kept for it.
    """
    changes = await offers.settle(session, event, now=now)
    kept = await _reservation(session, event, union)
    if kept is None:
        raise Refused("no_reservation")
    await session.delete(kept)
    await session.flush()
    return changes + await offers.promote(session, event, now=now)


async def _category(session: AsyncSession, event: Event, name: str) -> Category:
    found = await events.category(session, event, name)
    if found is None:
        raise Refused("no_category")
    return found


async def _reservation(session: AsyncSession, event: Event, union: str) -> Reservation | None:
    return next((kept for kept in await events.reservations(session, event) if kept.union == union), None)
