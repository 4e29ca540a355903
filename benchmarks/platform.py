"""A light Bot API server in a process of its own: it takes everything, and tells when what arrived."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.processes import ROOT, free_port

TOKEN = "1:a-token-for-benchmarks"
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
ARRIVED: list[tuple[str, float]] = []


@dataclass(frozen=True)
class Platform:
    """The server as the measuring side sees it."""

    url: str
    http: aiohttp.ClientSession

    async def arrived(self) -> list[tuple[str, float]]:
        """Return every letter as (chat, time of arrival in seconds) and forget them."""
        async with self.http.get(f"{self.url}/arrived") as answer:
            return [(str(chat), float(at)) for chat, at in await answer.json()]

    async def count(self) -> int:
        """Return how many letters have arrived."""
        async with self.http.get(f"{self.url}/count") as answer:
            return int(await answer.text())


@asynccontextmanager
async def serving() -> AsyncIterator[Platform]:
    """Run the server; it is ended whatever happens."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.platform", str(port), cwd=ROOT
    )
    try:
        async with aiohttp.ClientSession() as http:
            platform = Platform(f"http://127.0.0.1:{port}", http)
            await answering(http, f"{platform.url}/count")
            yield platform
    finally:
        process.kill()
        await process.wait()


async def answering(http: aiohttp.ClientSession, url: str, seconds: float = 60) -> None:
    """Wait until *url* answers at all."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                async with http.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


def update(number: int, chat: int, text: str) -> dict[str, object]:
    """Return the update of a member's text."""
    who = {"id": chat, "is_bot": False, "first_name": "会员（演示）", "language_code": "zh-hans"}
    message = {"message_id": number, "date": 1, "chat": {**who, "type": "private"}, "from": who, "text": text}
    return {"update_id": number, "message": message}


async def _answer(request: web.BaseRequest) -> web.Response:
    method = request.path.rpartition("/")[2]
    if method == "arrived":
        told = json.dumps(ARRIVED)
        ARRIVED.clear()
        return web.Response(text=told, content_type="application/json")
    if method == "count":
        return web.Response(text=str(len(ARRIVED)))
    result: object = True
    if method == "sendMessage":
        result = await _taken(request)
    elif method == "getMe":
        result = ME
    elif method == "getUpdates":
        await asyncio.sleep(1)
        result = []
    return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")


async def _taken(request: web.BaseRequest) -> dict[str, object]:
    body = await request.json() if request.content_type == "application/json" else await request.post()
    chat = int(str(body["chat_id"]))
    ARRIVED.append((str(chat), time.time()))
    return {"message_id": len(ARRIVED), "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}


async def _serve(port: int) -> None:
    runner = web.ServerRunner(web.Server(_answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.sleep(1800)  # never longer, whoever forgets to end it


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
