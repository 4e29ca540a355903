"""What is not text: voice, pictures, files, stickers, and kinds we do not know."""

from handlers.service import Service, Turn
from models.messages import Outgoing


def _keep(turn: Turn) -> None:
    """Remember what was sent, so that it goes along when a person is asked."""
    message = turn.message
    turn.conversation.asked = {"text": message.text, "kind": message.kind, "file": message.file}


async def voice(turn: Turn) -> Outgoing:
    """Say kindly that voice is not understood."""
    _keep(turn)
    return turn.say("said.voice")


async def file(turn: Turn) -> Outgoing:
    """Ask what a file is for."""
    _keep(turn)
    return turn.say("said.file")


async def other(turn: Turn) -> Outgoing:
    """Ask for words."""
    return turn.say("said.other")


service = Service(
    name="media",
    title="照片和语音",
    kinds={
        "voice": voice,
        "file": file,
        "video": other,
        "sticker": other,
        "other": other,
    },
)
