"""door and export: the link for checking members in, and what is taken away: of one person everything, of an event its lists, pages and works."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.commands import persons
from bot.commands.base import Commands, Failed, command, opened
from bot.web import greeting, pages
from config.settings import Settings
from handlers import wording
from models import doors, events, lists, packs, sheets_out, works
from models.base import Database, Refused
from models.events import Event
from models.files import Store
from models.sheets_out import Cell

TABLES, PRINTED = ("roster", "attendance", "waiting"), ("signin", "tables", "badges")
Table = list[Sequence[Cell]]
TITLES = {"roster": "名单", "attendance": "到场", "waiting": "排队"}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "door", door, "make the link with which members are checked in at the door")
    parser.add_argument("event", help="the event's name in the content, such as board-contest")
    parser.add_argument("--by", required=True, help="the colleague whom it is made out to")
    about = "write all that is kept of one person; or a list of an event, pages to print, its photos"
    parser = command(commands, "export", export, about)
    parser.add_argument(
        "of", nargs="?", default="", help="a member's number; or an event's name in the content"
    )
    parser.add_argument(
        "what", nargs="?", choices=(*TABLES, *PRINTED, "entries"), help="which list of the event"
    )
    persons.by(parser)
    parser.add_argument("-o", "--out", type=Path, help=".zip; of lists .xlsx or .csv; .html to print")
    parser.add_argument(
        "--full-phones", metavar="WHO", default="", help="show phones in full to this colleague"
    )
    parser.add_argument("--reason", default="", help="why phones must be shown; it is written down")


async def door(settings: Settings, parsed: argparse.Namespace) -> None:
    """Print the link with which a colleague checks members in."""
    async with opened(settings) as database, database.transaction() as session:
        token = doors.token(await _event(session, parsed.event), parsed.by, now=clock.now())
    print(f"{greeting.site(settings)}/checkin/{token}")
    print("whoever has this link can check members in, in your name: send it to nobody else")


async def export(settings: Settings, parsed: argparse.Namespace) -> None:
    """Write one list of an event, or one person."""
    if parsed.what is None:
        await persons.export(settings, parsed, _number(parsed.of))
        return
    kinds = (
        (".html",) if parsed.what in PRINTED else (".zip",) if parsed.what == "entries" else (".xlsx", ".csv")
    )
    if parsed.out is None:
        raise Failed("say with -o where to write it")
    if parsed.out.suffix not in kinds:
        raise Failed(f"{parsed.out.name}: this is written to a file ending in {' or '.join(kinds)}")
    async with opened(settings) as database:
        if parsed.what == "entries":
            await _entries(settings, database, parsed)
            return
        kind: lists.Kind = parsed.what if parsed.what in TABLES else "roster"
        async with database.transaction() as session:
            event = await _event(session, parsed.of)
            try:
                table = await lists.rows(
                    session, event, kind, staff=parsed.full_phones, reason=parsed.reason, now=clock.now()
                )
            except Refused as refusal:
                raise Failed("say with --reason why phones must be shown in full") from refusal
    parsed.out.write_bytes(_written(event, parsed, table))
    print(f"{len(table) - 1} in {parsed.out}")


def _number(said: str) -> int | None:
    if said and not (said.isascii() and said.isdecimal()):
        raise Failed(
            f"{said} is no member's number; of an event say which list, such as: export {said} roster"
        )
    return int(said) if said else None


async def _event(session: AsyncSession, name: str) -> Event:
    event = await events.by_slug(session, name)
    if event is None:
        raise Failed(f"there is no event {name}")
    return event


def _written(event: Event, parsed: argparse.Namespace, table: Table) -> bytes:
    if parsed.what in PRINTED:
        return _printed(event, parsed.what, table[1:]).encode()
    if parsed.out.suffix == ".csv":
        return sheets_out.csv_bytes(table)
    return sheets_out.xlsx(table, title=TITLES[parsed.what])


def _printed(event: Event, what: str, rows: Table) -> str:
    groups = lists.grouped(rows)
    date = wording.when(event.starts) if event.starts else ""
    return pages.text(f"print/{what}.html", event=event, rows=rows, groups=groups, date=date, title=what)


async def _entries(settings: Settings, database: Database, parsed: argparse.Namespace) -> None:
    async with database.transaction() as session:
        found = await works.entered(session, (await _event(session, parsed.of)).slug)
    with parsed.out.open("wb") as out:
        missing = await packs.jury(Store(settings.files), found, out)
    print(f"{len(found) - len(missing)} in {parsed.out}")
    if missing:
        raise Failed(f"no picture lies in the store for {'、'.join(missing)}")
