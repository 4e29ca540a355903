"""rotate-keys: everything that lies encrypted gets the first of FIELD_KEYS, beside a running service."""

import argparse
import sys

from cryptography.fernet import InvalidToken
from rich.progress import track
from sqlalchemy import Table

from bot.commands.base import Commands, Failed, command, opened
from config.settings import Settings
from models import rotation
from models.base import Database
from models.rotation import Place

PASSES = 5


def add(commands: Commands) -> None:
    """Add the command."""
    about = "encrypt every secret anew with the first of FIELD_KEYS, so that the others can go; may be stopped and repeated"
    command(commands, "rotate-keys", rotate, about)


async def rotate(settings: Settings, _: argparse.Namespace) -> None:
    """Go through all tables until nothing lies under another key; rows in use are met again on the next pass."""
    async with opened(settings) as database:
        renewed = 0
        for _pass in range(PASSES):
            for table in track(rotation.tables(), "renewing", disable=not sys.stderr.isatty()):
                renewed += await _table(database, table)
            if not (left := await behind(database)):
                print(f"{renewed} rows renewed; only the first of FIELD_KEYS is still needed")
                return
        raise Failed(f"{renewed} rows renewed, {left} are in use all the time: run it again")


async def behind(database: Database) -> int:
    """Count the rows that lie under another key than the first."""
    found = 0
    for table in rotation.tables():
        at: Place | None = None
        while True:
            async with database.transaction() as session:
                some, at = await rotation.behind(session, table, at)
            found += some
            if at is None:
                break
    return found


async def _table(database: Database, table: Table) -> int:
    renewed = 0
    at: Place | None = None
    while True:
        try:
            async with database.transaction() as session:
                done = await rotation.turn(session, table, at)
        except InvalidToken as error:
            raise Failed(f"{table.name}: a row lies under a key that is not among FIELD_KEYS") from error
        renewed += done.renewed
        if done.last is None:
            return renewed
        at = done.last
