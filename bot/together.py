"""What many ask for at the same time is done in one transaction: what it costs is shared."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Database

Asked = TypeVar("Asked")
Given = TypeVar("Given")
Work = Callable[[AsyncSession, Sequence[Asked]], Awaitable[Sequence[Given]]]
Committed = Callable[[Sequence[Asked], Sequence[Given]], None]


class Together(Generic[Asked, Given]):
    """Gathers what is asked for while a transaction runs, and does up to *most* of it in the next."""

    def __init__(
        self,
        database: Database,
        work: Work[Asked, Given],
        most: int,
        committed: Committed[Asked, Given] = lambda _asked, _given: None,
    ) -> None:
        self._database = database
        self._work = work
        self._most = most
        self._committed = committed
        self._asked: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, asked: Asked) -> Given:
        """Return what the work gives for *asked*, once it is committed.

        Raises what the work or the commit raises, to all who asked together.
        """
        given: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._asked.append((asked, given))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="together")
        return await given

    async def _run(self) -> None:
        while self._asked:
            batch: list[tuple[Asked, asyncio.Future[Given]]] = []
            try:
                async with self._database.transaction() as session:
                    batch, self._asked = self._asked[: self._most], self._asked[self._most :]
                    asked = [one for one, _ in batch]
                    found = await self._work(session, asked)
            except Exception as error:  # noqa: BLE001 -- handed to each who waits
                if not batch:  # there was no transaction to gather for
                    batch, self._asked = self._asked, []
                for _, given in batch:
                    if not given.done():
                        given.set_exception(error)
                continue
            self._committed(asked, found)
            for (_, given), one in zip(batch, found, strict=True):
                if not given.done():
                    given.set_result(one)
