"""The answer to a message that goes in the response to it: in time, or later by another way."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.wechat import rendering, updates
from bot.channels.wechat.rendering import Rendered, Words
from bot.together import Together
from config.settings import Settings
from models import inbox, replies, shown_lists, wechat_ledger
from models.base import Database
from models.messages import Address, Incoming, Outgoing
from models.outbox import Letter
from models.replies import Reply
from models.shown_lists import PAGE

LOOKS, COMMIT = 50, 0.3
"""How many answers are looked for together, and how many seconds one that is being committed is waited for."""


class Shown(NamedTuple):
    """What a response holds: the letters and how they are shown."""

    letters: list[Letter]
    text: str


class Looked(NamedTuple):
    """What a look found; *done* says that nothing more is to be waited for."""

    done: bool
    answer: Shown | None = None


class Line:
    """A request that waits for the answer to what was *said*; *claimed* once the turn has written it."""

    def __init__(self, said: Incoming) -> None:
        self.said = said
        self.woken = asyncio.Event()
        self.claimed = False
        self.looked: Looked | None = None


class Answering:
    """Knows which requests are open and what goes in the response to each."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime], words: Words
    ) -> None:
        self._words = words
        self._passive = settings.wechat_grade == "passive"
        self._site = settings.public_url.rstrip("/")
        self._database = database
        self._clock = clock
        self._lines: dict[str, set[Line]] = {}
        self._looks = Together(database, self._look, LOOKS)
        self._tasks: set[asyncio.Task[None]] = set()
        database.listen(self._wake)

    @contextlib.contextmanager
    def line(self, said: Incoming) -> Iterator[Line]:
        """Keep a line open for the answer to *said*."""
        line, chat = Line(said), said.sender.id
        self._lines.setdefault(chat, set()).add(line)
        try:
            yield line
        finally:
            self._lines[chat].discard(line)
            if not self._lines[chat]:
                del self._lines[chat]

    async def answer(self, line: Line, until: float) -> Shown | None:
        """Return the letter that goes on *line* and how it is shown; None when there is none in time."""
        opened = self._passive
        while await _within(until, line.woken):
            looked = line.looked or await self._looks((line.said, not opened))
            opened = True
            if looked.done:
                return looked.answer
        if line.claimed and await _within(time.monotonic() + COMMIT, line.woken) and line.looked:
            return line.looked.answer
        return None

    async def respond(self, session: AsyncSession, said: Incoming) -> Callable[[], None] | None:
        """Let the answer that this transaction has written go on the lines that wait for it.

        Return what hands it over once it is committed.
        """
        me = (said.sender, said.id)
        lines = [
            line for line in self._lines.get(said.sender.id, ()) if (line.said.sender, line.said.id) == me
        ]
        if not lines:
            return None
        for line in lines:
            line.claimed = True
        now = self._clock()
        if not self._passive:
            await self._opened(session, said)
        reply = Reply(done=True, letters=replies.written(session, said.id, now=now), first=True)
        looked = await self._taken(session, said, reply, said.sender in await self._kept(session), now)
        return lambda: self._hand_over(lines, looked)

    async def late(self, said: Incoming) -> None:
        """Note that a member who was not answered in time may be written to."""
        if not self._passive:
            async with self._database.transaction() as session:
                await self._opened(session, said)

    async def give_back(self, letters: Sequence[Letter]) -> None:
        """Let letters that did not arrive wait for the next copy of the message."""
        async with self._database.transaction() as session:
            await replies.give_back(session, [letter.id for letter in letters], now=self._clock())

    def _hand_over(self, lines: Sequence[Line], looked: Looked) -> None:
        open_ = [line for line in lines if line in self._lines.get(line.said.sender.id, ())]
        for line in open_:
            line.looked = looked
            line.woken.set()
        if not open_ and looked.answer:
            task = asyncio.create_task(self.give_back(looked.answer.letters), name="give back")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _wake(self, name: str) -> None:
        kind, _, chat = name.partition(":")
        if kind == "turn":
            for line in self._lines.get(chat, ()):
                line.woken.set()

    async def _kept(self, session: AsyncSession) -> set[Address]:
        """Return those on the lines for whom letters wait; asked once a transaction."""
        if "kept" not in session.info:
            chats = [Address(updates.NAME, chat) for chat in self._lines] if self._passive else []
            session.info["kept"] = await replies.kept(session, chats) if chats else set()
        kept: set[Address] = session.info["kept"]
        return kept

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
        return Looked(True, Shown(letters, shown.text))

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
        """Return the answer, the newest of *letters*, with what waited for it below, as one message.

        What has no number yet is written just now.
        """
        ordered = sorted(letters, key=lambda letter: (letter.id is None, letter.id))
        answer, *others = (letter.message for letter in (ordered[-1], *ordered[:-1]))
        text = f"\n\n{self._words('list.brought')}\n".join([answer.text, *(other.text for other in others)])
        choices = dict.fromkeys(choice for one in (answer, *others) for choice in one.choices)
        return replace(answer, text=text, choices=tuple(choices))

    def _render(self, message: Outgoing) -> Rendered:
        return rendering.render(message, self._words, site=self._site)


async def _within(until: float, woken: asyncio.Event) -> bool:
    """Wait to be woken; return False when time is over, for then there is none left to look."""
    try:
        async with asyncio.timeout(until - time.monotonic()):
            await woken.wait()
    except TimeoutError:
        return False
    woken.clear()
    return True
