"""The envelope of WeChat's messages: signatures, and AES with the receiver's id inside (wechat spec 1.1)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK, SALT, LENGTH = 32, 16, 4


class Forged(Exception):  # noqa: N818 -- a judgement on what came in, not a fault
    """What came in was not made by WeChat for this account."""


def signature(*parts: str) -> str:
    """Return the SHA-1 of *parts* sorted and joined, in hex."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check(told: str, *parts: str) -> None:
    """Pass when *told* is the signature of *parts*; the comparison takes the same time whatever differs.

    Raises Forged.
    """
    if not hmac.compare_digest(told.encode(), signature(*parts).encode()):
        raise Forged("signature")


@dataclass(frozen=True)
class Codec:
    """Encrypts and decrypts for one receiver: the AppID of an Official Account; the first of *keys* is the present one."""

    receiver: str
    keys: Sequence[str]

    def decrypt(self, sealed: str) -> tuple[bytes, str]:
        """Return the message in *sealed* (base64) and the key that opened it.

        Raises Forged when no key opens it or it is for another receiver.
        """
        try:
            body = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise Forged("base64") from None
        if not body or len(body) % SALT:
            raise Forged("length")
        for key in self.keys:
            message = _opened(body, key, self.receiver.encode())
            if message is not None:
                return message, key
        raise Forged("receiver")

    def encrypt(self, message: bytes, key: str) -> str:
        """Return *message* sealed with *key*, in base64."""
        plain = secrets.token_bytes(SALT) + len(message).to_bytes(LENGTH, "big") + message
        plain += self.receiver.encode()
        pad = BLOCK - len(plain) % BLOCK
        encryptor = _cipher(key).encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def _opened(body: bytes, key: str, receiver: bytes) -> bytes | None:
    decryptor = _cipher(key).decryptor()
    plain = decryptor.update(body) + decryptor.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or not plain.endswith(bytes([pad]) * pad):
        return None
    plain = plain[SALT:-pad]
    length = int.from_bytes(plain[:LENGTH], "big")
    message, told = plain[LENGTH : LENGTH + length], plain[LENGTH + length :]
    return message if len(message) == length and hmac.compare_digest(told, receiver) else None


def _cipher(key: str) -> Cipher[modes.CBC]:
    raw = base64.b64decode(f"{key}=")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:SALT]))
