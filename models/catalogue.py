"""What lies on the shelves of content, as lists that staff look through, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Shelf
from models.content import TABLES, Published

PAGE = 50
SEARCHED = ("title", "answer", "fact", "detail", "papers", "english", "text")
ENTRIES: tuple[Shelf, ...] = ("programmes", "articles")


@dataclass(frozen=True, slots=True)
class Line:
    """One piece in a list: what it is called, how it stands, and the beginning of what it says."""

    shelf: Shelf
    key: str
    title: str
    source: str
    version: int
    edited_by: str
    edited_at: datetime
    checked_on: str


async def listed(
    session: AsyncSession, shelf: Shelf, *, words: str = "", page: int = 0
) -> tuple[Sequence[Line], bool]:
    """Return one page of a shelf by key, and whether there is more; *words* are looked for in names and answers."""
    table = TABLES[shelf]
    query = _lines(shelf).order_by(table.key)
    if words:
        parts = (table.body[name].as_string() for name in SEARCHED)
        query = query.where(or_(*(part.icontains(words, autoescape=True) for part in (table.key, *parts))))
    rows = list(await session.execute(query.offset(page * PAGE).limit(PAGE + 1)))
    return [_line(shelf, row) for row in rows[:PAGE]], len(rows) > PAGE


async def unchecked(session: AsyncSession) -> Sequence[Line]:
    """Return the entries that nobody has checked for longest."""
    found: list[Line] = []
    for shelf in ENTRIES:
        oldest = _lines(shelf).order_by(TABLES[shelf].body["checked_on"].as_string(), TABLES[shelf].key)
        found += [_line(shelf, row) for row in await session.execute(oldest.limit(PAGE))]
    return sorted(found, key=lambda line: (line.checked_on, line.key))[:PAGE]


async def one(session: AsyncSession, shelf: Shelf, key: str) -> Published | None:
    """Return a piece as it is published."""
    found: Published | None = await session.get(TABLES[shelf], key)
    return found


async def entry_shelf(session: AsyncSession, key: str) -> Shelf | None:
    """Return the shelf on which an entry lies."""
    for shelf in ENTRIES:
        if await session.get(TABLES[shelf], key) is not None:
            return shelf
    return None


def _lines(shelf: Shelf) -> Select[*tuple[Any, ...]]:
    table = TABLES[shelf]
    name = table.body["text" if shelf == "texts" else "title"].as_string()
    day = table.body["checked_on"].as_string()
    return select(table.key, name, table.source, table.version, table.edited_by, table.edited_at, day)


def _line(shelf: Shelf, row: Any) -> Line:
    key, title, source, version, by, at, day = row
    return Line(shelf, key, title or "", source, version, by, at, day or "")
