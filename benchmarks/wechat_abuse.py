"""Bodies that are no messages of WeChat's: how much work the worst costs, how long one waits, what memory is left."""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import xmltodict

from benchmarks.memory import resident
from benchmarks.report import Row, figure
from bot.channels.wechat.crypto import Forged
from bot.channels.wechat.envelope import Envelope
from bot.channels.wechat.xml import Malformed
from config.settings import Settings
from tests.platforms import wechat
from tests.processes import serving as service

BODIES, AT_ONCE, TRIES, MOST = 20_000, 50, 30, 64 * 1024
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml>&b;</xml>'
Posted = tuple[Mapping[str, str], bytes]


async def rows() -> list[Row]:
    """Measure the work of one body in this process, and many bodies against the service."""
    bodies = list(_bodies(wechat.Server()))
    worst, before, after = await _posted(bodies)
    return [
        Row("WeChat, worst body, work", f"{figure(max(map(_work, bodies)))} ms", how="opened in process; at most 50 ms"),
        Row("WeChat, worst body, answered", f"{figure(worst)} ms", how=f"{BODIES:,} bodies, {AT_ONCE} at once; at most 2,000 ms"),
        Row("WeChat, memory after them", f"{figure(after - before)} MB more", how=f"of {figure(before)}; at most 64 MB"),
    ]  # fmt: skip


def _bodies(server: wechat.Server) -> Iterator[Posted]:
    """Yield bodies that are forged, cut, deep, wide, large, bombs, old, for nobody, or signed nonsense."""
    told, good = server.sealed(server.message("o-wang", MsgType="text", Content="您好"))
    forged = told | {"msg_signature": "0" * 40}
    wide, deep, long = b"<xml>" + b"<a/>" * 16_000, b"<a>" * 21_000, b"<xml><Encrypt>" + b"A" * 65_000
    for body in (good, wide, deep, b"\xff" * MOST, b"x" * (MOST + 1), b"x" * 2_000_000, long, BOMB.encode()):
        yield forged, body
    yield told | {"timestamp": "1"}, good
    yield told | {"encrypt_type": "raw"}, good
    yield told, good[:50]
    yield {}, b""
    for inner in ("<xml>" + "<a/>" * 12_000 + "</xml>", "<a>" * 15_000, BOMB, "x" * 40_000):
        parts = xmltodict.parse(server.crypto.encrypt_message(inner, "n", told["timestamp"]))["xml"]
        signed = told | {"nonce": "n", "msg_signature": parts["MsgSignature"]}
        yield signed, f"<xml><Encrypt>{parts['Encrypt']}</Encrypt></xml>".encode()


def _work(posted: Posted) -> float:
    """Return the most milliseconds that opening one body took."""
    envelope = Envelope(Settings(_env_file=None, **wechat.SETTINGS), lambda: datetime.now(UTC))  # type: ignore[arg-type]  # pydantic reads them
    taken = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        try:
            envelope.open(*posted)
        except (Forged, Malformed):
            taken.append((time.perf_counter() - begun) * 1000)
    return max(taken)


async def _posted(bodies: list[Posted]) -> tuple[float, float, float]:
    """Post them all; return the milliseconds of the slowest, and the memory before and after."""
    given = {name.upper(): value for name, value in wechat.SETTINGS.items()}
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            service(Path(folder), DEMO="false", LOG_LEVEL="error", **given) as running,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as http,
        ):
            hook = f"{running.url}/wechat/callback"
            await _post(http, hook, iter(random.choices(bodies, k=BODIES // 20)), [])
            before = resident(running.pid)
            chosen = iter(random.choices(bodies, k=BODIES))
            await asyncio.gather(*(_post(http, hook, chosen, waits) for _ in range(AT_ONCE)))
            return max(waits), before, resident(running.pid)


async def _post(http: aiohttp.ClientSession, hook: str, chosen: Iterator[Posted], waits: list[float]) -> None:
    for query, body in chosen:
        begun = time.perf_counter()
        async with http.post(hook, params=query, data=body) as answer:
            said = await answer.read()
        assert (answer.status, said) in {(403, b""), (200, b"success")}, said
        waits.append((time.perf_counter() - begun) * 1000)
