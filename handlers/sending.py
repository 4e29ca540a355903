"""What colleagues send along: laid into the store, and given out again to those who may see it."""

import re

from handlers.console import Sheet, Upload, Visit
from handlers.desk import Sent
from models import photos
from models.base import Refused

UNSAFE = re.compile(r"[:/\\\x00-\x1f]+")
NAME_LENGTH = 80
INLINE = {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4"}


async def sent(visit: Visit) -> Sent | None:
    """Lay what was chosen into the store; a picture is copied without what it tells of where it was taken."""
    upload = visit.files.get("file")
    return None if upload is None else await _laid(visit, upload)


async def _laid(visit: Visit, upload: Upload) -> Sent:
    name = UNSAFE.sub("-", upload.name)[-NAME_LENGTH:].strip() or "file"
    try:
        photo = await photos.take(visit.store, upload.body)
    except Refused as refusal:
        if refusal.reason != "photo_bad":
            raise
        return Sent(await visit.store.put(upload.body, upload.type), name)
    return Sent(photo.shown, "photo.jpg", "photo")


def given_out(name: str, body: bytes, kind: str, *, own: bool) -> Sheet:
    """Return a file of a talk: what members sent (*own*) is shown by its kind, what colleagues sent only when it is a picture."""
    shown = INLINE.get(kind, "") if own or kind == "photo" else ""
    return Sheet(name, body, shown or "application/octet-stream", inline=bool(shown))
