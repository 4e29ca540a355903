"""export and erase for one person: all that is kept of them, to take away or to forget."""

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.commands.base import Commands, Failed, command, opened
from config.settings import Settings
from handlers import telling
from models import audit, content, erasure, leftovers, personal_data, portfolio, roster
from models.base import Database
from models.cases import Case
from models.erasure import Hold
from models.files import Store
from models.members import Member
from models.roster import Card
from models.sheets_out import Cell

WHO = "command line"
WHY = {
    "handoff": "talk {number} with a colleague is open",
    "case": "case {number} is open",
    "application": "application {number} is under way",
}


def add(commands: Commands) -> None:
    """Add the command; export stands with the other lists (bot/commands/lists.py)."""
    parser = command(commands, "erase", erase, "forget one person; without --yes only show what would go")
    parser.add_argument("member", nargs="?", type=int, help="the member's number")
    by(parser)
    parser.add_argument("--roster", action="store_true", help="also their line of the roster of cards")
    parser.add_argument("--yes", action="store_true", help="do it")


def by(parser: argparse.ArgumentParser) -> None:
    """Let a person be named otherwise than by their number."""
    parser.add_argument("--phone", default="", help="the telephone number of the person, instead of a number")
    parser.add_argument("--card", default="", help="their whole card number")
    parser.add_argument("--case", default="", help="the number of a case of theirs")


async def export(settings: Settings, parsed: argparse.Namespace, number: int | None) -> None:
    """Write all that is kept about one person into a ZIP: a table, and the files they sent."""
    async with opened(settings) as database:
        async with database.transaction() as session:
            member = await _one(session, parsed, number)
            rows = await personal_data.rows(session, member)
            files = await personal_data.files(session, member)
            audit.note(session, WHO, "export", f"/members/{member.id}", now=clock.now())
        out: Path = parsed.out or Path(f"member-{member.id}.zip")
        with out.open("wb") as pack:
            missing = await portfolio.write(Store(settings.files), rows, files, pack)
    print(
        f"{len(rows) - 1} lines, {len(files) - len(missing)} files in {out}; it is not encrypted: hand it over safely"
    )
    if missing:
        raise Failed(f"{len(missing)} files do not lie in the store any more")


async def erase(settings: Settings, parsed: argparse.Namespace) -> None:
    """Show what would go and, with --yes, forget it; refused while a talk, a case or a deadline is open."""
    async with opened(settings) as database:
        async with database.transaction() as session:
            member = await _one(session, parsed, parsed.member)
            held = await erasure.holds(session, member, now=clock.now())
            rows = await personal_data.rows(session, member)
            files = await personal_data.files(session, member)
        _preview(member, rows, len(files))
        if held:
            raise Failed("not yet: " + "; ".join(_why(hold) for hold in held))
        if not parsed.yes:
            print("nothing was deleted; add --yes to do it")
            return
        async with database.transaction() as session:
            await _forget(session, await session.get_one(Member, member.id), roster_too=parsed.roster)
        await _clean(settings, database)
    print(f"member {member.id} is forgotten; backups made before still hold them")


async def _one(session: AsyncSession, parsed: argparse.Namespace, number: int | None) -> Member:
    """Return the one member who is meant."""
    query = select(Member)
    if parsed.case:
        query = query.join(Case).where(Case.number == parsed.case)
    elif parsed.phone or parsed.card:
        query = query.join(Card, Card.id == Member.roster_id).where(
            roster.is_whole(parsed.phone or parsed.card)
        )
    elif number is not None:
        query = query.where(Member.id == number)
    else:
        raise Failed("say who: a member's number, --phone, --card or --case")
    found = list(await session.scalars(query.distinct().limit(2)))
    if len(found) != 1:
        raise Failed("more than one member is meant: give the number" if found else "there is no such member")
    return found[0]


def _preview(member: Member, rows: Sequence[Sequence[Cell]], files: int) -> None:
    print(f"member {member.id}: {len(rows) - 1} lines and {files} files would go, by kind:")
    for kind, lines in Counter(str(row[0]) for row in rows[1:]).items():
        print(f"  {kind}: {lines}")
    print("what stays: numbers for figures, consents without whose they are, the audit log with ids")


def _why(hold: Hold) -> str:
    until = f", its last deadline is {hold.until}" if hold.until else ""
    return WHY[hold.kind].format(number=hold.number) + until


async def _forget(session: AsyncSession, member: Member, *, roster_too: bool) -> None:
    card = await session.get(Card, member.roster_id) if member.roster_id and roster_too else None
    changes = await erasure.everything(session, member, now=clock.now())
    if card is not None:
        await session.delete(card)
    if changes:  # whoever is next in line hears of it
        await telling.tell_all_but(
            session, await content.published(session), member, changes, now=clock.now()
        )
    audit.note(session, WHO, "erase", f"/members/{member.id}", now=clock.now())


async def _clean(settings: Settings, database: Database) -> None:
    """Delete from the store what nobody needs any more, now and not within the hour."""
    store, more = Store(settings.files), True
    while more:
        async with database.transaction() as session:
            hashes = await leftovers.unneeded(session, before=leftovers.ABANDONED + timedelta(days=1))
        for digest in hashes:
            await store.delete(digest)
        async with database.transaction() as session:
            await leftovers.forget(session, hashes)
        more = bool(hashes)
