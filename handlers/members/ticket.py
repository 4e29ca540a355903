"""签到码: what to show at the door of the next event, as a picture and as six digits to say aloud."""

from dataclasses import replace

from handlers import enrolling
from handlers.service import Service, Turn
from models import agenda, tickets
from models.base import Refused
from models.events import Event
from models.messages import Choice, Outgoing
from models.places import ATTENDED, CONFIRMED, Place

MOST = 4


async def nearest(turn: Turn) -> Outgoing:
    """Show the ticket of the next event, with the others as buttons."""
    found = await _held(turn)
    if not found:
        return turn.say("ticket.none")
    first, *others = found
    more = [Choice(event.title, f"ticket:{place.id}") for place, event in others[:MOST]]
    shown = _show(turn, *first)
    return replace(shown, choices=(*shown.choices, *more))


async def one(turn: Turn, about: str) -> Outgoing:
    """Show the ticket of one place."""
    for place, event in await _held(turn):
        if str(place.id) == about:
            return _show(turn, place, event)
    raise Refused("nothing_to_cancel")


async def _held(turn: Turn) -> list[tuple[Place, Event]]:
    found = await enrolling.places_of(turn)
    return [(place, event) for place, event in found if place.state in (CONFIRMED, ATTENDED) and event.days]


def _show(turn: Turn, place: Place, event: Event) -> Outgoing:
    code = place.code or ""
    calendar = Choice(
        turn.say("ticket.choices.calendar").text, url=f"/calendar/{agenda.token(turn.member)}.ics"
    )
    way = turn.choice("enrol.choices.way", f"way:{place.id}")
    out = turn.choice("enrol.choices.quit", f"quit:{place.id}")
    said = turn.say("ticket.shown", way, calendar, out, code=code, **enrolling.of_event(event))
    return replace(said, picture=tickets.reference(event.slug, code))


service = Service(
    name="ticket",
    title="签到码",
    words=("签到码", "签到", "簽到碼", "入场码", "ticket"),
    answer=nearest,
    always=True,
    actions={"ticket": one},
)
