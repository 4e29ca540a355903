"""Turning up: found by number or code, ticked at the door, undone, and noted when nobody came."""

import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events, offers, places, tickets
from models.base import Refused
from models.events import OPEN, Event
from models.places import ATTENDED, CLOCK, CONFIRMED, NO_SHOW, Change, Place, PlaceAudit

UNDO = timedelta(minutes=10)
AFTER = timedelta(hours=24)
CODE_LENGTH = 6
TICK = "tick"
"""What the audit calls a check-in that a phone had kept: its reason is the phone's id of it."""


async def find(session: AsyncSession, event: Event, said: str) -> Place | None:
    """Return the place meant by a number (C042, 42), by the six digits of a ticket, or by a ticket that was scanned.

    Raises Refused when the ticket is another event's.
    """
    ticket = tickets.scanned(said)
    if ticket is not None and ticket[0] != event.slug:
        raise Refused("other_event")
    typed = ticket[1] if ticket else "".join(unicodedata.normalize("NFKC", said).split())
    plain = typed.upper().removeprefix(event.number_prefix.upper())
    if not (plain.isascii() and plain.isdigit() and len(plain) <= CODE_LENGTH):
        return None
    by = Place.code == plain if len(plain) == CODE_LENGTH else Place.number == int(plain)
    return await session.scalar(select(Place).where(Place.event_id == event.id, by))


async def check_in(session: AsyncSession, place: Place, *, by: str, now: datetime) -> list[Change]:
    """Note that the member is there; a second time says so again.

    Raises Refused before the door opens, or when the place is not confirmed.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if place.state == ATTENDED:
        return offers.own_first(changes, Change(place, "attended"))
    if place.state != CONFIRMED:
        raise Refused("not_confirmed")
    if not event.checks_in(now):
        raise Refused("not_yet")
    places.turn(session, place, ATTENDED, by=by, now=now)
    return [Change(place, "attended"), *changes]


async def tick(session: AsyncSession, place: Place, key: str, *, by: str, now: datetime) -> list[Change]:
    """Check in as a phone has kept it, perhaps for an hour: the same *key* acts once, whatever was undone meanwhile.

    Raises Refused as checking in does.
    """
    event = await session.get_one(Event, place.event_id)
    await events.lock(session, event)
    kept = (PlaceAudit.place_id == place.id, PlaceAudit.what == TICK, PlaceAudit.reason == key)
    if await session.scalar(select(exists().where(*kept))):
        return []
    changes = await check_in(session, place, by=by, now=now)
    places.note(session, place, TICK, place.state, place.state, by=by, reason=key, now=now)
    return changes


async def undo(session: AsyncSession, place: Place, *, by: str, now: datetime) -> list[Change]:
    """Take a check-in back within ten minutes.

    Raises Refused later than that, or when there is none.
    """
    _, changes = await offers.reopen(session, place, now=now)
    if place.state != ATTENDED:
        raise Refused("not_attended")
    if now - place.since > UNDO:
        raise Refused("too_late")
    places.turn(session, place, CONFIRMED, by=by, now=now)
    return [Change(place, "undone"), *changes]


async def count(session: AsyncSession, event: Event) -> tuple[int, int]:
    """Return how many persons are there, and how many have a place."""
    there = func.sum(case((Place.state == ATTENDED, Place.party), else_=0))
    query = select(there, func.sum(Place.party)).where(
        Place.event_id == event.id, Place.state.in_((CONFIRMED, ATTENDED, NO_SHOW))
    )
    found = (await session.execute(query)).one()
    return found[0] or 0, found[1] or 0


async def mark_absent(session: AsyncSession, *, now: datetime) -> list[Change]:
    """Note who did not come, a day after the end of events at which anybody was checked in."""
    query = select(Event).where(
        Event.state == OPEN,
        func.coalesce(Event.ends, Event.starts) <= now - AFTER,
        exists().where(Place.event_id == Event.id, Place.state == ATTENDED),
        exists().where(Place.event_id == Event.id, Place.state == CONFIRMED),
    )
    changes = []
    for event in list(await session.scalars(query.order_by(Event.id))):
        if event.last and event.last > now - AFTER:  # a series goes on
            continue
        await events.lock(session, event)
        absent = select(Place).where(Place.event_id == event.id, Place.state == CONFIRMED).order_by(Place.id)
        for place in await session.scalars(absent, execution_options={"populate_existing": True}):
            places.turn(session, place, NO_SHOW, by=CLOCK, now=now)
            changes.append(Change(place, "no_show"))
    return changes
