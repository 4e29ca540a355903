"""The address that WeChat posts to: nothing is believed before it is verified, and answered in time or later."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Receive
from bot.channels.wechat import updates, xml
from bot.channels.wechat.answering import Answering, Shown
from bot.channels.wechat.crypto import Forged
from bot.channels.wechat.envelope import Envelope, Opened
from bot.channels.wechat.rendering import Words
from config.settings import Settings
from models import inbox, wechat_ledger
from models.base import Database
from models.messages import Address, Incoming

log = structlog.get_logger()
PATH = "/wechat/callback"
BODY_BYTES = 64 * 1024
SECONDS = 4.0
"""How long an answer may take."""
DONE = b"success"


class Callback:
    """Takes messages and answers them in the response where there is time."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime], words: Words
    ) -> None:
        self._envelope = Envelope(settings, clock)
        self._database = database
        self._clock = clock
        self.answering = Answering(settings, database, clock, words)
        self.receive: Receive | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the address."""
        return [web.get(PATH, self._checked), web.post(PATH, self._posted)]

    async def _checked(self, request: web.Request) -> web.Response:
        """Answer WeChat's check of the address."""
        try:
            return web.Response(text=self._envelope.echo(request.query))
        except Forged:
            return web.Response(status=403)

    async def _posted(self, request: web.Request) -> web.StreamResponse:
        """Take one message: stored, then answered, or acknowledged where the answer needs longer."""
        began = time.monotonic()
        try:
            opened = self._envelope.open(request.query, await _body(request))
            said = updates.read(opened.fields)
        except Forged:
            return web.Response(status=403)
        except xml.Malformed as problem:
            log.warning("wechat message", problem=str(problem))
            return web.Response(body=DONE)
        try:
            if isinstance(said, updates.Notice):
                await self._noted(said)
            if not isinstance(said, Incoming):
                log.info("wechat event", kind=updates.text(opened.fields, "Event"), known=said is not None)
                return web.Response(body=DONE)
            return await self._answered(request, opened, said, began + SECONDS)
        except (SQLAlchemyError, OSError) as error:
            log.warning("wechat message not stored", problem=type(error).__name__)
            return web.Response(status=503)

    async def _noted(self, said: updates.Notice) -> None:
        """Note what WeChat tells of letters and consents, each once."""
        async with self._database.transaction() as session:
            now = self._clock()
            if await inbox.once(session, Address(updates.NAME, said.openid), said.number, now=now):
                await wechat_ledger.noted(session, said.openid, said.kind, said.fields, now=now)

    async def _answered(
        self, request: web.Request, opened: Opened, said: Incoming, until: float
    ) -> web.StreamResponse:
        if self.receive is None:
            return web.Response(status=503)
        if said.kind == "blocked":  # nobody is there to be answered, nor to be counted
            await self.receive(said)
            return web.Response(body=DONE)
        with self.answering.line(said) as line:
            if not await self.receive(said):
                line.woken.set()  # a copy looks at once: its turn may be over
            answer = await self.answering.answer(line, until)
        if answer is None:
            await self.answering.late(said)
            return web.Response(body=DONE)
        return await self._write(request, answer, self._envelope.reply(opened, answer.text))

    async def _write(self, request: web.Request, answer: Shown, body: bytes) -> web.StreamResponse:
        """Write the answer; when the line breaks it waits for the next copy of the message."""
        response = web.Response(body=body, content_type="application/xml", charset="utf-8")
        try:
            await response.prepare(request)
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            await self.answering.give_back(answer.letters)
            raise
        return response


async def _body(request: web.Request) -> bytes:
    """Return the body.

    Raises Forged when it is larger than any message of WeChat's.
    """
    if (request.content_length or 0) > BODY_BYTES:
        raise Forged("size")
    body = await request.content.read(BODY_BYTES + 1)
    while len(body) <= BODY_BYTES and (more := await request.content.read(BODY_BYTES + 1 - len(body))):
        body += more
    if len(body) > BODY_BYTES:
        raise Forged("size")
    return body
