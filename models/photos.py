"""Photos as they come in: checked, copied, laid into the store, and handed on as one small text."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from models import pictures
from models.files import Kept, Store
from models.pictures import Group

JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Photo:
    """What lies in the store of one photo, and what the picture told of itself."""

    original: Kept
    shown: Kept
    thumbnail: Kept
    width: int
    height: int
    small: bool
    taken_on: date | None
    colour: bool
    group: Group
    dhash: str

    def packed(self) -> str:
        """Return all of it as a text, for the answers of a form."""
        return json.dumps(asdict(self), default=date.isoformat)

    @classmethod
    def unpacked(cls, text: str) -> "Photo":
        """Return the photo whose text this is."""
        told = json.loads(text)
        kept = {name: Kept(**told[name]) for name in ("original", "shown", "thumbnail")}
        day = told["taken_on"]
        return cls(**{**told, **kept, "taken_on": day and date.fromisoformat(day)})


async def take(store: Store, body: bytes) -> Photo:
    """Check a photo and keep it with its copies; no session may be open meanwhile.

    Raises Refused: photo_big, photo_huge, photo_bad, unkept.
    """
    read = await pictures.read(body)
    return Photo(
        original=await store.put(body, read.type),
        shown=await store.put(read.shown, JPEG),
        thumbnail=await store.put(read.thumbnail, JPEG),
        width=read.width,
        height=read.height,
        small=read.small,
        taken_on=read.taken_on,
        colour=read.colour,
        group=read.group,
        dhash=read.dhash,
    )
