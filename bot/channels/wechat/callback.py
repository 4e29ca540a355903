"""The address that WeChat posts to."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.channels.base import Receive
from config.settings import Settings
from models.base import Database

PATH = "/wechat/callback"


class Callback:
    """Takes messages and answers them in the response where there is time."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self.receive: Receive | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the address."""
        return []
