"""The chat page on our own site; needs no account."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Receive, Unreachable
from bot.web import demo, pages, uploads
from bot.web.identity import Identity, phone
from bot.web.limits import Limits
from config.settings import Settings
from models import attachments, outbox, tickets
from models.base import Database, Refused
from models.files import Missing, Store
from models.messages import Address, Incoming, Outgoing
from models.outbox import Letter

HEARTBEAT, POLL, STREAMS, ALL_STREAMS, RETRY_MS = 15.0, 5.0, 5, 2000, 2000
TEXT_LENGTH, KEPT = 10_000, ("picture", "file")

Bring = Callable[[AsyncSession, str, bool], Awaitable[None]]
"""Writes the letters of what a visitor missed: told the session, the visitor, and whether they just came."""


class Said(BaseModel):
    """What the page posts: *id* made by the page, *seen* the last letter it has shown."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    kind: Literal["text", "press", "start"] = "text"
    text: str = Field("", max_length=TEXT_LENGTH)
    value: str = Field("", max_length=64)
    seen: int = Field(0, ge=0, lt=2**53)


class WebChat:
    """Members on the chat page: what they say is posted, letters are fetched from the outbox as a stream."""

    name = "web"
    private = True
    rate: float | None = None

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        text: Callable[[str], str],
        store: Store,
        bring: Bring,
    ) -> None:
        self._database = database
        self._clock = clock
        self._text = text
        self._demo = settings.demo
        self._identity = Identity(settings.secret(), secure=settings.public_url.startswith("https://"))
        self._limits = Limits(clock)
        self._store = store
        self._bring = bring
        self._receive: Receive | None = None
        self._woken: dict[str, set[asyncio.Event]] = {}
        self._streams: Counter[str] = Counter()
        self._closing = asyncio.Event()
        database.listen(self._wake)

    async def listen(self, receive: Receive) -> None:
        """Pass messages on until cancelled."""
        self._receive = receive
        await asyncio.Event().wait()

    async def send(self, address: str, message: Outgoing) -> str:
        """Refuse: the page fetches its letters."""
        del address, message
        raise Unreachable("refused")

    async def fetch(self, reference: str) -> bytes:
        """Return what was uploaded."""
        try:
            return await self._store.get(reference.removeprefix(f"{self.name}:"))
        except Missing as missing:
            raise Refused("photo_bad") from missing

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the addresses this channel answers at."""
        return [
            web.get("/", self._page),
            web.get("/e/{event:[a-z0-9-]{1,40}}", self._page),
            web.post("/api/chat/messages", self._said),
            web.post("/api/chat/files", self._sent_file),
            web.post("/api/chat/seen", self._seen),
            web.get("/api/chat/events", self._events),
            *(demo.routes if self._demo else ()),
            *pages.routes,
        ]

    async def close(self, _: web.Application) -> None:
        """End all streams, so that the server can stop."""
        self._closing.set()
        for events in self._woken.values():
            for event in events:
                event.set()

    def _wake(self, name: str) -> None:
        kind, _, visitor = name.partition(":")
        if kind == "page":
            for event in self._woken.get(visitor, ()):
                event.set()

    async def _page(self, request: web.Request) -> web.Response:
        response = pages.render("chat.html", event=request.match_info.get("event", ""), phone=phone(request))
        self._identity.give(request, response, self._clock())
        return response

    async def _said(self, request: web.Request) -> web.Response:
        visitor = self._visitor(request)
        try:
            said = Said.model_validate_json(await request.read())
        except ValidationError as error:
            long = any(problem["type"] == "string_too_long" for problem in error.errors())
            return self._tell("fault.big" if long else "fault.lost", 413 if long else 400)
        if not self._limits.allow(visitor):
            return self._tell("said.fast", 429)
        fields = said.model_dump(include={"kind", "text", "value"})
        return await self._take(visitor, said.id, said.seen, **fields)

    async def _sent_file(self, request: web.Request) -> web.Response:
        visitor = self._visitor(request)
        if not self._limits.allow(visitor):
            return self._tell("said.fast", 429)
        if not request.content_type.startswith("multipart/"):
            return self._tell("fault.lost", 400)
        part = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader) or part.name not in {"photo", "file"}:
            return self._tell("fault.lost", 400)
        try:
            kept = await uploads.keep(self._store, part, picture=part.name == "photo")
        except uploads.Refusal as refusal:
            return self._tell(refusal.key, refusal.status)
        known = (
            {} if part.name == "photo" else {"text": part.filename or "", "value": json.dumps(asdict(kept))}
        )
        number = request.query.get("id", kept.hash)[:64]
        return await self._take(visitor, number, 0, kind=part.name, file=f"web:{kept.hash}", **known)

    async def _take(self, visitor: str, number: str, seen: int, **fields: Any) -> web.Response:
        if self._receive is None:
            return self._tell("fault.lost", 503)
        try:
            await self._receive(Incoming(f"{visitor}:{number}", Address(self.name, visitor), **fields))
            if seen:
                await self._acknowledge(visitor, seen)
        except (SQLAlchemyError, OSError):
            return self._tell("fault.lost", 503)
        return web.json_response({}, status=202)

    async def _seen(self, request: web.Request) -> web.Response:
        visitor = self._visitor(request)
        body = await request.read()
        if not body.isdigit():
            return self._tell("fault.lost", 400)
        await self._acknowledge(visitor, int(body) % 2**53)
        return web.json_response({})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Stream letters: all after `Last-Event-ID`, or those that nobody has acknowledged."""
        visitor = self._visitor(request)
        if self._streams[visitor] >= STREAMS or self._streams.total() >= ALL_STREAMS:
            return self._tell("fault.lost", 503)
        last = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        after = int(last) % 2**53 if last.isdigit() else None
        if after is not None:
            await self._acknowledge(visitor, after)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        woken = asyncio.Event()
        self._streams[visitor] += 1
        self._woken.setdefault(visitor, set()).add(woken)
        try:
            await self._stream(response, visitor, after, woken)
        except (ConnectionResetError, ConnectionError, SQLAlchemyError):
            pass
        finally:
            self._forget(visitor, woken)
        return response

    async def _stream(
        self, response: web.StreamResponse, visitor: str, after: int | None, woken: asyncio.Event
    ) -> None:
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        loop = asyncio.get_running_loop()
        beaten, first = loop.time(), True
        while not self._closing.is_set():
            woken.clear()
            async with self._database.transaction() as session:
                await self._bring(session, visitor, first)
                letters = await outbox.fetch(session, visitor, after=after)
            first = False
            for letter in letters:
                await response.write(_event(letter))
                after = max(after or 0, letter.id)
            if loop.time() - beaten > HEARTBEAT:
                await response.write(b": here\n\n")
                beaten = loop.time()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await woken.wait()

    def _forget(self, visitor: str, woken: asyncio.Event) -> None:
        self._streams[visitor] -= 1
        self._woken[visitor].discard(woken)
        if not self._woken[visitor]:
            del self._woken[visitor], self._streams[visitor]

    async def _acknowledge(self, visitor: str, upto: int) -> None:
        async with self._database.transaction() as session:
            await outbox.acknowledge(session, visitor, upto=upto, now=self._clock())

    def _visitor(self, request: web.Request) -> str:
        visitor = self._identity.of(request)
        if visitor is None:
            raise web.HTTPUnauthorized
        return visitor

    def _tell(self, key: str, status: int) -> web.Response:
        return web.json_response({"text": self._text(key)}, status=status)


def _event(letter: Letter) -> bytes:
    message = letter.message
    shown = {"id": letter.id, "text": message.text, "choices": [asdict(choice) for choice in message.choices]}
    if message.picture.startswith("ticket:"):
        shown["ticket"] = tickets.path(message.picture)
    shown |= {kind: _kept(reference) for kind in KEPT if (reference := getattr(message, kind))}
    return f"id: {letter.id}\nevent: letter\ndata: {json.dumps(shown, ensure_ascii=False)}\n\n".encode()


def _kept(reference: str) -> dict[str, str] | None:
    """Return where a page gets a picture or file of a notice, and its name."""
    kept = attachments.parsed(reference)
    return {"path": kept.path, "name": kept.name} if kept else None
