"""The real content, read from its files once and written into an empty SQLite once: many tests begin with it."""

from datetime import date, datetime
from functools import cache

from config import files
from config.content import Piece
from config.settings import CONTENT_DIR
from models import content
from models.base import Database
from tests.databases import fill, image

_images: dict[datetime, bytes] = {}


@cache
def pieces(demo: date | None = None) -> tuple[Piece, ...]:
    """Return the content of the files; demo dates are counted from *demo*."""
    return tuple(files.read(CONTENT_DIR, demo=demo))


async def publish(database: Database, *, now: datetime) -> None:
    """Publish the content in an empty *database*."""
    if database.kind == "sqlite" and now in _images:
        await fill(database, _images[now])
        return
    async with database.transaction() as session:
        await content.load(session, pieces(), now=now)
    if database.kind == "sqlite":
        _images[now] = await image(database)
