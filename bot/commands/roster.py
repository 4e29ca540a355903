"""import-roster: who holds a 京卡, from a table that staff bring."""

import argparse
import sys
from pathlib import Path

from rich.progress import track

from bot import clock
from bot.commands.base import Commands, Failed, command, opened
from config.settings import Settings
from models import roster, sheets

PAGE = 500
"""Holders written in one transaction: a long import never holds up the service, and may be run again."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "import-roster",
        load,
        "take over the holders of a 京卡 from a table; good lines go in, bad ones are told by number; may be repeated",
    )
    columns = f"columns {'、'.join(roster.NEEDED)}, and {'、'.join(roster.OPTIONAL)} if there are any"
    parser.add_argument("file", type=Path, metavar="FILE.csv|xlsx", help=columns)
    parser.add_argument("--dry-run", action="store_true", help="only check the file; nothing is written")


async def load(settings: Settings, parsed: argparse.Namespace) -> int:
    """Check the whole file, then keep its good lines; return 1 when a line is bad."""
    try:
        lines = sheets.read(parsed.file, roster.NEEDED, roster.OPTIONAL)
    except sheets.Unreadable as error:
        raise Failed(str(error)) from error
    good, bad = roster.check(lines)
    for number, why in bad:
        print(f"line {number}: {why}")
    if parsed.dry_run:
        print(f"{len(good)} good, {len(bad)} bad; nothing was written")
    else:
        done = await _keep(settings, good, parsed.file.name)
        print(f"{done.new} new, {done.changed} changed, {done.same} as before, {len(bad)} bad")
    return 1 if bad else 0


async def _keep(settings: Settings, good: list[roster.Holder], source: str) -> roster.Import:
    total = roster.Import()
    pages = [good[at : at + PAGE] for at in range(0, len(good), PAGE)]
    async with opened(settings) as database:
        for page in track(pages, "importing", disable=not sys.stderr.isatty()):
            async with database.transaction() as session:
                total += await roster.put(session, page, source=source, now=clock.now())
    return total
