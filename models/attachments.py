"""Pictures and files that notices carry: kept once in the store, and fetched from our pages by an address nobody guesses."""

import hmac
import re
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

from models import pictures
from models.crypto import lookup_hash
from models.files import Kept, Store

PURPOSE = "notice"
_REFERENCE = re.compile(r"stored:([0-9a-f]{64}):([^:/\\\x00-\x1f]{1,80})")
_UNFIT = re.compile(r"[:/\\\x00-\x1f]")
MAC_CHARS, NAME_CHARS = 32, 80


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


async def take_in(store: Store, body: bytes, name: str, *, picture: bool) -> tuple[Attachment, Kept]:
    """Put a picture, as a copy that every channel shows, or a file into the store; the caller writes it down.

    Raises Refused: as pictures.read() and the store do.
    """
    if picture:
        kept = await store.put((await pictures.read(body)).shown, "image/jpeg")
        name = f"{PurePath(name).stem}.jpg"
    else:
        kept = await store.put(body, "application/octet-stream")
    return Attachment(kept.hash, _UNFIT.sub("_", name)[-NAME_CHARS:] or "_"), kept


def allowed(digest: str, mac: str) -> bool:
    """Say whether an address was made here: other contents of the store are not given out."""
    return hmac.compare_digest(mac, _mac(digest))


def _mac(digest: str) -> str:
    return lookup_hash(f"attachment:{digest}")[:MAC_CHARS]
