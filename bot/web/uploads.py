"""Pictures and files from the page: told by their content and kept once, in the store."""

import asyncio
import io
import warnings

from aiohttp import BodyPartReader
from PIL import Image, UnidentifiedImageError

from models.base import Refused
from models.files import Kept, Store
from models.pictures import MOST_BYTES

CHUNK = 65_536


class Refusal(Exception):  # noqa: N818 -- an answer to the member
    """A file is not taken; *key* is the text that says why, *status* the HTTP status."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


async def keep(store: Store, part: BodyPartReader, *, picture: bool) -> Kept:
    """Keep what *part* brings and return what lies in the store.

    Raises Refusal when it is too big, no picture though it should be one, or the store has no room.
    """
    body = await _read(part)
    if picture and not await asyncio.to_thread(is_picture, body):
        raise Refusal("fault.picture", 415)
    try:
        return await store.put(body, part.headers.get("Content-Type", ""))
    except Refused as refusal:
        raise Refusal("fault.full", 507) from refusal


async def _read(part: BodyPartReader) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refusal("fault.big", 413)
    return bytes(body)


def is_picture(body: bytes) -> bool:
    """Say whether a file is a picture by its content, and not one that grows beyond measure when it is opened."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body)) as picture:
                picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        return False
    return True
