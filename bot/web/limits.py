"""How fast one visitor may write, and from where a request comes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address

from aiohttp import web

BURST, SPACING, VISITORS = 10, timedelta(seconds=1), 20_000


class Limits:
    """A bucket a visitor: ten at once, then one a second."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._full_at: dict[str, datetime] = {}

    def allow(self, visitor: str) -> bool:
        """Say whether *visitor* may write now, and count it."""
        now = self._clock()
        if len(self._full_at) > VISITORS:
            self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        full_at = max(self._full_at.get(visitor, now), now) + SPACING
        if full_at - now > SPACING * BURST:
            return False
        self._full_at[visitor] = full_at
        return True


def address(request: web.Request) -> str:
    """Return the address that a request comes from: behind a proxy on our own network the one that it tells."""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    remote = request.remote or ""
    try:
        return str(ip_address(told)) if told and ip_address(remote).is_private else remote
    except ValueError:
        return remote
