"""Pictures on their way out: each is carried up to WeChat once and named by its number there."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.base import TryLater
from bot.channels.wechat.client import Client
from models import attachments, tickets
from models.base import Refused
from models.files import Missing, Store

LASTS = timedelta(days=2, hours=12)
"""WeChat keeps what was carried up for three days."""
STORE_SECONDS = 30.0


class Pictures:
    """The pictures of one account."""

    def __init__(self, client: Client, store: Store, site: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._store = store
        self._site = site
        self._clock = clock
        self._there: dict[str, tuple[str, datetime]] = {}

    async def carry(self, reference: str) -> str:
        """Return WeChat's number of the picture that *reference* stands for.

        Raises Refusal, or TryLater when the store does not give it out now.
        """
        number, until = self._there.get(reference, ("", self._clock()))
        if not number or until <= self._clock():
            number = await self._client.upload(await self._read(reference), "picture.jpg")
            self._there[reference] = number, self._clock() + LASTS
        return number

    async def _read(self, reference: str) -> bytes:
        if reference.startswith("ticket:"):
            return tickets.picture(reference, self._site)
        kept = attachments.parsed(reference)
        try:
            return await self._store.get(kept.digest if kept else reference)
        except (Missing, Refused):
            raise TryLater(STORE_SECONDS) from None
