"""Events in the console: found where a colleague may see or change them, and written with all who are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from config.entries import Entry
from config.notices import Plan
from handlers import enrolling, telling
from handlers.console import NotFound, Visit
from models import content_events, events, places
from models.base import Refused
from models.events import Event
from models.places import Change, Place

ORGANISERS = frozenset({"organiser", "administrator"})
LOOKERS = ORGANISERS | {"viewer"}
STATES: Mapping[str, str] = {
    "confirmed": "已报上",
    "pending_approval": "等审核或抽签",
    "waiting": "排队",
    "offered": "等本人确认",
    "attended": "到了",
    "no_show": "没到",
    "declined": "没要名额",
    "expired": "过时没答",
    "cancelled": "取消了",
    "rejected": "没通过",
}
"""What staff read of a sign-up's state."""


async def seen(visit: Visit) -> Event:
    """Return the event in the address: one of their own part, or one for everybody, whose numbers all may see.

    Raises NotFound.
    """
    event = await events.by_slug(visit.session, visit.path["key"])
    if event is None or not (visit.scope.allows(event.union, event.area) or not (event.union or event.area)):
        raise NotFound
    return event


async def own(visit: Visit) -> Event:
    """Return the event in the address, which the colleague may change.

    Raises NotFound.
    """
    event = await seen(visit)
    if not visit.scope.allows(event.union, event.area):
        raise NotFound
    return event


async def place_of(visit: Visit, event: Event, said: str) -> Place:
    """Return the sign-up of *event* with that id.

    Raises NotFound.
    """
    place = await places.named(visit.session, said)
    if place is None or place.event_id != event.id:
        raise NotFound
    return place


async def entry(visit: Visit, slug: str) -> Entry:
    """Return the entry *slug* as it is published now; this process may still answer with an older edition.

    Raises NotFound.
    """
    body = await content_events.body(visit.session, slug)
    if body is None:
        raise NotFound
    return Entry.model_validate({**body, "slug": slug})


async def keep(visit: Visit, bodies: Mapping[str, Mapping[str, Any]]) -> None:
    """Publish what was written, by slug, and tell the members whom it moves.

    Raises Refused: event_wrong, or as the rules of places do.
    """
    before, after = await content_events.keep(visit.session, bodies, by=visit.staff.login, now=visit.now)
    changes = await enrolling.publish(visit.session, after, before=before, now=visit.now)
    await telling.tell(visit.session, after, changes, now=visit.now)


async def tell(visit: Visit, changes: Sequence[Change]) -> None:
    """Write to the members whom *changes* concern."""
    await telling.tell(visit.session, visit.content, changes, now=visit.now)


def notice(event: Event, standings: Sequence[str], text: str) -> Plan:
    """Return the draft of what *standings* of *event* are to read.

    Raises Refused: notice_wrong.
    """
    title = f"关于{event.title}"
    whom = {"event": {"slug": event.slug, "standing": standings or ["registered"]}}
    try:
        return Plan.model_validate(
            {"title": title, "text": text, "kind": "service", "event": event.slug, "audience": whom}
        )
    except ValidationError as error:
        raise Refused("notice_wrong") from error
