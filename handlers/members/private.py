"""点开查看: the button of a letter that tells a lock screen nothing makes a link to our own page."""

from handlers import filling
from handlers.service import Service, Turn
from models.messages import Outgoing


async def pressed(turn: Turn, purpose: str) -> Outgoing:
    """Return the link with which *purpose* goes on; a form goes on where it may."""
    if purpose == "form:resume":
        return filling.resume(turn)
    return turn.say("menu") if turn.private else turn.move(purpose)


service = Service(name="private", title="点开查看", actions={"private": pressed})
