"""Letters sent: our transport against the library's own and against aiogram."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import Bot
from telegram.request import HTTPXRequest

from benchmarks import platform
from benchmarks.report import Row, figure, median, versus
from bot.channels.telegram.request import Request

Send = Callable[[int], Awaitable[object]]
LETTERS, ROUNDS, AT_ONCE = 400, 3, (1, 10, 50)
TEXT = "您好，您报的中国象棋（演示）明天上午9:00开始。"


async def rows() -> list[Row]:
    """Measure sends per second and CPU at each number of letters under way."""
    found = []
    async with platform.serving() as server, _senders(server.url) as senders:
        for at_once in AT_ONCE:
            speed: dict[str, list[float]] = {name: [] for name in senders}
            cpu: dict[str, list[float]] = {name: [] for name in senders}
            for round_ in range(ROUNDS + 1):
                for name, send in senders.items():
                    rate, used = await _sent(send, at_once)
                    if round_:
                        speed[name].append(rate)
                        cpu[name].append(used)
            for peer in ("python-telegram-bot's own", "aiogram"):
                how = f"CPU a letter {figure(median(cpu['ours']))} ms against {figure(median(cpu[peer]))} ms"
                rates = median(speed["ours"]), median(speed[peer])
                found.append(
                    versus(f"Telegram sends, {at_once} at once", *rates, "/s", against=peer, how=how)
                )
    return found


@asynccontextmanager
async def _senders(url: str) -> AsyncIterator[dict[str, Send]]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    aiogram = AiogramBot(platform.TOKEN, session=session)
    async with aiohttp.ClientSession() as http:
        own = Request(http)
        ours = Bot(platform.TOKEN, base_url=f"{url}/bot", request=own, get_updates_request=own)
        theirs = Bot(platform.TOKEN, base_url=f"{url}/bot", request=HTTPXRequest(connection_pool_size=64))
        async with ours, theirs:
            yield {
                "ours": lambda chat: ours.send_message(chat, TEXT),
                "python-telegram-bot's own": lambda chat: theirs.send_message(chat, TEXT),
                "aiogram": lambda chat: aiogram.send_message(chat, TEXT),
            }
    await session.close()


async def _sent(send: Send, at_once: int) -> tuple[float, float]:
    """Return letters a second, and milliseconds of CPU a letter."""
    chats = iter(range(1, LETTERS + 1))

    async def one_after_the_other() -> None:
        for chat in chats:
            await send(chat)

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    used = time.process_time() - used
    return LETTERS / (time.perf_counter() - begun), used * 1000 / LETTERS
