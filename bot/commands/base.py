"""What the commands share."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from config import files
from config.content import Content
from config.settings import Settings
from models import crypto
from models.base import Database
from models.content import published, version

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- argparse has no public name for it
else:
    Commands = object

Run = Callable[[Settings, argparse.Namespace], Awaitable[int | None]]


class Failed(Exception):  # noqa: N818 -- an answer to the person at the keyboard
    """A command cannot do what it was asked; the message says why, in one line."""


def command(commands: Commands, name: str, run: Run, about: str) -> argparse.ArgumentParser:
    """Add one command and return its parser for further arguments."""
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the database that the settings name, and close it."""
    crypto.use(settings.fernet_keys(), settings.secret())
    database = Database(settings.database)
    await database.start()
    try:
        yield database
    finally:
        await database.close()


async def current_content(settings: Settings) -> Content:
    """Return what is published, or the files where nothing is."""
    database = Database(settings.database)
    await database.start()
    try:
        async with database.transaction() as session:
            content = await published(session) if await version(session) else None
    except Exception:  # noqa: BLE001 -- no database yet, or an empty one: the files are the first edition
        content = None
    finally:
        await database.close()
    return content or Content.of(files.read(settings.content_dir))
