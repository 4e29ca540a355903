"""Updates handled: the whole service with its inbox and outbox against an echo bot that stores nothing."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from benchmarks import platform
from benchmarks.report import Row, median, p99, versus
from tests.processes import ROOT, free_port
from tests.processes import serving as service

SECRET, HEADER = "a-secret-for-benchmarks", "X-Telegram-Bot-Api-Secret-Token"
UPDATES, CONNECTIONS, ROUNDS, SECONDS = 600, 20, 3, 60


async def rows() -> list[Row]:
    """Measure updates a second until their letters have arrived, and how fast they are acknowledged."""
    speed: dict[str, list[float]] = {"ours": [], "peer": []}
    acknowledged: dict[str, list[float]] = {"ours": [], "peer": []}
    number = 0
    async with platform.serving() as server, _ours(server.url) as ours, _peer(server.url) as peer:
        for round_ in range(ROUNDS + 1):
            for name, hook in (("ours", ours), ("peer", peer)):
                rate, waits = await _handled(server, hook, number)
                number += UPDATES
                if round_:
                    speed[name].append(rate)
                    acknowledged[name] += waits
    how = "stored, searched, answered, sent; the peer only echoes and stores nothing"
    rates = median(speed["ours"]), median(speed["peer"])
    slowest = p99(acknowledged["ours"]), p99(acknowledged["peer"])
    against = "python-telegram-bot run_webhook"
    return [
        versus("Telegram updates handled", *rates, "/s", against=against, how=how),
        versus(
            "update acknowledged, p99",
            *slowest,
            "ms",
            against=against,
            how=f"ours after it is stored, {CONNECTIONS} connections",
        ),
    ]


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        async with service(Path(folder), **environment(url, rate="1000")) as running:
            yield f"{running.url}/telegram/webhook"


def environment(url: str, *, rate: str) -> dict[str, str]:
    """Return the settings of a service that speaks Telegram with *url* by webhook."""
    return {
        "DEMO": "false", "PUBLIC_URL": "https://demo.example.org", "TELEGRAM_BOT_TOKEN": platform.TOKEN,
        "TELEGRAM_API_URL": url, "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_RATE": rate, "LOG_LEVEL": "error",
    }  # fmt: skip


@asynccontextmanager
async def _peer(url: str) -> AsyncIterator[str]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.echo_bot", "webhook", url, str(port), SECRET, cwd=ROOT
    )
    try:
        async with aiohttp.ClientSession() as http:
            await platform.answering(http, f"http://127.0.0.1:{port}/hook")
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.kill()
        await process.wait()


async def _handled(server: platform.Platform, hook: str, first: int) -> tuple[float, list[float]]:
    """Post updates; return how many a second were answered, and each acknowledgement's milliseconds."""
    await server.arrived()
    numbers = iter(range(first, first + UPDATES))
    waits: list[float] = []
    begun = time.perf_counter()
    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(_post(http, hook, numbers, waits) for _ in range(CONNECTIONS)))
    async with asyncio.timeout(SECONDS):
        while await server.count() < UPDATES:
            await asyncio.sleep(0.01)
    return UPDATES / (time.perf_counter() - begun), waits


async def _post(http: aiohttp.ClientSession, hook: str, numbers: Iterator[int], waits: list[float]) -> None:
    for number in numbers:
        said = platform.update(number + 1, 1000 + number, "摄影比赛啥时候")
        begun = time.perf_counter()
        async with http.post(hook, json=said, headers={HEADER: SECRET}) as answer:
            answer.raise_for_status()
        waits.append((time.perf_counter() - begun) * 1000)
