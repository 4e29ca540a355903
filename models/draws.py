"""Lotteries: the seed is committed to before anybody enters, and everybody can work out the draw again."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events, places, seats
from models.base import Refused
from models.events import LOTTERY, OPEN, Event
from models.places import CLOCK, CONFIRMED, PENDING, WAITING, Change, Place


@dataclass(frozen=True, slots=True)
class Result:
    """What is shown of a draw: *order* are the numbers as drawn, empty and without seed before it."""

    seed_hash: str
    seed: str
    order: tuple[str, ...]


def order(seed: str, numbers: Iterable[str]) -> list[str]:
    """Return *numbers* in the order of the draw: by HMAC-SHA-256 of each under the seed."""
    return sorted(
        numbers, key=lambda number: hmac.new(seed.encode(), number.encode(), hashlib.sha256).digest()
    )


def proves(seed: str, seed_hash: str) -> bool:
    """Say whether *seed* is the one that was committed to."""
    return hashlib.sha256(seed.encode()).hexdigest() == seed_hash


async def draw(session: AsyncSession, event: Event, *, now: datetime) -> list[Change]:
    """Draw: who fits wins a place, everybody else waits in the order drawn; a second time changes nothing.

    Raises Refused when it is no lottery or too early.
    """
    await events.lock(session, event)
    if event.policy != LOTTERY or event.state != OPEN:
        raise Refused("no_draw")
    if event.drawn_at is not None:
        return []
    if event.lottery_at is None or now < event.lottery_at:
        raise Refused("too_early")
    query = select(Place).where(Place.event_id == event.id, Place.state == PENDING)
    rows = await session.scalars(query, execution_options={"populate_existing": True})
    entries = {places.label(event, place): place for place in rows}
    counted = await seats.count(session, event)
    event.drawn_at = now
    changes = []
    for rank, number in enumerate(order(event.seed, entries)):
        place = entries[number]
        place.draw_rank = rank
        wins = counted.room(place.category_id, place.union) >= place.party
        if wins:
            counted.take(place.category_id, place.union, place.party)
        places.turn(session, place, CONFIRMED if wins else WAITING, by=CLOCK, reason="draw", now=now)
        changes.append(Change(place, "confirmed" if wins else "waiting"))
    return changes


async def due(session: AsyncSession, *, now: datetime) -> list[Event]:
    """Return the lotteries whose time has come."""
    query = select(Event).where(
        Event.policy == LOTTERY, Event.state == OPEN, Event.drawn_at.is_(None), Event.lottery_at <= now
    )
    return list(await session.scalars(query.order_by(Event.id)))


async def result(session: AsyncSession, event: Event) -> Result:
    """Return what may be shown: the hash always, the seed and the order once drawn."""
    if event.drawn_at is None:
        return Result(event.seed_hash, "", ())
    query = select(Place).where(Place.event_id == event.id, Place.draw_rank != places.UNDRAWN)
    drawn = await session.scalars(query.order_by(Place.draw_rank))
    return Result(event.seed_hash, event.seed, tuple(places.label(event, place) for place in drawn))
