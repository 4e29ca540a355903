"""Encrypted columns, and a keyed hash to find what lies in them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import JSON, Column, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

SEALED = "sealed"
"""The only key of a JSON value that lies encrypted."""


class _Fernets(MultiFernet):
    """All keys; the *first* of them encrypts."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        found = [Fernet(key) for key in keys]
        super().__init__(found)
        self.first = found[0]


class _Keys:
    fernet: _Fernets | None = None
    lookup: bytes = b""


def use(keys: Sequence[bytes], secret: bytes) -> None:
    """Set the keys of this process: the first of *keys* encrypts, all decrypt; *secret* keys the hashes.

    Raises ValueError when a key is not a Fernet key (32 bytes, url-safe base64).
    """
    _Keys.fernet = _Fernets(keys)
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


def _keys() -> _Fernets:
    if _Keys.fernet is None:
        raise RuntimeError("crypto.use() was not called")
    return _Keys.fernet


def encrypt(text: str) -> str:
    """Return *text* as the first key encrypts it."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return what any of the keys has encrypted."""
    return _keys().decrypt(token.encode()).decode()


def is_current(token: str) -> bool:
    """Say whether the first key has encrypted *token*."""
    with suppress(InvalidToken):
        _keys().first.decrypt(token.encode())
        return True
    return False


def renew(token: str) -> str:
    """Return the same secret, encrypted by the first key."""
    return _keys().rotate(token.encode()).decode()


class Encrypted(TypeDecorator[str]):
    """A text that lies encrypted in its column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value)


class EncryptedJSON(TypeDecorator[dict[str, Any]]):
    """A mapping that lies encrypted in its column; an empty one costs nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return encrypt(json.dumps(value)) if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any]:
        return dict(json.loads(decrypt(value))) if value else {}


class Sealed(TypeDecorator[Any]):
    """A JSON value that lies encrypted in its column; an empty one costs nothing, one written before still reads."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return {SEALED: encrypt(json.dumps(value))} if value else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if isinstance(value, dict) and value.keys() == {SEALED}:
            return json.loads(decrypt(value[SEALED]))
        return value


def stored_as(column: Column[Any]) -> TypeEngine[Any]:
    """Return the type of a secret *column* as it stands in the database, still encrypted."""
    return JSON() if isinstance(column.type, Sealed) else Text()


def is_secret(column: Column[Any]) -> bool:
    """Say whether what stands in *column* lies encrypted."""
    return isinstance(column.type, Encrypted | EncryptedJSON | Sealed)
