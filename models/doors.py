"""The staff's link to the door of one event: signed, made out to one colleague, and over when the event is."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from sqlalchemy.ext.asyncio import AsyncSession

from models import crypto, events
from models.events import Event

PURPOSE = b"the door of an event"
LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Door:
    """What a link opens: check-in at one event, in the name of *by*."""

    event: Event
    by: str


def token(event: Event, by: str, *, now: datetime) -> str:
    """Return the secret part of a link with which the colleague *by* checks members in at *event*."""
    said = json.dumps([event.slug, by]).encode()
    return crypto.seal(PURPOSE).encrypt_at_time(said, int(now.timestamp())).decode()


async def opened(session: AsyncSession, said: str, *, now: datetime) -> Door | None:
    """Return what the link with *said* opens; None for one that we never made or whose time is over."""
    try:
        plain = crypto.seal(PURPOSE).decrypt_at_time(
            said.encode(), int(LONGEST.total_seconds()), int(now.timestamp())
        )
    except InvalidToken:
        return None
    slug, by = json.loads(plain)
    event = await events.by_slug(session, slug)
    return None if event is None or event.over(now) else Door(event, by)
