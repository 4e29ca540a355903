"""Every version of content that was published before the present one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.content import Shelf
from models.base import Base, Moment

SHOWN = 50


class ContentVersion(Base):
    """A piece of content as it once was, who had written it and when."""

    __tablename__ = "content_versions"
    __table_args__ = (UniqueConstraint("shelf", "key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf: Mapped[str]
    key: Mapped[str]
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


async def history(session: AsyncSession, shelf: Shelf, key: str) -> Sequence[ContentVersion]:
    """Return the last versions of a piece before the present one, the newest first."""
    query = _of(shelf, key).order_by(ContentVersion.version.desc()).limit(SHOWN)
    return list(await session.scalars(query))


async def one(session: AsyncSession, shelf: Shelf, key: str, version: int) -> ContentVersion | None:
    """Return one version of a piece before the present one."""
    found: ContentVersion | None = await session.scalar(
        _of(shelf, key).where(ContentVersion.version == version)
    )
    return found


async def last(session: AsyncSession) -> dict[tuple[str, str], int]:
    """Return the number of the last kept version of every piece that has any."""
    newest = select(ContentVersion.shelf, ContentVersion.key, func.max(ContentVersion.version))
    rows = await session.execute(newest.group_by(ContentVersion.shelf, ContentVersion.key))
    return {(shelf, key): number for shelf, key, number in rows}


async def was_in_files(session: AsyncSession, shelf: Shelf, key: str) -> bool:
    """Say whether a version of a piece came from the files."""
    query = select(func.count()).select_from(
        _of(shelf, key).where(ContentVersion.source == "file").subquery()
    )
    return bool(await session.scalar(query))


def _of(shelf: Shelf, key: str) -> Any:
    return select(ContentVersion).where(ContentVersion.shelf == shelf, ContentVersion.key == key)
