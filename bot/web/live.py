"""The parts of the console's pages that change by themselves, sent as they change (Server-Sent Events)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from bot.web.server import add_headers

Part = Callable[[web.Request], Awaitable[str]]
PAUSE, BEATS = 2.0, 8
LONGEST = 300
"""How many looks one connection lives: a browser opens the next by itself, with its session looked at anew."""


async def stream(request: web.Request, render: Part) -> web.StreamResponse:
    """Send the part once, and again whenever it has changed; the browser puts it into the page."""
    shown = await render(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    add_headers(response)
    await response.prepare(request)
    with suppress(ConnectionResetError, web.HTTPException):
        await _send(response, shown)
        for look in range(LONGEST):
            await asyncio.sleep(PAUSE)
            fresh = await render(request)
            if fresh != shown:
                shown = fresh
                await _send(response, shown)
            elif look % BEATS == 0:
                await response.write(b": still here\n\n")
    return response


async def _send(response: web.StreamResponse, html: str) -> None:
    await response.write(b"data: " + json.dumps(html).encode() + b"\n\n")
