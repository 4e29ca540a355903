"""The ways by which a letter can leave that answers nothing, tried in order."""

from collections.abc import Callable
from datetime import datetime

from bot.channels.base import Held
from bot.channels.wechat.client import Client
from config.settings import Settings
from models.base import Database
from models.files import Store
from models.messages import Outgoing


class WaysOut:
    """Custom message, subscription notice, template message, or none until the member writes again."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        clock: Callable[[], datetime],
        store: Store,
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._clock = clock
        self._store = store

    async def send(self, address: str, message: Outgoing) -> str:
        """Send one letter; return WeChat's id of it.

        Raises Held when no way is open.
        """
        del address, message
        raise Held
