"""The pages of the console on a federation's worth of rows, against a bare page of the same server."""

import gc
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import Row, figure, versus
from bot import edition
from config import files
from config.content import Content
from config.settings import CONTENT_DIR
from handlers import staff as staff_pages
from models import content, migrate
from models.base import Database
from models.rights import ROLES
from tests import crowd
from tests.office import Desk, office

MEMBERS, EVENTS, TALKS, NOTICES, TIMES = 5_000, 40, 300, 30, 20
THERE = {"{number}": "3", "{key}": "crowd-10", "{name}": "texts"}


async def rows() -> list[Row]:
    """Open every page twenty times, the log-in page between them."""
    made, now = await edition.make(Content.of(files.read(CONTENT_DIR))), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/console.db")
        await migrate.create(database)
        async with database.transaction() as session:
            await content.load(session, files.read(CONTENT_DIR), now=now)
            await crowd.fill(session, members=MEMBERS, events=EVENTS, talks=TALKS, notices=NOTICES, now=now)
        async with office(database, made, lambda: datetime.now(UTC), Path(folder)) as here:
            gc.collect()
            gc.freeze()  # as the service does once it has started
            boss = await here.enter("boss", *ROLES)
            measured = {page.path: await _opened(boss, _address(page.path)) for page in staff_pages.pages()}
            bare = await _opened(boss, "/login")
        await database.close()
    slowest = max(measured, key=lambda path: _p95(measured[path]))
    every = [taken for times in measured.values() for taken in times]
    told = f"{len(measured)} pages, {MEMBERS:,} members, {EVENTS} events, {TALKS} talks; p95 of all {figure(_p95(every))} ms"
    return [
        versus(
            f"console, slowest page ({slowest}), p95", _p95(measured[slowest]), _p95(bare), "ms",
            against="the log-in page", how=told,
        )
    ]  # fmt: skip


def _address(path: str) -> str:
    for part, value in THERE.items():
        path = path.replace(part, value)
    return path


async def _opened(desk: Desk, path: str) -> list[float]:
    """Return how long the page takes each time, in milliseconds, the first left out."""
    taken = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        await desk.open(path)
        taken.append((time.perf_counter() - start) * 1000)
    return taken[1:]


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
