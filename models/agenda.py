"""A member's own dates as a calendar file."""

from datetime import datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy.ext.asyncio import AsyncSession

from models import places
from models.crypto import lookup_hash
from models.events import Event
from models.members import Member
from models.places import ATTENDED, CONFIRMED, Place

LENGTH = timedelta(hours=2)
"""How long an event is shown that does not say when it ends."""


def token(member: Member) -> str:
    """Return the secret part of the address of a member's dates."""
    return f"{member.id}-{lookup_hash(f'agenda:{member.id}')[:32]}"


async def owner(session: AsyncSession, said: str) -> Member | None:
    """Return the member whose dates lie behind *said*."""
    number, _, _ = said.partition("-")
    member = await session.get(Member, int(number)) if number.isascii() and number.isdigit() else None
    return member if member is not None and token(member) == said else None


async def file(session: AsyncSession, member: Member, *, now: datetime) -> bytes:
    """Return the dates of what *member* has a place for."""
    calendar = Calendar()
    calendar.add("prodid", "-//Gonghui//members//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "海淀工会活动")
    for place, event in await places.mine(session, member):
        if place.state in (CONFIRMED, ATTENDED):
            for number, starts in enumerate(event.days):
                calendar.add_component(_entry(place, event, number, starts, now))
    body: bytes = calendar.to_ical()
    return body


def _entry(place: Place, event: Event, number: int, starts: datetime, now: datetime) -> Entry:
    ends = event.ends if event.ends and not number else starts + LENGTH
    entry = Entry()
    entry.add("uid", f"{place.id}-{number}@gonghui")
    entry.add("dtstamp", now)
    entry.add("dtstart", starts)
    entry.add("dtend", ends)
    entry.add("summary", event.title)
    entry.add("location", event.address or event.place)
    return entry
