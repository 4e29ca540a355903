"""Files by the hash of their content: what is known of each, and the store in which they lie."""

import asyncio
import hashlib
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store
from sqlalchemy import ForeignKey, Table, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, insert_new, kind_of
from models.members import Member, moves_along

if TYPE_CHECKING:
    from obstore.store import RetryConfig  # there for the type checker only

SPARE_BYTES, CHUNK = 200_000_000, 1_000_000
RETRY: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}  # else three minutes
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


RECEIVED = "received"
"""The purpose of what a member has sent and nobody may need: it is deleted after some days."""


class File(Base):
    """One content that is kept, with who brought it first and what for."""

    __tablename__ = "files"

    hash: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    type: Mapped[str]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    purpose: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that lies in the store and has no row yet."""

    hash: str
    size: int
    type: str


class Missing(Exception):  # noqa: N818 -- an answer to whoever asks for a file
    """There is no such file in the store."""


class Store:
    """A folder (`file:///folder`) or a bucket (`s3://bucket/prefix`, keys and address from AWS_… variables).

    Every call raises Refused("unkept") when the store does not answer or has no room.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder = Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else None
        self._built: LocalStore | S3Store | None = None

    async def put(self, body: bytes, kind: str) -> Kept:
        """Keep *body* of media type *kind* under its hash; a content that is there stays as it is."""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(body).hexdigest())
        with _translated(), suppress(AlreadyExistsError):
            store = self._store()
            self._spare(len(body))
            await store.put_async(_key(digest), body, mode="create", use_multipart=False)
        return Kept(digest, len(body), kind)

    async def get(self, digest: str) -> bytes:
        """Return a whole content.

        Raises Missing.
        """
        with _translated():
            found = await self._store().get_async(_key(digest))
            return bytes(await found.bytes_async())

    async def stream(self, digest: str) -> AsyncIterator[bytes]:
        """Yield a content piece by piece.

        Raises Missing.
        """
        with _translated():
            found = await self._store().get_async(_key(digest))
            async for piece in found.stream(CHUNK):
                yield piece

    async def exists(self, digest: str) -> bool:
        """Say whether a content is there."""
        try:
            with _translated():
                await self._store().head_async(_key(digest))
        except Missing:
            return False
        return True

    async def delete(self, digest: str) -> None:
        """Delete a content; one that is not there is no fault."""
        with suppress(Missing), _translated():
            await self._store().delete_async(_key(digest))

    def _store(self) -> LocalStore | S3Store:
        """Build the store when it is first needed, so that a folder on a disk that is away is no end of the start."""
        if self._built is None:
            self._built = (
                S3Store.from_url(self._url, retry_config=RETRY)
                if self._folder is None
                else LocalStore(self._folder, mkdir=True)
            )
        return self._built

    def _spare(self, size: int) -> None:
        """Leave room on the disk, for the database most likely lies on the same."""
        if self._folder is not None and shutil.disk_usage(self._folder).free < SPARE_BYTES + size:
            raise OSError("the disk is nearly full")


async def note(session: AsyncSession, *found: Kept, by: int | None, purpose: str, now: datetime) -> None:
    """Write down what lies in the store, *by* being the member's id; a content that is known keeps its first row."""
    insert = insert_new(kind_of(session), cast(Table, File.__table__), ("hash",))
    for kept in sorted(set(found), key=lambda kept: kept.hash):  # one order for all: no deadlock
        row = {"hash": kept.hash, "size": kept.size, "type": kept.type, "purpose": purpose, "at": now}
        await session.execute(insert, [{**row, "uploaded_by": by}])


async def receive(session: AsyncSession, *found: Kept, by: int, now: datetime) -> None:
    """Write down what a member has sent, before it is known what for; sent again, it is new again."""
    await note(session, *found, by=by, purpose=RECEIVED, now=now)
    again = update(File).where(File.hash.in_([kept.hash for kept in found]), File.purpose == RECEIVED)
    await session.execute(again.values(at=now))


async def claim(session: AsyncSession, *found: Kept, purpose: str) -> None:
    """Let contents that were only received be kept for *purpose*."""
    mine = update(File).where(File.hash.in_([kept.hash for kept in found]), File.purpose == RECEIVED)
    await session.execute(mine.values(purpose=purpose))


def _key(digest: str) -> str:
    if not HASH.fullmatch(digest):
        raise Missing(digest)
    return f"{digest[:2]}/{digest}"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(str(error)) from error
    except (BaseError, OSError) as error:
        raise Refused("unkept") from error


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _: datetime) -> None:
    """Let the files that *other* sent be those of *keep*."""
    await session.execute(update(File).where(File.uploaded_by == other.id).values(uploaded_by=keep.id))
