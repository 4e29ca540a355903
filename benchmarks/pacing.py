"""Pacing: replies pass a queue of notices, and no second holds more than the rate allows."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from benchmarks import platform
from benchmarks.report import Row, figure, median, p99
from benchmarks.telegram_updates import HEADER, SECRET, environment
from models import outbox
from models.base import Database
from models.messages import Address, Outgoing
from tests.pace import fullest_second
from tests.processes import serving as service

RATE, NOTICES, REPLIES, PAUSE = 30, 240, 40, 0.2
FIRST_READER, FIRST_ASKER = 100_000, 500_000
BULK_SHARE = 0.8


async def rows() -> list[Row]:
    """Send notices while members ask; tell how long they wait and how even the letters leave."""
    async with platform.serving() as server:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            async with service(folder, **environment(server.url, rate=str(RATE))) as running:
                await _put_notices(folder)
                asked = await _ask(f"{running.url}/telegram/webhook")
                arrived = await _arrived(server)
    at = dict(arrived)
    waits = [(at[chat] - when) * 1000 for chat, when in asked.items()]
    bulk = sorted(when for chat, when in arrived if int(chat) < FIRST_ASKER)
    used = (len(bulk) - 1) / (bulk[-1] - bulk[0]) / (RATE * BULK_SHARE)
    most = fullest_second(sorted(at.values()))
    return [
        Row(
            f"reply while {NOTICES} notices wait, p99",
            f"{figure(p99(waits))} ms",
            how=f"median {figure(median(waits))} ms, from the post to the arrival of the letter",
        ),
        Row(
            "most letters in any second at the receiver",
            f"{most}",
            f"{RATE} (what is allowed)",
            f"{most / RATE:.2f}",
        ),
        Row("share used of what notices may use", f"{used:.0%}", how=f"{BULK_SHARE:.0%} of {RATE} a second"),
    ]


async def _put_notices(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    letter = Outgoing("会员通知（演示）", lane="bulk")
    now = datetime.now(UTC)
    async with database.transaction() as session:
        for number in range(NOTICES):
            await outbox.put(session, Address("telegram", str(FIRST_READER + number)), letter, due=now)
    await database.close()


async def _ask(hook: str) -> dict[str, float]:
    """Let a new member ask now and then; return when each did."""
    asked = {}
    async with aiohttp.ClientSession() as http:
        await asyncio.sleep(2)  # the notices are on their way
        for number in range(REPLIES):
            chat = FIRST_ASKER + number
            said = platform.update(number + 1, chat, "欠薪两个月了怎么办")
            asked[str(chat)] = time.time()
            async with http.post(hook, json=said, headers={HEADER: SECRET}) as answer:
                answer.raise_for_status()
            await asyncio.sleep(PAUSE)
    return asked


async def _arrived(server: platform.Platform) -> list[tuple[str, float]]:
    async with asyncio.timeout(60):
        while await server.count() < NOTICES + REPLIES:
            await asyncio.sleep(0.1)
    return await server.arrived()
