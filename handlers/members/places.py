"""Where to go and whom to call: stations, book rooms, branches, telephone numbers."""

from dataclasses import replace
from math import asin, cos, radians, sin, sqrt

from config.lists import Place
from handlers.service import Service, Turn
from models.messages import Outgoing

NEAREST, EARTH_KM = 3, 6371.0


async def rows(turn: Turn, about: str) -> Outgoing:
    """Show a list of the directory; with a position, `kind:latitude,longitude`, the nearest three whose own is known."""
    kind, _, where = about.partition(":")
    if kind == "phones":
        return _phones(turn)
    found = [place for place in turn.content.places if place.kind == kind]
    here = _position(where)
    if here is not None:
        placed = [place for place in found if place.position]
        found = sorted(placed, key=lambda place: distance(here, place.position or here))[:NEAREST] or found
    if not found:
        return turn.say("places.none")
    return turn.say("places.rows", rows="\n\n".join(_row(turn, place) for place in found))


async def near(turn: Turn) -> Outgoing:
    """Answer a position with the nearest stations, and offer the book rooms."""
    rooms = turn.choice("places.near_rooms", f"places:book_room:{turn.message.value}")
    told = await rows(turn, f"station:{turn.message.value}")
    return replace(told, choices=(rooms, *told.choices))


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the way between two positions (latitude, longitude in degrees) in kilometres, as the crow flies."""
    (a, b), (c, d) = ((radians(x), radians(y)) for x, y in (one, other))
    return 2 * EARTH_KM * asin(sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2))


def _row(turn: Turn, place: Place) -> str:
    phone = place.phone if place.phone in turn.content.numbers else ""
    lines = (place.name, place.address, place.hours, place.note, phone)
    return "\n".join(line for line in lines if line)


def _phones(turn: Turn) -> Outgoing:
    found = (
        f"{phone.name}{'，' + phone.hours if phone.hours else ''}\n{phone.number}"
        for phone in turn.content.phones
    )
    return turn.say("places.phones", rows="\n\n".join(found))


def _position(where: str) -> tuple[float, float] | None:
    latitude, comma, longitude = where.partition(",")
    try:
        return (float(latitude), float(longitude)) if comma else None
    except ValueError:
        return None


service = Service(name="places", title="工会在哪", actions={"places": rows}, kinds={"location": near})
