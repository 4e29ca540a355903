"""retention: what is kept longer than it should be, and forgetting it."""

import argparse
import sys
from collections.abc import Mapping
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from bot import clock
from bot.commands.base import Commands, Failed, command, opened
from config import files
from config.content import Content
from config.lists import Keep, Retained
from config.settings import Settings
from models import content as shelves
from models import retention
from models.base import Database


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "retention", run, "show what is kept too long by kind; --apply forgets it")
    parser.add_argument(
        "--apply", nargs="*", metavar="KIND", help="forget what goes by itself, and these kinds"
    )


async def run(settings: Settings, parsed: argparse.Namespace) -> None:
    """Show a line a kind and, when asked, forget."""
    async with opened(settings) as database:
        rules = await _rules(settings, database)
        named = set(parsed.apply or ())
        if unknown := sorted(named - set(rules)):
            raise Failed(f"there is no kind {unknown[0]}: {', '.join(rules)}")
        await _show(database, rules)
        if parsed.apply is None:
            return
        for kind, keep in rules.items():
            if keep.automatic or kind in named:
                print(f"{kind}: {await _apply(database, kind, keep)} forgotten")


async def _rules(settings: Settings, database: Database) -> Mapping[Retained, Keep]:
    async with database.transaction() as session:
        if await shelves.version(session):
            return (await shelves.published(session)).retention
    return Content.of(files.read(settings.content_dir)).retention


async def _show(database: Database, rules: Mapping[Retained, Keep]) -> None:
    table = Table("kind", "kept", "goes", "over", "oldest", box=None)
    for kind, keep in rules.items():
        async with database.transaction() as session:
            due = await retention.due(session, kind, timedelta(days=keep.days), now=clock.now())
        how = "by itself" if keep.automatic else "when confirmed"
        days = f"{keep.days} days" + ("" if keep.verified else " (unverified)")
        table.add_row(kind, days, how, str(due.number), f"{due.oldest:%Y-%m-%d}" if due.oldest else "")
    Console(file=sys.stdout, width=100).print(table)


async def _apply(database: Database, kind: str, keep: Keep) -> int:
    total = 0
    while True:
        async with database.transaction() as session:
            done = await retention.apply(session, kind, timedelta(days=keep.days), now=clock.now())
        total += done
        if not done:
            return total
