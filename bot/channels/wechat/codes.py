"""Codes to scan that lead to a place in the account: each is made once and told again while it lasts (wechat spec 1.5)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import Refusal

LONGEST, EARLY, RESTS = timedelta(days=30), timedelta(hours=1), timedelta(minutes=1)
"""How long a temporary code lasts, how much of that is not counted on, and how long nothing is asked after a refusal."""


class Code(NamedTuple):
    """What a code to scan says, and when it ends; a permanent one does not."""

    url: str
    ends: datetime | None


class Codes:
    """Asks WeChat for codes; anybody may open a poster, so that only the first look at one is a call of the API."""

    def __init__(self, client: Client, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._made: dict[str, Code] = {}
        self._rests_until: datetime | None = None
        self._lock = asyncio.Lock()

    async def target(self, scene: str, until: datetime | None) -> str:
        """Return what a code says that leads to *scene* and lasts *until* then, for ever without; nothing while WeChat gives none."""
        async with self._lock:
            now, made = self._clock(), self._made.get(scene)
            if made is not None and (made.ends is None or (until is not None and until <= made.ends)):
                return made.url
            if self._rests_until is not None and now < self._rests_until:
                return ""
            try:
                made = self._made[scene] = await self._make(scene, until, now)
            except Refusal:
                self._rests_until = now + RESTS
                return ""
            return made.url

    async def _make(self, scene: str, until: datetime | None, now: datetime) -> Code:
        """Make a temporary code if that lasts, else one of the 100,000 permanent ones.

        Raises Refusal.
        """
        ends = now + LONGEST - EARLY
        told = {"action_info": {"scene": {"scene_str": scene}}}
        if until is None or until > ends:
            answer = await self._client.call("qrcode/create", {"action_name": "QR_LIMIT_STR_SCENE", **told})
            return Code(str(answer["url"]), None)
        seconds = int(LONGEST.total_seconds())
        temporary = {"expire_seconds": seconds, "action_name": "QR_STR_SCENE", **told}
        return Code(str((await self._client.call("qrcode/create", temporary))["url"]), ends)
