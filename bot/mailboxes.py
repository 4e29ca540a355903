"""Mailboxes: messages are stored, acknowledged, and answered one after the other in each chat."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from models import inbox
from models.base import Database
from models.messages import Address, Incoming

log = structlog.get_logger()
Prepare = Callable[[Incoming], Awaitable[Incoming]]
Answer = Callable[[AsyncSession, Incoming, datetime], Awaitable[None]]
TOGETHER, PAUSE = 100, 1.0
WORKERS = {"sqlite": 2, "postgresql": 16}
"""Turns at once; SQLite writes one after the other, and more would only stand before what is to be stored."""


class Mailboxes:
    """Stores what arrives and answers it: one mailbox a chat, so that no chat waits for another."""

    def __init__(
        self,
        database: Database,
        answer: Answer,
        on_fault: Answer,
        clock: Callable[[], datetime],
        prepare: Prepare,
    ) -> None:
        self._database = database
        self._answer = answer
        self._on_fault = on_fault
        self._clock = clock
        self._prepare = prepare
        self._arrived: list[tuple[Incoming, asyncio.Future[bool]]] = []
        self._storing: asyncio.Task[None] | None = None
        self._open: dict[Address, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(WORKERS[database.kind])

    async def receive(self, message: Incoming) -> bool:
        """Store *message*; when this returns it may be acknowledged. Return False when its chat has nothing new.

        Messages that wait are stored together.

        Raises SQLAlchemyError when it could not be stored.
        """
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._arrived.append((message, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store(), name="store")
        return await stored

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
        if chat in self._open:
            self._open[chat] = True
            return
        self._open[chat] = False
        task = asyncio.create_task(self._empty(chat), name=f"mailbox {chat.channel}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _store(self) -> None:
        while self._arrived:
            batch, self._arrived = self._arrived[:TOGETHER], self._arrived[TOGETHER:]
            try:
                async with self._database.transaction() as session:
                    chats = await inbox.put(session, [message for message, _ in batch], now=self._clock())
            except Exception as error:  # noqa: BLE001 -- handed to each waiting sender
                for _, stored in batch:
                    if not stored.done():
                        stored.set_exception(error)
                continue
            for message, stored in batch:
                if not stored.done():
                    stored.set_result(message.sender in chats)
            for chat in chats:
                self.open(chat)

    async def _empty(self, chat: Address) -> None:
        try:
            while True:
                async with self._places:
                    more = await self._turn(chat)
                if not more:
                    if not self._open[chat]:
                        return
                    self._open[chat] = False
        finally:
            del self._open[chat]

    async def _turn(self, chat: Address) -> bool:
        """Answer the oldest message of *chat*; return whether another waits."""
        row_id = 0
        ready: dict[int, Incoming] = {}
        try:
            while True:
                async with self._database.transaction() as session:
                    row, more = await inbox.take(session, chat, now=self._clock())
                    if row is None:
                        return False
                    row_id, message = row.id, row.message
                    if row_id in ready or not message.file:
                        await self._answer(session, ready.get(row_id, message), self._clock())
                        await inbox.done(session, row)
                        return more
                ready[row_id] = await self._prepare(message)
        except Exception:  # the turn: logged once with its id, and the next one goes on
            log.exception("turn", inbox=row_id)
            return await self._failed(row_id)

    async def _failed(self, row_id: int) -> bool:
        if not row_id:
            return False
        try:
            async with self._database.transaction() as session:
                if await inbox.failed(session, row_id, now=self._clock()):
                    row = await session.get_one(inbox.Received, row_id)
                    await self._on_fault(session, row.message, self._clock())
        except SQLAlchemyError as error:
            log.warning("inbox", problem=type(error).__name__)
            return False
        return True
