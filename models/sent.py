"""Files that come with what a member says to colleagues: in the store at once, or when the channel has given them out."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from models import files
from models.files import Kept
from models.messages import Incoming
from models.photos import Photo


class Line(Protocol):
    """A line of a talk: *file* is how the channel calls what came along, *digest* where it lies in the store."""

    file: str
    digest: str


async def receive(session: AsyncSession, said: Incoming, *, by: int, now: datetime) -> str:
    """Return where the photo of a message lies, when it was fetched already; *by* is the member's id."""
    if said.kind != "photo" or not said.value.startswith("{"):
        return ""
    photo = Photo.unpacked(said.value)
    await files.receive(session, photo.original, photo.shown, photo.thumbnail, by=by, now=now)
    return photo.shown.hash


async def settle(session: AsyncSession, line: Line, kept: Kept | None, *, by: int, now: datetime) -> None:
    """Write down where the file of a line lies now; None when it can never be had."""
    if kept is None:
        line.file = ""
        return
    line.digest = kept.hash
    await files.receive(session, kept, by=by, now=now)
