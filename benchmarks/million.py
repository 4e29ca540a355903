"""One notice to a million members: its letters written, claimed and settled, and an offer put into it, on both databases.

Each database is measured in a process of its own, so that its memory is told apart; the channel is a sink.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from benchmarks.memory import resident
from benchmarks.report import Row, figure, versus
from benchmarks.turns import databases
from bot.delivery import Delivery
from config.notices import Plan
from models import crypto, expansion, notices, outbox
from models.base import Database, Refused
from models.messages import Address, Outgoing
from models.outbox import Letter
from tests.processes import ROOT

MEMBERS, SENT, OFFERS = 1_000_000, 20_000, 5
FREE_RATE, TELEGRAMS = 1e6, 30.0
PEOPLE = (
    "INSERT INTO members (id, union_name, joined_at, wants_news) WITH RECURSIVE n(i) AS"
    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT i, 'union ' || i % 500, :now, true FROM n"
)
CONTACTS = (
    "INSERT INTO contacts (channel, address, member_id, dead_reason)"
    " SELECT 'telegram', CAST(id AS VARCHAR), id, '' FROM members"
)


class Sink:
    """A channel that takes everything at once and remembers when."""

    name = "telegram"
    private = False

    def __init__(self, rate: float) -> None:
        self.rate: float | None = rate
        self.taken = 0
        self.offers: list[float] = []

    async def listen(self, receive: object) -> None:
        """Hear nothing."""

    async def send(self, address: str, message: Outgoing) -> str:
        """Take a letter."""
        self.taken += 1
        if message.lane != "bulk":
            self.offers.append(time.perf_counter())
        return f"{address}:{self.taken}"

    async def fetch(self, reference: str) -> bytes:
        """Refuse: nothing is ever sent to it."""
        raise Refused(reference)


async def rows() -> list[Row]:
    """Measure both databases, one after the other."""
    lite, full = [await _in_its_own_process(kind) for kind in ("sqlite", "postgresql")]
    return [
        versus(
            "notice to 1,000,000 members written, SQLite", lite["written"], full["written"], "/s", against="PostgreSQL",
            how=f"the longest step {figure(lite['step'])} ms and {figure(full['step'])} ms",
        ),
        versus(
            "its letters claimed, filled in, settled, SQLite", lite["sent"], full["sent"], "/s", against="PostgreSQL",
            how="one process, no limit, a sink as the channel",
        ),
        versus("disk a letter, SQLite", lite["disk"], full["disk"], "bytes", against="PostgreSQL", how="with indexes"),
        versus("memory of the process, SQLite", lite["memory"], full["memory"], "MB", against="PostgreSQL"),
        versus(
            "offer put into it, longest way to the channel, SQLite", lite["offer"], full["offer"], "ms",
            against="PostgreSQL", how="at Telegram's 30 a second; 2,000 ms are allowed",
        ),
    ]  # fmt: skip


async def _in_its_own_process(kind: str) -> dict[str, float]:
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.million", kind, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await run.communicate()
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


async def _measured(kind: str) -> dict[str, float]:
    async with databases() as both:
        database = next(found for found in both if found.kind == kind)
        await _people(database)
        before = await _size(database)
        begun = time.perf_counter()
        step = await expanded(database)
        written = MEMBERS / (time.perf_counter() - begun)
        disk = (await _size(database) - before) / MEMBERS
        if kind == "postgresql":
            await _statement(database, "ANALYZE")
        sent = await _sent(database)
        offer = await _offered(database)
    memory = resident("self", highest=True)
    return {"written": written, "step": step, "disk": disk, "sent": sent, "offer": offer, "memory": memory}


async def _people(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text(PEOPLE), {"most": MEMBERS, "now": datetime.now(UTC)})
        await session.execute(text(CONTACTS))
    if database.kind == "postgresql":
        await _statement(database, "ANALYZE")


async def _statement(database: Database, said: str) -> None:
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text(said))


async def _size(database: Database) -> float:
    if database.kind == "sqlite":
        file = Path(database.engine.url.database or "")
        return sum(os.path.getsize(part) for part in file.parent.glob(f"{file.name}*"))  # noqa: PTH202, ASYNC240
    async with database.transaction() as session:
        return float(await session.scalar(text("SELECT pg_total_relation_size('outbox')")) or 0)


async def expanded(database: Database) -> float:
    """Write the letters and return the longest step in milliseconds: on SQLite members wait for it."""
    plan = Plan.model_validate(
        {"title": "演示", "text": "{name}，演示。", "kind": "urgent", "audience": {"everybody": True}}
    )
    async with database.transaction() as session:
        now = datetime.now(UTC)
        notice = await notices.draft(session, plan, "one", now=now)
        await notices.approve(session, notice.id, "another", size=MEMBERS, now=now)
        await notices.schedule(session, notice.id, "another", now=now)
    async with database.transaction() as session:
        await expansion.win(session, owner="bench", now=datetime.now(UTC))
    longest, more = 0.0, True
    while more:
        begun = time.perf_counter()
        async with database.transaction() as session:
            more = await expansion.write(session, notice.id, owner="bench", now=datetime.now(UTC))
        longest = max(longest, time.perf_counter() - begun)
    return longest * 1000


async def settled(database: Database) -> None:
    """Wait until no letter waits or is under way."""
    open_letters = select(func.count()).where(Letter.state.in_(("waiting", "leased")))
    while True:
        async with database.transaction() as session:
            if not await session.scalar(open_letters):
                return
        await asyncio.sleep(0.02)


@asynccontextmanager
async def _delivering(database: Database, sink: Sink) -> Any:
    task = asyncio.create_task(Delivery(database, [sink], lambda: datetime.now(UTC), "bench").run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sent(database: Database) -> float:
    sink = Sink(FREE_RATE)
    async with _delivering(database, sink):
        await asyncio.sleep(1)
        first, begun = sink.taken, time.perf_counter()
        while sink.taken < first + SENT:
            await asyncio.sleep(0.05)
        return (sink.taken - first) / (time.perf_counter() - begun)


async def _offered(database: Database) -> float:
    """Return the longest time in milliseconds from the commit of an offer to its channel."""
    sink, put = Sink(TELEGRAMS), []
    async with _delivering(database, sink):
        for number in range(OFFERS):
            await asyncio.sleep(0.5)
            async with database.transaction() as session:
                offer = Outgoing("轮到您了（演示）", lane="timely")
                at = Address("telegram", str(MEMBERS - number))
                await outbox.put(session, at, offer, due=datetime.now(UTC))
            put.append(time.perf_counter())
        await asyncio.sleep(2)
    return max(arrived - left for left, arrived in zip(put, sink.offers, strict=True)) * 1000


if __name__ == "__main__":
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    crypto.use([crypto.new_key()], b"a secret for benchmarks")
    print(json.dumps(asyncio.run(_measured(sys.argv[1]))))
