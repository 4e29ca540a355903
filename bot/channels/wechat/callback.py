"""The address that WeChat posts to: nothing is believed before it is verified, and answered in time or later."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Receive
from bot.channels.wechat import rendering, updates, xml
from bot.channels.wechat.crypto import Forged
from bot.channels.wechat.envelope import Envelope, Opened
from bot.channels.wechat.rendering import Rendered, Words
from bot.together import Together
from config.settings import Settings
from models import inbox, replies, shown_lists, wechat_ledger
from models.base import Database
from models.messages import Address, Incoming, Outgoing
from models.outbox import Letter
from models.replies import Reply
from models.shown_lists import PAGE

log = structlog.get_logger()
PATH = "/wechat/callback"
BODY_BYTES = 64 * 1024
SECONDS, LOOKS = 4.0, 50
"""How long an answer may take, and how many are taken together."""
DONE = b"success"


class Shown(NamedTuple):
    """What a response holds: the letters and how they are shown."""

    letters: list[int]
    text: str


class Looked(NamedTuple):
    """What a look found; *done* says that nothing more is to be waited for."""

    done: bool
    answer: Shown | None = None


class Callback:
    """Takes messages and answers them in the response where there is time."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime], words: Words
    ) -> None:
        self._words = words
        self._passive = settings.wechat_grade == "passive"
        self._envelope = Envelope(settings, clock)
        self._site = settings.public_url.rstrip("/")
        self._database = database
        self._clock = clock
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._looks = Together(database, self._look, LOOKS)
        self.receive: Receive | None = None
        database.listen(self._wake)

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
        with self._listening(said.sender.id) as woken:
            if not await self.receive(said):
                woken.set()  # a copy looks at once: its turn may be over
            if said.kind == "blocked":  # nobody is there to be answered, nor to be counted
                return web.Response(body=DONE)
            answer = await self._answer(said, woken, until)
        if answer is None:
            return web.Response(body=DONE)
        return await self._write(request, answer.letters, self._envelope.reply(opened, answer.text))

    async def _answer(self, said: Incoming, woken: asyncio.Event, until: float) -> Shown | None:
        """Return the letter that answers *said* and how it is shown; None when there will be none in time."""
        opened = self._passive
        while await _within(until, woken):
            done, answer = await self._looks((said, not opened))
            opened = True
            if done:
                return answer
        if not opened:
            async with self._database.transaction() as session:
                await self._opened(session, said)
        return None

    async def _opened(self, session: AsyncSession, said: Incoming) -> None:
        """Note since when this member may be written to: since the first copy of the message."""
        since = await inbox.arrived(session, said.sender.channel, said.id)
        if since is not None:
            await wechat_ledger.opened(session, said.sender.id, said.kind, now=since)

    async def _look(self, session: AsyncSession, asked: Sequence[tuple[Incoming, bool]]) -> list[Looked]:
        """Take the answers that are there; copies of one message get the same."""
        now = self._clock()
        messages = {said.id: said for said, _ in asked}
        for said in {said.id: said for said, opens in asked if opens}.values():
            await self._opened(session, said)
        chats = [said.sender for said in messages.values()]
        found = await replies.take(session, [(said.sender, said.id) for said in messages.values()], now=now)
        kept = await replies.kept(session, chats) if self._passive else ()
        lists = await shown_lists.of_all(session, chats)
        looked = {
            said.id: await self._taken(session, said, found[said.sender, said.id], said.sender in kept, now)
            for said in messages.values()
        }
        del lists  # until here the session knows them
        return [looked[said.id] for said, _ in asked]

    async def _taken(
        self, session: AsyncSession, said: Incoming, reply: Reply, more: bool, now: datetime
    ) -> Looked:
        """Return the answer as it is shown, and write down what numbers stand for from now on."""
        letters = list(reply.letters)
        if more and reply.done and reply.first:
            letters += await self._brought(session, said, letters, now)
        if not letters:
            return Looked(reply.done)
        message = self._joined(letters)
        shown = self._render(message)
        if reply.first:
            await shown_lists.shown(session, said.sender, message, shown.rest, now=now)
        return Looked(True, Shown([letter.id for letter in letters], shown.text))

    async def _brought(
        self, session: AsyncSession, said: Incoming, letters: list[Letter], now: datetime
    ) -> list[Letter]:
        """Return what waited for this member and fits beside the answer: an account that may not write tells it now.

        The first comes even where it must be cut and read on with 更多: else one long letter would hold up all others.
        """
        brought: list[Letter] = []
        if letters and (letters[0].message.digits or self._render(self._joined(letters)).rest):
            return brought  # a question waits for its answer, or the answer goes on
        for letter in await replies.held(session, said.sender, now=now):
            together = self._joined([*letters, *brought, letter])
            full = self._render(together).rest or len(rendering.numbered(together.choices)) > PAGE
            if full and brought:
                break
            replies.give(letter, said.id, now=now)
            brought.append(letter)
        return brought

    def _joined(self, letters: list[Letter]) -> Outgoing:
        """Return the answer, the newest of *letters*, with what waited for it below, as one message."""
        ordered = sorted(letters, key=lambda letter: letter.id)
        answer, *others = (letter.message for letter in (ordered[-1], *ordered[:-1]))
        text = f"\n\n{self._words('list.brought')}\n".join([answer.text, *(other.text for other in others)])
        choices = dict.fromkeys(choice for one in (answer, *others) for choice in one.choices)
        return replace(answer, text=text, choices=tuple(choices))

    def _render(self, message: Outgoing) -> Rendered:
        return rendering.render(message, self._words, site=self._site)

    async def _write(self, request: web.Request, letters: list[int], body: bytes) -> web.StreamResponse:
        """Write the answer; when the line breaks it waits for the next copy of the message."""
        response = web.StreamResponse(headers={"Content-Type": "application/xml; charset=utf-8"})
        response.content_length = len(body)
        try:
            await response.prepare(request)
            await response.write(body)
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            async with self._database.transaction() as session:
                await replies.give_back(session, letters, now=self._clock())
            raise
        return response

    @contextlib.contextmanager
    def _listening(self, chat: str) -> Iterator[asyncio.Event]:
        woken = asyncio.Event()
        self._waiting.setdefault(chat, set()).add(woken)
        try:
            yield woken
        finally:
            self._waiting[chat].discard(woken)
            if not self._waiting[chat]:
                del self._waiting[chat]

    def _wake(self, name: str) -> None:
        kind, _, chat = name.partition(":")
        if kind == "turn":
            for woken in self._waiting.get(chat, ()):
                woken.set()


async def _within(until: float, woken: asyncio.Event) -> bool:
    """Wait to be woken; return False when time is over, for then there is none left to look."""
    try:
        async with asyncio.timeout(until - time.monotonic()):
            await woken.wait()
    except TimeoutError:
        return False
    woken.clear()
    return True


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
