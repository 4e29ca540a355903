"""Passwords of staff and the six digits of their phones."""

import asyncio
import re
import secrets
import threading
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.base import Refused

LEAST, MOST = 10, 200
ISSUER = "工会小助手"
DIGITS = re.compile(r"[0-9]{6}", re.ASCII)
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least, for a small server
_NOBODY = _hasher.hash(secrets.token_hex(16))
_two_at_once = threading.Semaphore(2)


def check(password: str, login: str) -> None:
    """Make sure that a new password is worth its name.

    Raises Refused: password_short, password_long, password_plain.
    """
    if len(password) < LEAST:
        raise Refused("password_short")
    if len(password) > MOST:
        raise Refused("password_long")
    if len(set(password)) <= LEAST // 2 or login.casefold() in password.casefold():
        raise Refused("password_plain")


async def hashed(password: str) -> str:
    """Return *password* as it is kept (argon2id), without holding up the event loop."""
    return await asyncio.to_thread(_hash, password)


async def fits(kept: str | None, password: str) -> bool:
    """Say whether *password* is the one that is kept; nobody's takes as long as somebody's."""
    same = await asyncio.to_thread(_verify, kept or _NOBODY, password[:MOST])
    return same and kept is not None


def _hash(password: str) -> str:
    with _two_at_once:
        return _hasher.hash(password)


def _verify(kept: str, password: str) -> bool:
    try:
        with _two_at_once:
            return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def new_totp() -> str:
    """Return a fresh secret for six digits that change each half minute (RFC 6238)."""
    return pyotp.random_base32()


def totp_address(secret: str, login: str) -> str:
    """Return what a phone scans to show the digits of *secret*."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def totp_step(secret: str, digits: str, *, now: datetime) -> int | None:
    """Return the half minute that *digits* belong to, the present one or a neighbour; None when to none."""
    if not DIGITS.fullmatch(digits):
        return None
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    near = (present, present - 1, present + 1)
    return next((step for step in near if secrets.compare_digest(totp.generate_otp(step), digits)), None)
