"""The content as it is published: first from files, then as staff have edited it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.content import Body, Content, Piece, Shelf
from models import drafts, versions
from models.base import Base, Moment, Refused, lock, wake
from models.versions import ContentVersion


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
    left: dict[tuple[Shelf, str], Any] = {}
    seen: set[tuple[Shelf, str]] = set()
    rows, kept = await _rows(session), await versions.last(session)
    for piece in pieces:
        seen.add((piece.shelf, piece.key))
        row = rows.get((piece.shelf, piece.key))
        body = plain(piece.body)
        if row is None:
            session.add(_new(piece, now, kept))
        elif row.body == body:
            continue
        elif row.source == "staff":
            left[piece.shelf, piece.key] = body
            continue
        else:
            _keep(session, piece.shelf, row)
            row.body, row.version, row.edited_at = body, row.version + 1, now
        changed.append(f"{piece.shelf}/{piece.key}")
    for (shelf, key), row in rows.items():
        if (shelf, key) not in seen and row.source == "file":
            _keep(session, shelf, row)
            await session.delete(row)
            changed.append(f"{shelf}/{key}")
    await drafts.offer(session, left, now=now)
    if changed:
        await publish(session)
    return changed, [f"{shelf}/{key}" for shelf, key in left]


async def complete(session: AsyncSession, pieces: Iterable[Piece], *, now: datetime) -> None:
    """Add the sentences and lists that a newer version of the program needs; what is there stays."""
    rows, kept = await _rows(session), await versions.last(session)
    missing = [p for p in pieces if p.shelf in {"texts", "lists"} and (p.shelf, p.key) not in rows]
    session.add_all(_new(piece, now, kept) for piece in missing)
    if missing:
        await publish(session)


async def _rows(session: AsyncSession) -> dict[tuple[Shelf, str], Published]:
    """Return everything that is published, for one process alone: two may start on an empty database at once."""
    await lock(session, "content")
    return {
        (shelf, row.key): row
        for shelf, table in TABLES.items()
        for row in await session.scalars(select(table))
    }


def _new(piece: Piece, now: datetime, kept: Mapping[tuple[str, str], int]) -> Published:
    number = kept.get((piece.shelf, piece.key), 0) + 1
    return TABLES[piece.shelf](
        key=piece.key, body=plain(piece.body), source="file", version=number, edited_by="", edited_at=now
    )


def _keep(session: AsyncSession, shelf: Shelf, row: Published) -> None:
    session.add(
        ContentVersion(
            shelf=shelf, key=row.key, version=row.version, body=row.body, source=row.source,
            by=row.edited_by, at=row.edited_at,
        )
    )  # fmt: skip


async def save(
    session: AsyncSession,
    shelf: Shelf,
    key: str,
    body: Body,
    *,
    was: int | None = None,
    source: str = "staff",
    by: str,
    now: datetime,
) -> Content:
    """Publish a piece as staff have written it and return all content; *was* is the version that they saw, 0 for none.

    Raises Refused: content_changed when somebody else was quicker; ContentError when all content would not hold together.
    """
    row = await _held(session, shelf, key)
    number = row.version if row else (await versions.last(session)).get((shelf, key), 0)
    if was is not None and was != (row.version if row else 0):
        raise Refused("content_changed")
    if row is None:
        row = TABLES[shelf](key=key)
        session.add(row)
    else:
        _keep(session, shelf, row)
    row.body, row.source, row.version, row.edited_by, row.edited_at = plain(body), source, number + 1, by, now
    await publish(session)
    return await published(session)


async def remove(session: AsyncSession, shelf: Shelf, key: str) -> Content:
    """Take away a piece that staff have made and return all content; its versions stay.

    Raises Refused: content_of_files; ContentError when something leads to it.
    """
    row = await _held(session, shelf, key)
    if row is None or row.source != "staff" or await versions.was_in_files(session, shelf, key):
        raise Refused("content_of_files")
    _keep(session, shelf, row)
    await session.delete(row)
    await publish(session)
    return await published(session)


async def _held(session: AsyncSession, shelf: Shelf, key: str) -> Published | None:
    """Return a piece; who changes content waits here for others who do, so that the whole is checked as it will be."""
    await lock(session, "content")
    found: Published | None = await session.get(TABLES[shelf], key, populate_existing=True)
    return found


async def publish(session: AsyncSession) -> None:
    """Raise the number of the edition and tell every process."""
    raised = await session.execute(update(ContentState).values(version=ContentState.version + 1))
    if raised.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has a row count
        session.add(ContentState(id=1, version=1))
    wake(session, "content")


def plain(value: Any) -> Any:
    """Return *value* as JSON keeps it: dates and times as ISO text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
