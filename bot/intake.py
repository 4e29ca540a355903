"""Pictures and files that members send are fetched and checked while no transaction is open."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, TryLater
from models import case_lines, handoffs, photos
from models.base import Database, Refused
from models.case_lines import CaseLine
from models.files import Kept, Store
from models.handoffs import HandOffLine
from models.messages import Incoming

PICTURES = frozenset(["photo", "file"])


class _Talk(Protocol):
    """Where members' files are waited for: hand-offs, and cases."""

    async def unfetched(self, session: AsyncSession) -> Sequence[HandOffLine | CaseLine]:
        """Return lines whose file still lies with the channel only."""

    async def fetched(self, session: AsyncSession, number: int, kept: Kept | None, *, now: datetime) -> None:
        """Write down where the file of a line lies now."""


class Intake:
    """Turns the picture of a message into what lies in the store of it, and fetches what was sent to colleagues."""

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

    async def collect(self, database: Database, *, now: datetime) -> None:
        """Bring into the store what members sent to colleagues, so that the console can show it."""
        for talk in (handoffs, case_lines):
            await self._collect(database, talk, now=now)

    async def _collect(self, database: Database, talk: _Talk, *, now: datetime) -> None:
        async with database.transaction() as session:
            lines = await talk.unfetched(session)
        for line in lines:
            channel = self._channels.get(line.file.partition(":")[0])
            if channel is None:  # another process speaks with that platform
                continue
            try:
                kept = await self._keep(await channel.fetch(line.file), line.kind)
            except TryLater:
                continue
            except Refused as refusal:
                if refusal.reason == "unkept":
                    continue
                kept = None
            async with database.transaction() as session:
                await talk.fetched(session, line.id, kept, now=now)

    async def _keep(self, body: bytes, kind: str) -> Kept:
        if kind == "photo":
            return (await photos.take(self._store, body)).shown
        return await self._store.put(body, kind)
