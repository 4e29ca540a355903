"""An event that moves to another day or is called off, and what its members say to that."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import offers, places, signups
from models.base import Refused
from models.events import CALLED_OFF, OPEN, Event
from models.places import CANCELLED, CONFIRMED, LIVE, MEMBER, Change, Place

SHIFTED = ("closes_cancel", "closes_offer", "check_in_open")
ASKED, COMING = "asked", "yes"


async def move(
    session: AsyncSession,
    event: Event,
    starts: datetime,
    ends: datetime | None = None,
    *,
    by: str,
    reason: str = "",
    now: datetime,
) -> list[Change]:
    """Hold *event* at another time: all keep what they have, and who is confirmed is asked whether they come.

    What hangs on the start moves with it. The same time again changes nothing. Raises Refused once it is called off.
    """
    changes = await offers.settle(session, event, now=now)
    was = event.starts
    if (starts, ends) == (was, event.ends):
        return changes
    if event.state != OPEN:
        raise Refused("called_off")
    if was is not None:
        _shift(event, starts - was)
    event.starts, event.ends = starts, ends
    for place in await _live(session, event):
        if place.state == CONFIRMED:
            place.coming = ASKED
        places.note(session, place, "event_moved", str(was), str(starts), by=by, reason=reason, now=now)
        changes.append(Change(place, "event_moved"))
    return changes + await offers.promote(session, event, now=now)


def _shift(event: Event, by: timedelta) -> None:
    for name in SHIFTED:
        if getattr(event, name) is not None:
            setattr(event, name, getattr(event, name) + by)
    event.series = [(datetime.fromisoformat(day) + by).isoformat() for day in event.series]


async def answer(session: AsyncSession, place: Place, *, comes: bool, now: datetime) -> list[Change]:
    """Keep what a member says of the new date: who cannot come gives the place back, even after the cancel day.

    Raises Refused when they were not asked.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if place.state != CONFIRMED or place.coming not in (ASKED, COMING):
        raise Refused("not_asked")
    if not comes:
        left = await signups.leave(session, event, place, CANCELLED, by=MEMBER, reason="moved", now=now)
        return left + changes
    if place.coming == ASKED:
        places.note(session, place, "coming", ASKED, COMING, by=MEMBER, now=now)
        place.coming = COMING
    return [Change(place, "coming"), *changes]


async def unanswered(session: AsyncSession, event: Event) -> list[Place]:
    """Return who keeps a place and has not said whether they come on the new date."""
    query = select(Place).where(Place.event_id == event.id, Place.state == CONFIRMED, Place.coming == ASKED)
    return list(await session.scalars(query.order_by(Place.id)))


async def call_off(
    session: AsyncSession, event: Event, *, by: str, reason: str, now: datetime
) -> list[Change]:
    """Call *event* off: every sign-up ends and is told once, nothing is offered any more.

    Raises Refused without a reason.
    """
    if not reason:
        raise Refused("reason_missing")
    changes = await offers.settle(session, event, now=now)
    event.state, event.state_reason = CALLED_OFF, reason
    for place in await _live(session, event):
        places.turn(session, place, CANCELLED, by=by, reason=reason, now=now)
        changes.append(Change(place, "called_off"))
    return changes


async def _live(session: AsyncSession, event: Event) -> list[Place]:
    query = select(Place).where(Place.event_id == event.id, Place.state.in_(LIVE)).order_by(Place.id)
    return list(await session.scalars(query, execution_options={"populate_existing": True}))
