"""Reminders of one's own sign-up: three days before when others wait, one day before, and two hours before.

What was sent stands in the outbox under a key of its own: nothing is sent twice, however often anybody looks, and
what is found late is sent as long as the event has not begun.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import OPEN, SERIES, Event
from models.outbox import Letter
from models.places import CONFIRMED, WAITING, Place
from models.quiet import BEIJING, QUIET_FROM, QUIET_TO

EVENING = time(20)
BEFORE = {"days": timedelta(days=3), "day": timedelta(days=1), "hours": timedelta(hours=2)}
AT_ONCE = 500
AHEAD = timedelta(days=5)
"""How far ahead events are looked at: three days, and the evening before a quiet night."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due now; *key* is that of its letter."""

    place: Place
    event: Event
    starts: datetime
    key: str


def moment(starts: datetime, before: timedelta) -> datetime:
    """Return when to remind; what falls in quiet hours (21:30 to 8:30) moves to 20:00 before them, never later."""
    at = (starts - before).astimezone(BEIJING)
    if at.time() >= QUIET_FROM:
        return datetime.combine(at.date(), EVENING, BEIJING)
    if at.time() < QUIET_TO:
        return datetime.combine(at.date() - timedelta(days=1), EVENING, BEIJING)
    return at


def is_over(key: str | None, now: datetime) -> bool:
    """Say whether a letter with this *key* reminds of what has begun: one that was held is told no more."""
    name, *parts = (key or "").split(":")
    return name == "remind" and int(parts[2]) <= now.timestamp()


async def due(session: AsyncSession, *, now: datetime) -> list[Reminder]:
    """Return the reminders that should have left and have not: of each place the latest kind only."""
    found = []
    query = select(Event).where(Event.state == OPEN, Event.starts.between(now - SERIES, now + AHEAD))
    for event in await session.scalars(query.order_by(Event.id)):
        for starts in event.days:
            if now < starts < now + AHEAD:
                found += await _of(session, event, starts, now)
    return found


async def _of(session: AsyncSession, event: Event, starts: datetime, now: datetime) -> list[Reminder]:
    waited_for = await session.scalar(
        select(Place.id).where(Place.event_id == event.id, Place.state == WAITING).limit(1)
    )
    kind, since = _latest(starts, now, waited_for=waited_for is not None)
    if kind is None:
        return []
    stamp = f":{kind}:{int(starts.timestamp())}"
    query = select(Place).where(Place.event_id == event.id, Place.state == CONFIRMED, Place.since < since)
    keys = {f"remind:{place.id}{stamp}": place for place in await session.scalars(query.order_by(Place.id))}
    told = await _sent(session, list(keys))
    return [Reminder(place, event, starts, key) for key, place in keys.items() if key not in told]


async def _sent(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Return those of *keys* that stand in the outbox: asked by the key itself, for the outbox may be long."""
    found = set[str]()
    for first in range(0, len(keys), AT_ONCE):
        part = Letter.key.in_(keys[first : first + AT_ONCE])
        found |= {key for key in await session.scalars(select(Letter.key).where(part)) if key}
    return found


def _latest(starts: datetime, now: datetime, *, waited_for: bool) -> tuple[str | None, datetime]:
    """Return the kind of reminder whose turn it is, and since when."""
    times = [(at, kind) for kind, at in _times(starts) if at <= now and (kind != "days" or waited_for)]
    at, kind = max(times, default=(now, None))
    return kind, at


def _times(starts: datetime) -> Iterator[tuple[str, datetime]]:
    for kind, before in BEFORE.items():
        yield kind, moment(starts, before)
