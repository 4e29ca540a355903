"""Notices end to end: our postman, which stores every step, against plain loops that store nothing; same receiver."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from sqlalchemy import delete, insert
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from benchmarks import million, platform
from benchmarks.report import Row, figure, median, versus
from bot.channels.telegram import Telegram
from bot.delivery import Delivery
from config.settings import Settings
from models import migrate
from models.base import Database
from models.files import Store
from models.members import Contact, Member
from models.outbox import Letter

Sender = Callable[[], Awaitable[None]]
MEMBERS, ROUNDS, UNLIMITED = 1000, 3, 100_000.0
TEXT = "演示，演示。"
PEERS = ("a python-telegram-bot loop with AIORateLimiter", "an aiogram loop")


async def rows() -> list[Row]:
    """Send the same notice to the same members by each; the first round warms up."""
    speed: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    async with platform.serving() as server, _senders(server) as senders:
        for round_ in range(ROUNDS + 1):
            for name, send in senders.items():
                begun, used = time.perf_counter(), time.process_time()
                await send()
                used, taken = time.process_time() - used, time.perf_counter() - begun
                if round_:
                    speed.setdefault(name, []).append(MEMBERS / taken)
                    cpu.setdefault(name, []).append(used * 1e6 / MEMBERS)
    found = []
    for peer in PEERS:
        how = f"CPU {figure(median(cpu['ours']) / 1000)} s for 1,000 against {figure(median(cpu[peer]) / 1000)} s"
        rates = median(speed["ours"]), median(speed[peer])
        found.append(versus("notices end to end, one core", *rates, "/s", against=peer, how=how))
    return found


@asynccontextmanager
async def _senders(server: platform.Platform) -> AsyncIterator[dict[str, Sender]]:
    aiogram = AiogramBot(platform.TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.url)))
    limiter = AIORateLimiter(overall_max_rate=UNLIMITED, overall_time_period=1, group_max_rate=0)
    theirs = ExtBot(
        platform.TOKEN,
        base_url=f"{server.url}/bot",
        request=HTTPXRequest(connection_pool_size=64),
        rate_limiter=limiter,
    )

    async def plain() -> None:
        for chat in range(1, MEMBERS + 1):
            await theirs.send_message(chat, TEXT)

    async def with_aiogram() -> None:
        for chat in range(1, MEMBERS + 1):
            await aiogram.send_message(chat, TEXT)

    async with _ours(server.url) as ours, theirs:
        yield {"ours": ours, PEERS[0]: plain, PEERS[1]: with_aiogram}
    await aiogram.session.close()


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[Sender]:
    """Yield what sends a notice through the outbox: letters written, claimed, sent, settled, the notice done."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, data_dir=Path(folder), telegram_bot_token=platform.TOKEN, telegram_api_url=url,
        )  # fmt: skip
        database = Database(settings.database)
        await migrate.create(database)
        await _people(database)
        async with aiohttp.ClientSession() as http:
            channel = Telegram(settings, http, lambda: datetime.now(UTC), Store(settings.files))
            channel.rate = UNLIMITED

            async def send() -> None:
                async with database.transaction() as session:
                    await session.execute(delete(Letter))
                await million.expanded(database)
                task = asyncio.create_task(
                    Delivery(database, [channel], lambda: datetime.now(UTC), "bench").run()
                )
                await million.settled(database)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

            yield send
        await database.close()


async def _people(database: Database) -> None:
    async with database.transaction() as session:
        now, numbers = datetime.now(UTC), range(1, MEMBERS + 1)
        await session.execute(
            insert(Member), [{"id": n, "joined_at": now, "wants_news": True} for n in numbers]
        )
        at = [{"channel": "telegram", "address": str(n), "member_id": n} for n in numbers]
        await session.execute(insert(Contact), at)
