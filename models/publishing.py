"""Publishing an event from plain data, such as a content file: new, or changed by the rules that staff go by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models import allotment, events, postponement
from models.base import Refused
from models.events import LOTTERY, Category, Event, Reservation
from models.places import Change

PLAIN = (
    "kind",
    "title",
    "number_prefix",
    "place",
    "address",
    "map_url",
    "opens",
    "closes",
    "closes_cancel",
    "closes_offer",
    "check_in_open",
    "party_max",
    "offer_minutes",
    "list_open",
    "requires_member",
    "union",
    "area",
    "series",
    "form",
)
FIXED = ("slug", "starts", "ends", "cap", "policy", "lottery_at")
PARTS = ("categories", "reservations")


async def publish(
    session: AsyncSession, values: Mapping[str, Any], *, by: str, now: datetime
) -> tuple[Event, list[Change]]:
    """Make the event that *values* describe, or bring it up to date: members keep what they have.

    Raises KeyError for a name that no event has, Refused when the policy would change under those who are in.
    """
    if unknown := set(values) - {*PLAIN, *FIXED, *PARTS}:
        raise KeyError(*sorted(unknown))
    event = await events.by_slug(session, values["slug"])
    if event is None:
        return await _make(session, values), []
    return event, await _update(session, event, values, by=by, now=now)


async def _make(session: AsyncSession, values: Mapping[str, Any]) -> Event:
    event = Event(**{name: value for name, value in values.items() if name not in PARTS})
    if event.policy == LOTTERY:
        events.commit_seed(event)
    session.add(event)
    await session.flush()
    for found in values.get("categories", ()):
        session.add(Category(event_id=event.id, **found))
    for kept in values.get("reservations", ()):
        session.add(Reservation(event_id=event.id, **kept))
    await session.flush()
    return event


async def _update(
    session: AsyncSession, event: Event, values: Mapping[str, Any], *, by: str, now: datetime
) -> list[Change]:
    await events.lock(session, event)
    for name in ("policy", "lottery_at"):
        if values.get(name, getattr(event, name)) != getattr(event, name):
            raise Refused("policy_fixed")
    changes = []
    if "starts" in values and values["starts"] is not None:
        ends = values.get("ends", event.ends)
        changes += await postponement.move(session, event, values["starts"], ends, by=by, now=now)
    for name in PLAIN:
        if name in values:
            setattr(event, name, values[name])
    changes += await _update_categories(session, event, values.get("categories", ()), by=by, now=now)
    for kept in values.get("reservations", ()):
        changes += await _update_reservation(session, event, kept, now=now)
    if "cap" in values and values["cap"] != event.cap:
        changes += await allotment.change_cap(session, event, values["cap"], now=now)
    return changes


async def _update_categories(
    session: AsyncSession, event: Event, wanted: Any, *, by: str, now: datetime
) -> list[Change]:
    changes = []
    known = {category.name: category for category in await events.categories(session, event)}
    for values in wanted:
        name, cap, is_open = values["name"], values.get("cap"), values.get("open", True)
        if name not in known:
            session.add(Category(event_id=event.id, name=name, cap=cap, open=is_open))
            await session.flush()
            continue
        if cap != known[name].cap:
            changes += await allotment.change_cap(session, event, cap, category=name, now=now)
        changes += await allotment.set_category_open(session, event, name, is_open=is_open, by=by, now=now)
    return changes


async def _update_reservation(
    session: AsyncSession, event: Event, values: Mapping[str, Any], *, now: datetime
) -> list[Change]:
    """Set a reservation as published, unless it is so already: a released one stays released."""
    union, count, release_at = values["union"], values["seats"], values.get("release_at")
    for kept in await events.reservations(session, event):
        if (kept.union, kept.seats, kept.release_at) == (union, count, release_at):
            return []
    return await allotment.reserve(session, event, union, count, release_at=release_at, now=now)
