"""Pictures and files from the page: told by their content, kept once, never on a full disk."""

import asyncio
import hashlib
import shutil
import tempfile
import warnings
from pathlib import Path

from aiohttp import BodyPartReader
from PIL import Image, UnidentifiedImageError

MOST_BYTES, SPARE_BYTES, CHUNK = 20_000_000, 200_000_000, 65_536
Image.MAX_IMAGE_PIXELS = 100_000_000


class Refusal(Exception):  # noqa: N818 -- an answer to the member
    """A file is not taken; *key* is the text that says why, *status* the HTTP status."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


class Uploads:
    """The folder in which they lie, by their content's hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, part: BodyPartReader, *, picture: bool) -> str:
        """Keep what *part* brings and return the hash of its content.

        Raises Refusal when it is too big, no picture though it should be one, or the disk is full.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free < SPARE_BYTES:
                raise Refusal("fault.full", 507)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                path = Path(file.name)
                return await self._store(part, path, picture=picture)
        except OSError as error:
            raise Refusal("fault.full", 507) from error

    async def _store(self, part: BodyPartReader, path: Path, *, picture: bool) -> str:
        try:
            digest = await _write(part, path)
            if picture and not await asyncio.to_thread(is_picture, path):
                raise Refusal("fault.picture", 415)
            target = self._folder / digest[:2] / digest
            await asyncio.to_thread(_move, path, target)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return digest


async def _write(part: BodyPartReader, path: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise Refusal("fault.big", 413)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    path.replace(target)


def is_picture(path: Path) -> bool:
    """Say whether a file is a picture by its content, and not one that grows beyond measure when it is opened."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        return False
    return True
