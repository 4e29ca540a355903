"""Encrypted columns, and a keyed hash to find what lies in them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Text, TypeDecorator


class _Keys:
    fernet: MultiFernet | None = None
    lookup: bytes = b""


def use(keys: Sequence[bytes], secret: bytes) -> None:
    """Set the keys of this process: the first of *keys* encrypts, all decrypt; *secret* keys the hashes.

    Raises ValueError when a key is not a Fernet key (32 bytes, url-safe base64).
    """
    _Keys.fernet = MultiFernet([Fernet(key) for key in keys])
    _Keys.lookup = derive(secret, b"lookup")


def new_key() -> bytes:
    """Return a fresh key for encrypted columns."""
    return Fernet.generate_key()


def derive(secret: bytes, purpose: bytes) -> bytes:
    """Return 32 bytes made from *secret* for one *purpose* only (HKDF with SHA-256)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(secret)


def fernet(secret: bytes, purpose: bytes) -> Fernet:
    """Return a Fernet whose key is made from *secret* for one *purpose* only."""
    return Fernet(base64.urlsafe_b64encode(derive(secret, purpose)))


def seal(purpose: bytes) -> Fernet:
    """Return a Fernet of this installation for one *purpose* only, for what is signed and handed out."""
    return fernet(_Keys.lookup, purpose)


def lookup_hash(text: str) -> str:
    """Return the keyed hash by which *text* is found (HMAC-SHA-256, hexadecimal)."""
    return hmac.new(_Keys.lookup, text.encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """Return what is kept of a random *token*: nobody finds the token by it (SHA-256, hexadecimal)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _keys() -> MultiFernet:
    if _Keys.fernet is None:
        raise RuntimeError("crypto.use() was not called")
    return _Keys.fernet


class Encrypted(TypeDecorator[str]):
    """A text that lies encrypted in its column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys().decrypt(value.encode()).decode()


class EncryptedJSON(TypeDecorator[dict[str, Any]]):
    """A mapping that lies encrypted in its column; an empty one costs nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return _keys().encrypt(json.dumps(value).encode()).decode() if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any]:
        return dict(json.loads(_keys().decrypt(value.encode()))) if value else {}
