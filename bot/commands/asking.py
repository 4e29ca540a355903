"""ask: what a member would read, for one question or a file of them."""

import argparse
import json
import sys
from pathlib import Path

import structlog
from rich.progress import track

from bot import clock, edition
from bot.commands.base import Commands, Failed, command, current_content
from config.settings import Settings
from handlers.dialogue import Dialogue, Edition
from handlers.members import services
from handlers.router import Router
from models import crypto, migrate, outbox
from models.base import Database
from models.messages import Address, Incoming, Outgoing

ASKER = Address("web", "command-line")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "ask", ask, "print the answer a member would read")
    parser.add_argument("question", nargs="?", help="the question, in a member's words")
    parser.add_argument(
        "--batch",
        type=Path,
        metavar="FILE",
        help='read {"q": …} a line, print {"q", "decision", "ranked"} a line',
    )


async def ask(settings: Settings, parsed: argparse.Namespace) -> int | None:
    """Answer one question or a file of them; nothing is kept."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if (parsed.question is None) == (parsed.batch is None):
        print("ask needs a question or --batch FILE", file=sys.stderr)
        return 2
    made = await _edition(settings)
    if parsed.batch is not None:
        _batch(made, parsed.batch)
    else:
        await _one(made, parsed.question)
    return None


async def _edition(settings: Settings) -> Edition:
    return await edition.make(await current_content(settings))


def _batch(made: Edition, file: Path) -> None:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    shown = not sys.stdout.isatty() and sys.stderr.isatty()
    for number, line in enumerate(track(lines, "asking", disable=not shown), 1):
        try:
            question = json.loads(line)["q"]
        except (ValueError, KeyError, TypeError) as error:
            raise Failed(f'{file.name}: line {number} is not {{"q": …}}') from error
        found = made.index.search(str(question))
        ranked = [[topic, round(score, 4)] for topic, score in found.ranked]
        print(json.dumps({"q": question, "decision": found.decision, "ranked": ranked}, ensure_ascii=False))


async def _one(made: Edition, question: str) -> None:
    crypto.use([crypto.new_key()], b"nothing is kept")
    database = Database("sqlite:///:memory:")
    await migrate.create(database)
    dialogue = Dialogue(Router(services()), made)
    async with database.transaction() as session:
        await dialogue.answer(session, Incoming("1", ASKER, text=question), clock.now())
    async with database.transaction() as session:
        letters = await outbox.fetch(session, ASKER.id, after=None, limit=10)
    await database.close()
    for letter in letters:
        print(_readable(letter.message))


def _readable(letter: Outgoing) -> str:
    buttons = " ".join(f"[{choice.label}]" for choice in letter.choices)
    return f"{letter.text}\n{buttons}".rstrip()
