"""Which unit a member is of, for the lists: asked after the place is won, and only if they like to say."""

from collections.abc import Mapping

from handlers.service import Service, Turn
from models import places, roster
from models.base import Refused
from models.messages import Choice, Outgoing
from models.places import Place

MOST = 5


async def ask(turn: Turn, about: str) -> Outgoing:
    """Ask for the unit's name."""
    await _mine(turn, about)
    return turn.start("unit", about)


async def found(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Offer the unions of the roster that sound like it, or take it as it was typed."""
    said = answers["unit"]
    names = await roster.unions_like(turn.session, said, most=MOST)
    if not names or names == [said]:
        return await _keep(turn, about, said)
    turn.conversation.ranked = [*names, said]
    buttons = [Choice(name, f"isunit:{about}:{number}") for number, name in enumerate(names)]
    own = turn.choice("unit.choices.typed", f"isunit:{about}:{len(names)}")
    return turn.say("unit.which", *buttons, own)


async def choose(turn: Turn, about: str) -> Outgoing:
    """Take the unit that was pressed."""
    place, _, number = about.partition(":")
    offered = turn.conversation.ranked
    if not number.isdecimal() or int(number) >= len(offered):
        raise Refused("nothing_to_cancel")
    return await _keep(turn, place, offered[int(number)])


async def _keep(turn: Turn, about: str, unit: str) -> Outgoing:
    place = await _mine(turn, about)
    place.answers = {**place.answers, "unit": unit}
    places.note(turn.session, place, "answers", place.state, place.state, by=places.MEMBER, now=turn.now)
    return turn.say("unit.kept", unit=unit)


async def _mine(turn: Turn, about: str) -> Place:
    place = await turn.session.get(Place, int(about)) if about.isdecimal() else None
    if place is None or place.member_id != turn.member.id:
        raise Refused("nothing_to_cancel")
    return place


service = Service(
    name="unit",
    title="单位",
    actions={"unit": ask, "isunit": choose},
    finishes={"unit": found},
)
