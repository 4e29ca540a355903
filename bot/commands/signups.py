"""import-signups, calls and note: what comes on paper, what goes out by telephone, and what members say to it."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.commands.base import Commands, Failed, command, opened
from config.content import Content
from config.settings import Settings
from handlers import telling
from models import calls, content, events, members, paper, sheets, sheets_out
from models.base import Database, Refused
from models.events import Event
from models.members import Member
from models.paper import Applicant
from models.places import Change

Bad = list[tuple[int, str]]


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands,
        "import-signups",
        load,
        "sign up for an event whoever stands in a table, by the rules that hold for all; may be repeated",
    )
    columns = f"columns {'、'.join(paper.NEEDED)}, and {'、'.join(paper.OPTIONAL)} if there are any"
    parser.add_argument("event", help="the event's name in the content, such as board-contest")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE.csv|xlsx", help=columns)
    parser.add_argument("--by", default="staff", help="who wrote the table down, for the record of consent")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")
    parser.add_argument("--template", type=Path, metavar="OUT.xlsx", help="write an empty table to fill in")
    parser = command(
        commands, "calls", call, "show whom to call about their sign-ups, and note what was done"
    )
    parser.add_argument("--done", type=int, metavar="ID", help="this member was told")
    parser.add_argument(
        "--missed", type=int, metavar="ID", help="nobody answered; it comes again in some hours"
    )
    parser.add_argument("--by", default="staff", help="who called")
    parser = command(commands, "note", note, "note what a member said of their sign-up on the telephone")
    parser.add_argument("event", help="the event's name in the content, such as board-contest")
    parser.add_argument("name", help="the member's name, as they signed up")
    parser.add_argument("phone", help="and their number")
    parser.add_argument("wish", choices=paper.ACTS, help="yes or no to an offer; not coming; another group")
    parser.add_argument("--group", default="", help="which group to move to")
    parser.add_argument("--reason", default="", help="why, for the record; needed to cancel and to move")
    parser.add_argument("--by", default="staff", help="who wrote it down")


async def load(settings: Settings, parsed: argparse.Namespace) -> int:
    """Check the whole table, then sign its good lines up; return 1 when a line is bad."""
    if parsed.template:
        parsed.template.write_bytes(sheets_out.xlsx([(*paper.NEEDED, *paper.OPTIONAL)], title="报名"))
        print(f"an empty table lies in {parsed.template}")
        return 0
    if parsed.file is None:
        raise Failed("name the table to import, or --template to get an empty one")
    try:
        good, bad = paper.check(sheets.read(parsed.file, paper.NEEDED, paper.OPTIONAL))
    except sheets.Unreadable as error:
        raise Failed(str(error)) from error
    async with opened(settings) as database:
        told = await _sign_up(database, parsed, good, bad)
    for number, why in sorted(bad):
        print(f"line {number}: {why}")
    summary = ", ".join(
        f"{told.count(what)} {what}" for what in ("confirmed", "waiting", "pending", "already")
    )
    print(f"{summary}, {len(bad)} bad{'; nothing was written' if parsed.dry_run else ''}")
    return 1 if bad else 0


async def _sign_up(
    database: Database, parsed: argparse.Namespace, good: Sequence[tuple[int, Applicant]], bad: Bad
) -> list[str]:
    async with database.transaction() as session:
        shown = await content.published(session)
        trial = await session.begin_nested()
        told = [what for line in good for what in await _one(session, shown, parsed, *line, bad)]
        await (trial.rollback() if parsed.dry_run else trial.commit())
    return told


async def _one(
    session: AsyncSession,
    shown: Content,
    parsed: argparse.Namespace,
    number: int,
    applicant: Applicant,
    bad: Bad,
) -> list[str]:
    event = await _event(session, parsed.event)
    now = clock.now()
    try:
        async with session.begin_nested():
            changes = await paper.sign_up(session, event, applicant, parsed.by, now=now)
    except Refused as refusal:
        bad.append((number, f"refused: {shown.texts[f'refused.{refusal.reason}'].text}"))
        return []
    await _tell(session, shown, changes, now=now)
    return [changes[0].what]


async def _tell(session: AsyncSession, shown: Content, changes: Sequence[Change], *, now: datetime) -> None:
    """Write to all whom it touches; who has no chat that reaches them knows from the paper, or the call, itself."""
    own = changes[0].place
    owner = await session.get_one(Member, own.member_id)
    knows = await members.only_when_they_come(session, owner)
    await telling.tell(session, shown, changes, but=own if knows else None, now=now)


async def _event(session: AsyncSession, name: str) -> Event:
    event = await events.by_slug(session, name)
    if event is None:
        raise Failed(f"there is no event {name}")
    return event


async def call(settings: Settings, parsed: argparse.Namespace) -> None:
    """Note what was done, then list the calls that wait."""
    async with opened(settings) as database, database.transaction() as session:
        try:
            if parsed.done is not None:
                await calls.done(session, parsed.done, parsed.by, now=clock.now())
            if parsed.missed is not None:
                await calls.missed(session, parsed.missed, now=clock.now())
        except Refused as refusal:
            raise Failed("there is no such call") from refusal
        for one in await calls.waiting(session, now=clock.now()):
            tries = f", tried {one.tries} times" if one.tries else ""
            print(f"{one.id}  {one.name}  {one.phone}{tries}\n    {one.text}")


async def note(settings: Settings, parsed: argparse.Namespace) -> None:
    """Do what a member asked for, and tell whom it touches."""
    now = clock.now()
    async with opened(settings) as database, database.transaction() as session:
        shown = await content.published(session)
        try:
            place = await paper.found(session, await _event(session, parsed.event), parsed.name, parsed.phone)
            changes = await paper.act(
                session, place, parsed.wish, parsed.by, reason=parsed.reason, group=parsed.group, now=now
            )
        except Refused as refusal:
            raise Failed(shown.texts[f"refused.{refusal.reason}"].text) from refusal
        await _tell(session, shown, changes, now=now)
    print(changes[0].what)
