"""The content as it is published: first from files, then as staff have edited it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.content import Content, Piece, Shelf
from models.base import Base, Moment, wake


class Published(Base):
    """The columns that every shelf of content has; *source* is `file` or `staff`."""

    __abstract__ = True

    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(default="file")
    version: Mapped[int] = mapped_column(default=1)
    edited_by: Mapped[str] = mapped_column(default="")
    edited_at: Mapped[datetime] = mapped_column(Moment)


class ProgrammeRow(Published):
    """A programme or service."""

    __tablename__ = "programmes"


class ArticleRow(Published):
    """A question and its answer."""

    __tablename__ = "articles"


class TextRow(Published):
    """A sentence of the program."""

    __tablename__ = "texts"


class ListRow(Published):
    """One of the smaller lists: phones, directory, duty, danger signs, search lists, forms."""

    __tablename__ = "lists"


class TemplateRow(Published):
    """A ready notice."""

    __tablename__ = "notice_templates"


class ContentState(Base):
    """The one row that tells which edition is published."""

    __tablename__ = "content_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


TABLES: dict[Shelf, type[Published]] = {
    "programmes": ProgrammeRow,
    "articles": ArticleRow,
    "texts": TextRow,
    "lists": ListRow,
    "notices": TemplateRow,
}


async def version(session: AsyncSession) -> int:
    """Return the number of the published edition; 0 before the first."""
    return await session.scalar(select(ContentState.version)) or 0


async def published(session: AsyncSession) -> Content:
    """Return the published content.

    Raises ContentError when what is published is wrong.
    """
    number = await version(session)
    pieces = [
        Piece(shelf, row.key, row.body)
        for shelf, table in TABLES.items()
        for row in await session.scalars(select(table))
    ]
    return Content.of(pieces, number)


async def template_version(session: AsyncSession, key: str) -> int:
    """Return the version of a ready notice as it is published; 0 when there is none."""
    return await session.scalar(select(TemplateRow.version).where(TemplateRow.key == key)) or 0


async def load(
    session: AsyncSession, pieces: Iterable[Piece], *, now: datetime
) -> tuple[list[str], list[str]]:
    """Publish what is new in the files; return what changed and what staff have edited and is left alone."""
    changed: list[str] = []
    left: list[str] = []
    seen: set[tuple[Shelf, str]] = set()
    rows = await _rows(session)
    for piece in pieces:
        seen.add((piece.shelf, piece.key))
        row = rows.get((piece.shelf, piece.key))
        body = _plain(piece.body)
        if row is None:
            session.add(_new(piece, now))
        elif row.body == body:
            continue
        elif row.source == "staff":
            left.append(f"{piece.shelf}/{piece.key}")
            continue
        else:
            row.body, row.version, row.edited_at = body, row.version + 1, now
        changed.append(f"{piece.shelf}/{piece.key}")
    for (shelf, key), row in rows.items():
        if (shelf, key) not in seen and row.source == "file":
            await session.delete(row)
            changed.append(f"{shelf}/{key}")
    if changed:
        await publish(session)
    return changed, left


async def complete(session: AsyncSession, pieces: Iterable[Piece], *, now: datetime) -> None:
    """Add the sentences and lists that a newer version of the program needs; what is there stays."""
    rows = await _rows(session)
    missing = [p for p in pieces if p.shelf in {"texts", "lists"} and (p.shelf, p.key) not in rows]
    session.add_all(_new(piece, now) for piece in missing)
    if missing:
        await publish(session)


async def _rows(session: AsyncSession) -> dict[tuple[Shelf, str], Published]:
    return {
        (shelf, row.key): row
        for shelf, table in TABLES.items()
        for row in await session.scalars(select(table))
    }


def _new(piece: Piece, now: datetime) -> Published:
    return TABLES[piece.shelf](
        key=piece.key, body=_plain(piece.body), source="file", version=1, edited_by="", edited_at=now
    )


async def publish(session: AsyncSession) -> None:
    """Raise the number of the edition and tell every process."""
    raised = await session.execute(update(ContentState).values(version=ContentState.version + 1))
    if raised.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has a row count
        session.add(ContentState(id=1, version=1))
    wake(session, "content")


def _plain(value: Any) -> Any:
    """Return *value* as JSON keeps it: dates and times as ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
