"""Calls of WeChat's API."""

from collections.abc import Callable
from datetime import datetime

import aiohttp

from config.settings import Settings


class Client:
    """Makes the calls that the account may make."""

    def __init__(
        self, settings: Settings, http: aiohttp.ClientSession, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock

    async def media(self, number: str) -> bytes:
        """Return what a member sent."""
        raise NotImplementedError(number)

    async def check(self) -> tuple[bool, str]:
        """Say whether WeChat answers."""
        raise NotImplementedError
