"""How was it: the one-tap answer after an event, and a few words if the member likes."""

from collections.abc import Mapping

from handlers.service import Service, Turn
from models import opinions, places
from models.base import Refused
from models.messages import Outgoing
from models.places import Place


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Keep the answer, or ask for the words."""
    number, _, said = about.partition(":")
    place = await _mine(turn, number)
    if said == "words":
        return turn.start("opinion", number)
    await opinions.answer(turn.session, place, said, now=turn.now)
    return turn.say("opinion.bad" if said == "bad" else "opinion.kept", place=number)


async def written(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Keep the words."""
    place = await _mine(turn, about)
    await opinions.add(turn.session, place, answers["words"], now=turn.now)
    return turn.say("opinion.thanks")


async def _mine(turn: Turn, number: str) -> Place:
    """Return the member's own place; anybody else's is as if it were not there."""
    place = await places.named(turn.session, number)
    if place is None or place.member_id != turn.member.id:
        raise Refused("no_question")
    return place


service = Service(
    name="opinion", title="说说感受", actions={"opinion": pressed}, finishes={"opinion": written}
)
