"""Messages in an Official Account, sealed: the whole service with its database against an echo of wechatpy that stores nothing."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from benchmarks import platform
from benchmarks.report import Row, figure, median, p99, versus
from tests.platforms import wechat
from tests.processes import ROOT, free_port
from tests.processes import serving as service

MESSAGES, CONNECTIONS, MANY, ROUNDS, SLOW, LONG, RATE = 600, 20, 200, 3, 8.0, 60.0, 150.0
ASKED = "摄影比赛啥时候"
Sealed = tuple[Mapping[str, str], bytes]


async def rows() -> list[Row]:
    """Measure messages a second with their answers, at 20 and at 200 open requests."""
    speed: dict[str, list[float]] = {"ours": [], "peer": []}
    waits: dict[str, list[float]] = {"ours": [], "peer": []}
    server = wechat.Server()
    async with _ours() as ours, _peer() as peer:
        for round_ in range(ROUNDS + 1):
            for name, hook in (("ours", ours), ("peer", peer)):
                rate, taken = await _answered(server, hook, CONNECTIONS)
                if round_:
                    speed[name].append(rate)
                    waits[name] += taken
        steady = await _steady(server, ours)
        paced = await _paced(server, ours)
    how = f"each answered in the response, {CONNECTIONS} at once; p95 {figure(_p95(waits['ours']))} ms"
    against = "aiohttp with wechatpy, stores nothing"
    rates = median(speed["ours"]), median(speed["peer"])
    return [
        versus("WeChat messages answered", *rates, "/s", against=against, how=how),
        versus("WeChat answer, p99", p99(waits["ours"]), p99(waits["peer"]), "ms", against=against, how=how),
        steady,
        paced,
        await _crowded(),
    ]


async def _steady(server: wechat.Server, ours: str) -> Row:
    """Measure a minute of messages without a pause."""
    begun, number, waits = time.perf_counter(), 0, list[float]()
    while time.perf_counter() - begun < LONG:
        _, taken = await _answered(server, ours, CONNECTIONS)
        number, waits = number + MESSAGES, waits + taken
    rate = number / (time.perf_counter() - begun)
    how = f"{CONNECTIONS} at once for {LONG:.0f} s; p95 {figure(_p95(waits))} ms, p99 {figure(p99(waits))} ms"
    return Row("WeChat messages, a minute of them", f"{figure(rate)} /s", how=how)


async def _paced(server: wechat.Server, ours: str) -> Row:
    """Measure a minute of messages that come at an even pace, each from the moment when it was due."""
    sealed = _sealed(server, round(RATE * LONG))
    free, waits = asyncio.Semaphore(CONNECTIONS), list[float]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as http:
        begun = time.perf_counter()

        async def post(number: int) -> None:
            due = begun + number / RATE
            await asyncio.sleep(due - time.perf_counter())
            async with free:
                await _said(http, ours, sealed[number])
            waits.append((time.perf_counter() - due) * 1000)

        await asyncio.gather(*map(post, range(len(sealed))))
        rate = len(sealed) / (time.perf_counter() - begun)
    how = f"{RATE:.0f} a second come evenly for {LONG:.0f} s on {CONNECTIONS} connections; {figure(rate)} /s answered, p99 {figure(p99(waits))} ms"
    return Row("WeChat messages at an even pace, p95", f"{figure(_p95(waits))} ms", how=how)


def _p95(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)]


async def _crowded() -> Row:
    """Measure many open requests while WeChat's own API takes seconds for each call."""
    async with (
        wechat.serving(delay=SLOW) as server,
        _ours(WECHAT_API_URL=server.url, WECHAT_GRADE=server.grade) as ours,
    ):
        _, waits = await _answered(server, ours, MANY)
    how = f"WeChat waits 5,000 ms; its API takes {SLOW:.0f} s a call"
    return Row(f"WeChat message, {MANY} at once, slowest", f"{figure(max(waits))} ms", how=how)


@asynccontextmanager
async def _ours(**more: str) -> AsyncIterator[str]:
    given = {name.upper(): value for name, value in wechat.SETTINGS.items()} | more
    with tempfile.TemporaryDirectory() as folder:
        async with service(Path(folder), DEMO="false", LOG_LEVEL="error", **given) as running:
            yield f"{running.url}/wechat/callback"


@asynccontextmanager
async def _peer() -> AsyncIterator[str]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.echo_bot", "wechat", str(port), cwd=ROOT
    )
    try:
        async with aiohttp.ClientSession() as http:
            await platform.answering(http, f"http://127.0.0.1:{port}/hook")
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.kill()
        await process.wait()


async def _answered(server: wechat.Server, hook: str, connections: int) -> tuple[float, list[float]]:
    """Post messages that are sealed before; return how many a second were taken, and each one's milliseconds."""
    sealed = iter(_sealed(server, MESSAGES))
    waits: list[float] = []
    begun = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(*(_post(http, hook, sealed, waits) for _ in range(connections)))
    return MESSAGES / (time.perf_counter() - begun), waits


async def _post(http: aiohttp.ClientSession, hook: str, sealed: Iterator[Sealed], waits: list[float]) -> None:
    for one in sealed:
        begun = time.perf_counter()
        await _said(http, hook, one)
        waits.append((time.perf_counter() - begun) * 1000)


async def _said(http: aiohttp.ClientSession, hook: str, sealed: Sealed) -> None:
    query, body = sealed
    async with http.post(hook, params=query, data=body) as answer:
        said = await answer.read()
    assert b"<Encrypt>" in said or said == b"success", said


def _sealed(server: wechat.Server, number: int) -> list[Sealed]:
    """Return messages of *number* members that ask in turn, sealed before the clock runs."""
    asked = (server.message(f"o-{one % MESSAGES}", MsgType="text", Content=ASKED) for one in range(number))
    return [server.sealed(message) for message in asked]
