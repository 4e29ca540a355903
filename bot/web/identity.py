"""Who a browser is: a signed cookie with a random id; on the demo page one for each of its two phones."""

import re
import secrets
from datetime import datetime

from aiohttp import web
from cryptography.fernet import InvalidToken

from models import crypto

COOKIE, YEAR = "visitor", 365 * 24 * 3600
_PHONE = re.compile(r"[12]")


class Identity:
    """Reads and makes the cookie."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self._fernet = crypto.fernet(secret, b"visitor cookie")
        self._secure = secure

    def of(self, request: web.Request) -> str | None:
        """Return the visitor's id, or None without a cookie of ours."""
        try:
            return self._fernet.decrypt(request.cookies.get(_name(request), ""), ttl=YEAR).decode()
        except (InvalidToken, ValueError):  # the latter for letters that no token of ours has
            return None

    def give(self, request: web.Request, response: web.Response, now: datetime) -> None:
        """Give a browser an id that has none yet."""
        if self.of(request) is None:
            self.renew(request, response, now)

    def renew(self, request: web.Request, response: web.Response, now: datetime) -> str:
        """Give a browser a fresh id, whoever it was before, and return it."""
        visitor = secrets.token_hex(16)
        token = self._fernet.encrypt_at_time(visitor.encode(), int(now.timestamp())).decode()
        response.set_cookie(
            _name(request), token, max_age=YEAR, httponly=True, samesite="Lax", secure=self._secure
        )
        return visitor


def phone(request: web.Request) -> str:
    """Return which of the demo's phones asks: 1, 2, or nothing."""
    found = request.query.get("phone", "")
    return found if _PHONE.fullmatch(found) else ""


def _name(request: web.Request) -> str:
    return f"{COOKIE}{phone(request)}"
