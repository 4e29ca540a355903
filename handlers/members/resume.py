"""继续填 and 不填了: the buttons of a form that was put aside or is given up."""

from handlers import filling
from handlers.service import Service, Turn
from models.messages import Outgoing


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Take the form up where it was left, or give it up."""
    return filling.cancel(turn) if about == "cancel" else filling.resume(turn)


service = Service(name="resume", title="继续填", actions={"form": pressed})
