"""The content that is published now, with its search index built off the event loop."""

import asyncio
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import clock
from config import files
from config.content import Content, ContentError, Piece
from config.settings import Settings
from handlers import editing
from handlers.dialogue import Dialogue, Edition
from handlers.router import Router
from handlers.safety import Safety
from handlers.search.index import Index
from models import content as shelves
from models.base import Database, Refused

log = structlog.get_logger()


async def make(content: Content) -> Edition:
    """Build what answers need from *content*, without holding up the event loop."""
    index = await asyncio.to_thread(Index.build, content.entries, content.guards, content.development)
    return Edition(content, index, Safety(content.danger))


async def load_files(database: Database, settings: Settings, *, now: datetime) -> tuple[list[str], list[str]]:
    """Publish what is new in the files; return what changed and what staff have edited and is left alone.

    Raises ContentError when a file is wrong; then nothing changes.
    """
    pieces = _read(settings, now)
    async with database.transaction() as session:
        return await shelves.load(session, pieces, now=now)


def _read(settings: Settings, now: datetime) -> list[Piece]:
    zone = ZoneInfo(settings.timezone)
    demo = now.astimezone(zone).date() if settings.demo else None
    pieces = files.read(settings.content_dir, demo=demo, zone=zone)
    Content.of(pieces)
    return pieces


async def first(database: Database, settings: Settings, router: Router, *, now: datetime) -> Edition:
    """Return the published edition: the files in an empty database (and for fresh demo dates), else what it holds.

    Raises ContentError when the content is wrong.
    """
    async with database.transaction() as session:
        empty = await shelves.version(session) == 0
    pieces = _read(settings, now)
    if empty or settings.demo:
        async with database.transaction() as session:
            await shelves.load(session, pieces, now=now)
    async with database.transaction() as session:
        await shelves.complete(session, pieces, now=now)
        content = await shelves.published(session)
        await editing.settle(session, content, now=now)
    router.check(content)
    return await make(content)


async def refresh(database: Database, dialogue: Dialogue) -> None:
    """Take over a newer edition; until it is ready, and when it is wrong, the present one goes on answering."""
    async with database.transaction() as session:
        if await shelves.version(session) == dialogue.edition.content.version:
            return
        try:
            async with session.begin_nested():
                content = await shelves.published(session)
                dialogue.router.check(content)
                await editing.settle(session, content, before=dialogue.edition.content, now=clock.now())
        except (
            ContentError,
            Refused,
        ) as error:  # the latter: a rule of places forbids what an event is to become
            log.error("content refused", problem=str(error))  # noqa: TRY400 -- the line says all
            return
    dialogue.edition = await make(content)
    log.info("content", version=content.version)


async def follow(database: Database, dialogue: Dialogue) -> None:
    """Take over each newer edition as soon as it is told of; the clock's job stands behind this."""
    told = asyncio.Event()
    database.listen(lambda name: told.set() if name == "content" else None)
    while True:
        await told.wait()
        told.clear()
        with suppress(SQLAlchemyError):
            await refresh(database, dialogue)
