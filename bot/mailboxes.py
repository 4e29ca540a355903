"""Mailboxes: messages are stored, acknowledged, and answered one after the other in each chat."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.together import Together
from models import inbox
from models.base import Database, Refused
from models.messages import Address, Incoming

log = structlog.get_logger()
Prepare = Callable[[Incoming], Awaitable[Incoming]]
Answers = Callable[[AsyncSession, Sequence[Incoming], datetime], AsyncIterator[Incoming]]
Respond = Callable[[AsyncSession, Incoming], Awaitable[Callable[[], None] | None]]
OnFault = Callable[[AsyncSession, Incoming, datetime], Awaitable[None]]
STORED, FETCHED, PAUSE = 100, 4, 1.0
"""Messages stored together, files fetched at once, seconds between two tries to begin."""
WORKERS = {"sqlite": 1, "postgresql": 16}
"""Transactions with turns at once; SQLite writes one after the other."""
TURNS = {"sqlite": 16, "postgresql": 1}
"""Turns in a transaction: what SQLite does one after the other costs a fraction when it is done together."""


async def _by_the_postman(_session: AsyncSession, _said: Incoming) -> None:
    """Leave every answer to the postman."""


class Mailboxes:
    """Stores what arrives and answers it: one mailbox a chat, so that no chat waits for another."""

    def __init__(
        self,
        database: Database,
        answers: Answers,
        on_fault: OnFault,
        clock: Callable[[], datetime],
        prepare: Prepare,
        respond: Respond = _by_the_postman,
    ) -> None:
        self._database = database
        self._answers = answers
        self._on_fault = on_fault
        self._clock = clock
        self._prepare = prepare
        self._respond = respond
        self._stored = Together(database, self._put, STORED, self._arrived)
        self._waiting: dict[Address, None] = {}
        self._busy: set[Address] = set()
        self._alone: set[Address] = set()
        self._ready: dict[int, Incoming] = {}
        self._fetching = asyncio.Semaphore(FETCHED)
        self._workers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, message: Incoming) -> bool:
        """Store *message*; when this returns it may be acknowledged. Return False when its chat has nothing new.

        Messages that wait are stored together.

        Raises SQLAlchemyError when it could not be stored.
        """
        return await self._stored(message)

    async def run(self) -> None:
        """Answer what an earlier process left, then go on until cancelled."""
        while True:
            try:
                await self.sweep()
                await asyncio.Event().wait()
            except SQLAlchemyError as error:
                log.warning("inbox", problem=type(error).__name__)
                await asyncio.sleep(PAUSE)
            finally:
                if asyncio.current_task() and asyncio.current_task().cancelling():  # type: ignore[union-attr]
                    for task in self._tasks:
                        task.cancel()

    async def sweep(self) -> None:
        """Open the mailboxes of chats that have something waiting."""
        async with self._database.transaction() as session:
            chats = await inbox.waiting(session, now=self._clock())
        for chat in chats:
            self.open(chat)

    async def settled(self) -> None:
        """Wait until every open mailbox is empty."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def open(self, chat: Address) -> None:
        """See to the mailbox of *chat*: begin to answer, or look once more after the present answer."""
        self._waiting[chat] = None
        if self._workers < WORKERS[self._database.kind]:
            self._workers += 1
            self._begin(self._work())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="mailboxes")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put(self, session: AsyncSession, messages: Sequence[Incoming]) -> Sequence[bool]:
        chats = await inbox.put(session, messages, now=self._clock())
        return [message.sender in chats for message in messages]

    def _arrived(self, messages: Sequence[Incoming], new: Sequence[bool]) -> None:
        for message, is_new in zip(messages, new, strict=True):
            if is_new:
                self.open(message.sender)

    async def _work(self) -> None:
        try:
            while chats := self._pick(1):
                try:
                    self._waiting.update(dict.fromkeys(await self._turns(chats)))
                finally:
                    self._busy.difference_update(chats)
        finally:
            self._workers -= 1

    def _pick(self, number: int) -> list[Address]:
        """Take up to *number* chats that wait and that nobody answers; of several none that is to be alone."""
        free = (chat for chat in self._waiting if chat not in self._busy)
        chats = list(islice((chat for chat in free if number == 1 or chat not in self._alone), number))
        for chat in chats:
            del self._waiting[chat]
        self._busy.update(chats)
        return chats

    async def _turns(self, chats: list[Address]) -> Collection[Address]:
        """Answer the oldest message of each of *chats*, to which those come that wait by then.

        Return the chats to look at again. One whose file is fetched first is taken out of *chats*: it stays busy.
        """
        taken: dict[Address, int] = {}
        files: dict[int, Incoming] = {}
        answered: list[Address] = []
        handed: list[Callable[[], None] | None] = []
        try:
            async with self._database.transaction() as session:
                if self._alone.isdisjoint(chats):
                    chats += self._pick(TURNS[self._database.kind] - 1)
                rows = await inbox.take(session, chats, now=self._clock())
                if not rows:
                    return ()
                again = {row.at for row, more in rows if more}
                said = {row.id: self._ready.get(row.id, row.message) for row, _ in rows}
                files = {number: message for number, message in said.items() if self._lacks(number, message)}
                taken = {row.at: row.id for row, _ in rows if row.id not in files}
                messages = [said[number] for number in taken.values()]
                async for message in self._answers(session, messages, self._clock()):
                    handed.append(await self._respond(session, message))
                    answered.append(message.sender)
                await inbox.done(session, {chat: taken[chat] for chat in answered})
        except Exception as error:  # the turns: logged with its id, and the others go on
            if not isinstance(error, Refused):
                log.exception("turn", inbox=[*taken.values()])
            return await self._fell(taken, answered) | {message.sender for message in files.values()}
        for hand_over in filter(None, handed):
            hand_over()
        self._alone.difference_update(answered)
        for number, message in files.items():
            chats.remove(message.sender)
            self._begin(self._fetch(number, message))
        for chat in answered:
            self._ready.pop(taken[chat], None)
        return again | (taken.keys() - set(answered))

    def _lacks(self, number: int, message: Incoming) -> bool:
        return bool(message.file) and number not in self._ready

    async def _fetch(self, number: int, message: Incoming) -> None:
        """Fetch the file of a message, for its turn to come."""
        try:
            async with self._fetching:
                self._ready[number] = await self._prepare(message)
            again = True
        except Exception:  # as in a turn
            log.exception("turn", inbox=number)
            again = await self._failed(number)
        self._busy.discard(message.sender)
        if again:
            self.open(message.sender)

    async def _fell(self, taken: Mapping[Address, int], answered: Collection[Address]) -> set[Address]:
        """Let what stopped the turns be answered alone, or be tried later when it was; return whom to look at again."""
        if len(taken) <= 1:
            return {chat for chat, number in taken.items() if await self._failed(number)}
        self._alone.update([chat for chat in taken if chat not in answered][:1] or answered)
        return set(taken)

    async def _failed(self, number: int) -> bool:
        """Note that a message could not be answered; return whether its chat can go on."""
        try:
            async with self._database.transaction() as session:
                if await inbox.failed(session, number, now=self._clock()):
                    row = await session.get_one(inbox.Received, number)
                    await self._on_fault(session, row.message, self._clock())
        except SQLAlchemyError as error:
            log.warning("inbox", problem=type(error).__name__)
            return False
        return True
