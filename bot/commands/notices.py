"""notices: write to many members, from a draft to the last letter."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.commands import notice_files, notice_views
from bot.commands.base import Commands, Failed, Run, command, opened
from config.settings import Settings
from handlers import noticing
from models import content, corrections, newsroom, notices, progress, wechat_reach
from models.base import Refused

FOLLOWED_SECONDS = 2.0


def add(commands: Commands) -> None:
    """Add the command with its steps."""
    top = command(commands, "notices", listed, "write to many members: draft, plan, approve, send, correct")
    steps = top.add_subparsers(metavar="STEP", title="steps")
    parser = command(steps, "draft", draft, "keep a notice that a YAML file describes; nothing leaves yet")
    parser.add_argument("file", type=Path, metavar="FILE.yaml")
    parser.add_argument(
        "--sheet", type=Path, metavar="SHEET.xlsx|csv", help="one line a member, with fields of its own"
    )
    parser.add_argument(
        "--replace", type=int, metavar="N", help="write notice N anew; it must be approved again"
    )
    _by(parser)
    command(steps, "list", listed, "list the notices, the newest first")
    command(steps, "templates", templates, "list the ready notices that a file may name as its template")
    _add_steps(steps)


def _add_steps(steps: Commands) -> None:
    """Add the steps that concern one notice."""
    parser = _numbered(steps, "show", show, "show one notice: its words, its steps, how it goes")
    parser.add_argument("--follow", action="store_true", help="go on showing until it has ended")
    parser.add_argument("--unions", action="store_true", help="how many got it in each union")
    _numbered(steps, "plan", plan, "tell whom it reaches, how, and when the last letter leaves")
    _by(_numbered(steps, "approve", approve, "let it go as it stands; a large one needs a second person"))
    parser = _numbered(steps, "send", send, "send an approved notice: now, or at its time")
    parser.add_argument(
        "--at", type=datetime.fromisoformat, metavar="TIME", help="as in 2026-12-01T09:00+08:00"
    )
    _by(parser)
    _by(_numbered(steps, "copy", copy, "make a draft with the same words and audience"))
    parser = _numbered(
        steps, "correct", correct, "stop it and tell what is right to exactly those who got it"
    )
    parser.add_argument("--what", required=True, help="what was wrong, as in 时间")
    parser.add_argument("--text", required=True, help="what is right, as in 12月3日上午9:00")
    _by(parser)
    _by(_numbered(steps, "retry", retry, "send the letters again that failed or of which nobody knows"))
    for name, about in (
        ("pause", "let no further letter leave"),
        ("cancel", "end it; what has left has left"),
    ):
        parser = _numbered(steps, name, pause if name == "pause" else cancel, about)
        parser.add_argument("--reason", required=True, help="why, for the record")
        if name == "cancel":
            parser.add_argument("--recall", action="store_true", help="also take back what a channel lets go")
        _by(parser)
    _by(_numbered(steps, "resume", resume, "let a paused notice go on"))


def _by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", required=True, help="who does it")


def _numbered(steps: Commands, name: str, run: Run, about: str) -> argparse.ArgumentParser:
    parser = command(steps, name, run, about)
    parser.add_argument("number", type=int, metavar="N")
    return parser


async def draft(settings: Settings, parsed: argparse.Namespace) -> int:
    """Keep a notice; lines of its sheet that lead to nobody are listed first, and make the exit code 1."""
    written = await notice_files.read(settings, parsed.file, parsed.sheet)
    async with _acting(settings) as session:
        notice, missed = await notice_files.keep(
            session, written, parsed.by, replace=parsed.replace, now=clock.now()
        )
    for number, why in missed:
        print(f"line {number}: {why}")
    print(f"notice {notice.id} is a draft; next: run_bot.py notices plan {notice.id}")
    return 1 if missed else 0


async def listed(settings: Settings, _: argparse.Namespace) -> None:
    """List the notices."""
    async with _acting(settings) as session:
        notice_views.show_list(await notices.listed(session))


async def templates(settings: Settings, _: argparse.Namespace) -> None:
    """List the ready notices."""
    async with _acting(settings) as session:
        notice_views.show_templates((await content.published(session)).notices)


async def show(settings: Settings, parsed: argparse.Namespace) -> None:
    """Show a notice, once or until it has ended."""
    with notice_views.Bar() as bar:
        while True:
            async with _acting(settings) as session:
                notice = await notices.locked(session, parsed.number)
                counted = await progress.counts(session, notice, now=clock.now())
                steps = await notices.steps(session, notice)
                unions = await progress.unions(session, notice) if parsed.unions else {}
            over = notice.state not in (notices.EXPANDING, notices.RUNNING)
            if over or not parsed.follow:
                break
            bar.update(notice, counted)
            await asyncio.sleep(FOLLOWED_SECONDS)
    notice_views.show(notice, counted, steps, unions)


async def plan(settings: Settings, parsed: argparse.Namespace) -> None:
    """Tell whom a notice reaches and when it is through."""
    async with _acting(settings) as session:
        notice = await notices.locked(session, parsed.number)
        forms = (await content.published(session)).wechat.forms
        found = await progress.forecast(
            session,
            notice,
            {"telegram": settings.telegram_rate, "wechat": settings.wechat_rate},
            wechat_reach.ways(settings.wechat_grade, forms, notice),
            now=clock.now(),
        )
    notice_views.show_plan(notice, found)


async def approve(settings: Settings, parsed: argparse.Namespace) -> None:
    """Approve a notice."""
    async with _acting(settings) as session:
        size = await newsroom.approve(session, parsed.number, parsed.by, now=clock.now())
    print(
        f"notice {parsed.number} is approved for {size} members; next: run_bot.py notices send {parsed.number}"
    )


async def send(settings: Settings, parsed: argparse.Namespace) -> None:
    """Schedule a notice."""
    if parsed.at is not None and parsed.at.tzinfo is None:
        raise Failed("--at needs its time zone, as in 2026-12-01T09:00+08:00")
    async with _acting(settings) as session:
        notice = await notices.schedule(session, parsed.number, parsed.by, send_at=parsed.at, now=clock.now())
    print(f"notice {notice.id} goes at {notice_views.moment(notice.send_at)}")


async def copy(settings: Settings, parsed: argparse.Namespace) -> None:
    """Make a draft from a notice."""
    async with _acting(settings) as session:
        notice = await notices.copy(session, parsed.number, parsed.by, now=clock.now())
    print(f"notice {notice.id} is a draft with the words of {parsed.number}")


async def correct(settings: Settings, parsed: argparse.Namespace) -> None:
    """Put a notice right."""
    async with _acting(settings) as session:
        shown = await content.published(session)
        right = await noticing.correct(
            session, shown, parsed.number, parsed.what, parsed.text, parsed.by, now=clock.now()
        )
    print(f"notice {parsed.number} is stopped; notice {right.id} puts it right: {right.text}")


async def retry(settings: Settings, parsed: argparse.Namespace) -> None:
    """Send failed letters again."""
    async with _acting(settings) as session:
        number = await corrections.again(session, parsed.number, parsed.by, now=clock.now())
    print(f"{number} letters of notice {parsed.number} are tried again")


async def pause(settings: Settings, parsed: argparse.Namespace) -> None:
    """Pause a notice."""
    async with _acting(settings) as session:
        await notices.pause(session, parsed.number, parsed.by, reason=parsed.reason, now=clock.now())
    print(f"notice {parsed.number} is paused; next: run_bot.py notices resume {parsed.number}")


async def resume(settings: Settings, parsed: argparse.Namespace) -> None:
    """Let a notice go on."""
    async with _acting(settings) as session:
        await notices.resume(session, parsed.number, parsed.by, now=clock.now())
    print(f"notice {parsed.number} goes on")


async def cancel(settings: Settings, parsed: argparse.Namespace) -> None:
    """End a notice, and take back what can be taken back."""
    async with _acting(settings) as session:
        if not parsed.recall:
            await notices.cancel(session, parsed.number, parsed.by, reason=parsed.reason, now=clock.now())
            print(f"notice {parsed.number} is cancelled")
            return
        back = await corrections.recall(
            session, parsed.number, parsed.by, reason=parsed.reason, now=clock.now()
        )
    print(f"notice {parsed.number} is cancelled; notice {back.id} takes its letters back")


@asynccontextmanager
async def _acting(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Open a transaction in which a refusal becomes the answer to the person at the keyboard."""
    async with opened(settings) as database, database.transaction() as session:
        try:
            yield session
        except Refused as refusal:
            text = (await content.published(session)).texts[f"refused.{refusal.reason}"].text
            raise Failed(text) from refusal
