"""Pictures that members send are fetched and checked before their turn, while no transaction is open."""

from collections.abc import Iterable
from dataclasses import replace

from bot.channels.base import Channel
from models import photos
from models.base import Refused
from models.files import Store
from models.messages import Incoming

PICTURES = frozenset(["photo", "file"])


class Intake:
    """Turns the picture of a message into what lies in the store of it."""

    def __init__(self, channels: Iterable[Channel], store: Store) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._store = store

    async def __call__(self, message: Incoming) -> Incoming:
        """Return *message* with its photo packed as the value, or why it is none; a file that is none stays a file.

        Raises TryLater when the platform does not give it out just now.
        """
        if message.kind not in PICTURES:
            return message
        try:
            body = await self._channels[message.sender.channel].fetch(message.file)
            photo = await photos.take(self._store, body)
        except Refused as refusal:
            if message.kind == "file" and refusal.reason == "photo_bad":
                return message
            return replace(message, kind="photo", value=f"refused:{refusal.reason}")
        return replace(message, kind="photo", value=photo.packed())
