"""The access token: fetched once for all who wait, kept until shortly before its end, never asked for in a loop."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bot.channels.wechat.errors import Refusal

log = structlog.get_logger()
EARLY, MINUTE, CALLS = 300.0, 60.0, 3
"""A new token is had five minutes before the old one ends, as both are valid then; three calls a minute at most."""
Fetch = Callable[[], Awaitable[tuple[str, float]]]
"""Asks WeChat for a token and returns it with its seconds."""


class Token:
    """The token of one account in this process; others may hold the same one (stable_token)."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value = ""
        self._until = 0.0
        self._lock = asyncio.Lock()
        self._calls: deque[float] = deque(maxlen=CALLS)
        self._refused = 0

    async def get(self, *, instead_of: str = "") -> str:
        """Return a token that is none of those refused.

        Raises Refusal when there is none to be had now.
        """
        async with self._lock:
            if self._value == instead_of or self._clock() >= self._until:
                await self._renew()
            return self._value

    def worked(self) -> None:
        """Note that a call was taken: when it is refused again, that is news."""
        self._refused = 0

    def spoiled(self, value: str, refusal: Refusal) -> None:
        """Forget a token that was refused though it was new: once three are, nobody calls until the minute is over."""
        if self._value == value:
            self._until = 0.0
        self._alarm(refusal)

    async def _renew(self) -> None:
        now = self._clock()
        self._value, self._until = "", 0.0
        if len(self._calls) == CALLS and now - self._calls[0] < MINUTE:
            raise Refusal(40001, does="token", seconds=MINUTE - (now - self._calls[0]))
        self._calls.append(now)
        try:
            self._value, seconds = await self._fetch()
        except Refusal as refusal:
            self._alarm(refusal)
            raise
        self._until = now + max(0.0, seconds - EARLY)

    def _alarm(self, refusal: Refusal) -> None:
        """Say it once in the log, and again only when it is for another reason or after a call that worked."""
        if self._refused != refusal.code:
            log.error("wechat refuses the token", code=refusal.code, rid=refusal.rid)
        self._refused = refusal.code
