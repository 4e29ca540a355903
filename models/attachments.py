"""Pictures and files that notices carry: kept once in the store, and fetched from our pages by an address nobody guesses."""

import hmac
import re
from dataclasses import dataclass
from urllib.parse import quote

from models.crypto import lookup_hash

_REFERENCE = re.compile(r"stored:([0-9a-f]{64}):([^:/\\\x00-\x1f]{1,80})")
MAC_CHARS = 32


@dataclass(frozen=True, slots=True)
class Attachment:
    """A content in the store and the name it is shown by."""

    digest: str
    name: str

    @property
    def reference(self) -> str:
        """Return what stands for it in a letter."""
        return f"stored:{self.digest}:{self.name}"

    @property
    def path(self) -> str:
        """Return the address at which our pages give it out."""
        return f"/notice/{self.digest}/{_mac(self.digest)}/{quote(self.name)}"


def parsed(reference: str) -> Attachment | None:
    """Return what *reference* stands for, or None when it is no file of ours."""
    match = _REFERENCE.fullmatch(reference)
    return Attachment(match[1], match[2]) if match else None


def allowed(digest: str, mac: str) -> bool:
    """Say whether an address was made here: other contents of the store are not given out."""
    return hmac.compare_digest(mac, _mac(digest))


def _mac(digest: str) -> str:
    return lookup_hash(f"attachment:{digest}")[:MAC_CHARS]
