"""The postman: takes due letters from the outbox and hands them to their channels, evenly and in lanes."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, Held, Moved, TryLater, Unreachable
from models import budgets, claims, dispatch, notices, outbox
from models.base import Database
from models.messages import Address
from models.outbox import BULK, Letter

log = structlog.get_logger()
POLL, PAUSE, FAULT_SECONDS, LONGEST = 1.0, 1.0, 30.0, 300.0
OnGone = Callable[[AsyncSession, Address, str, datetime], Awaitable[None]]
OnMoved = Callable[[AsyncSession, Address, Address], Awaitable[None]]
OnFailures = Callable[[AsyncSession, int, str, datetime], Awaitable[None]]
How = Callable[..., Awaitable[str]]
Ended = tuple[Letter, How, tuple[object, ...]]
"""A letter, what writes down how it ended, and what that is told."""

LOOKED_AT, TOO_MANY = 200, 0.2


class Failures:
    """How the last letters of each notice went on each channel, as far as this process sent them."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, str], deque[bool]] = defaultdict(lambda: deque(maxlen=LOOKED_AT))

    def too_many(self, notice: int, channel: str, state: str) -> bool:
        """Note the end of a letter; say, once, that more than a fifth of the last 200 failed."""
        last = self._last[notice, channel]
        last.append(state in {"failed", "unknown"})
        if len(last) < LOOKED_AT or sum(last) <= TOO_MANY * LOOKED_AT:
            return False
        last.clear()
        return True


class Delivery:
    """Sends letters, and sends them again when a platform asks to wait."""

    def __init__(
        self,
        database: Database,
        channels: Iterable[Channel],
        clock: Callable[[], datetime],
        owner: str,
        *,
        on_gone: OnGone | None = None,
        on_moved: OnMoved | None = None,
        on_failures: OnFailures | None = None,
    ) -> None:
        self._database = database
        self._channels = {channel.name: channel for channel in channels if channel.rate is not None}
        self._clock = clock
        self._owner = owner
        self._on_gone = on_gone
        self._on_moved = on_moved
        self._on_failures = on_failures
        self._woken = {name: asyncio.Event() for name in self._channels}
        self._sending: set[asyncio.Task[None]] = set()
        self._sent: list[tuple[Letter, str]] = []
        self._ended: list[Ended] = []
        self._recording: asyncio.Task[None] | None = None
        self._failures = Failures()
        database.listen(self._wake)

    async def run(self) -> None:
        """Deliver until cancelled; letters under way are finished first.

        SQLite serves one process, so what is leased at the start was left by a dead one and is freed at once.
        """
        if self._database.kind == "sqlite":
            async with self._database.transaction() as session:
                await outbox.sweep(session, now=self._clock(), alone=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                for channel in self._channels.values():
                    tasks.create_task(self._serve(channel), name=f"delivery {channel.name}")
                await asyncio.Event().wait()
        finally:
            await asyncio.gather(*self._sending, return_exceptions=True)
            await self._recorded()

    async def round(self) -> int:
        """Deliver what may leave now and wait for it; return how many letters left."""
        sent = 0
        for channel in self._channels.values():
            while letters := (await self._claim(channel)).letters:
                sent += len(letters)
                await asyncio.gather(*(self._deliver(channel, letter) for letter in letters))
                await self._recorded()
        return sent

    async def _recorded(self) -> None:
        """Wait until all ends so far are written down."""
        if self._recording is not None:
            await self._recording

    def _wake(self, name: str) -> None:
        kind, _, channel = name.partition(":")
        if kind == "letters" and channel in self._woken:
            self._woken[channel].set()
        if name == notices.WAKE:
            for woken in self._woken.values():
                woken.set()

    async def _serve(self, channel: Channel) -> None:
        woken = self._woken[channel.name]
        while True:
            woken.clear()
            try:
                claim = await self._claim(channel)
            except SQLAlchemyError as error:
                log.warning("outbox", channel=channel.name, problem=type(error).__name__)
                await asyncio.sleep(PAUSE)
                continue
            for letter in claim.letters:
                task = asyncio.create_task(self._deliver(channel, letter), name=f"letter {letter.id}")
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            await self._rest(woken, claim)

    async def _rest(self, woken: asyncio.Event, claim: claims.Claim) -> None:
        """Sleep until the next slot; from when a reply may leave, until woken; a slow poll stands behind both."""
        await asyncio.sleep(self._seconds_until(claim.free_at))
        wait = POLL if claim.next_at is None else self._seconds_until(claim.next_at)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(POLL, wait)):
                await woken.wait()

    def _seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._clock()).total_seconds())

    async def _claim(self, channel: Channel) -> claims.Claim:
        async with self._database.transaction() as session:
            now = self._clock()
            claim = await claims.claim(
                session, channel.name, owner=self._owner, rate=channel.rate or 1, now=now
            )
            return replace(claim, letters=tuple(await dispatch.prepare(session, claim.letters, now=now)))

    async def _deliver(self, channel: Channel, letter: Letter) -> None:
        """Send one letter and record how it went."""
        try:
            platform_id = await channel.send(letter.address, letter.message)
        except Unreachable as refusal:
            self._end(letter, self._gone, refusal.reason)
        except Moved as move:
            self._end(letter, self._moved, move.address)
        except Held:
            self._end(letter, self._settle, outbox.HELD)
        except TryLater as wait:
            self._end(letter, self._later, wait)
        except Exception:  # the letter: logged once with its id, and the others go on
            log.exception("letter", id=letter.id, channel=letter.channel)
            self._end(letter, self._later, TryLater(FAULT_SECONDS))
        else:
            self._sent.append((letter, platform_id))
            self._record()

    def _end(self, letter: Letter, how: How, *told: object) -> None:
        self._ended.append((letter, how, told))
        self._record()

    def _record(self) -> None:
        """Have ends of letters written down: what ends while one transaction runs goes into the next together."""
        if self._recording is None:
            self._recording = asyncio.create_task(self._write_down(), name="ends of letters")

    async def _write_down(self) -> None:
        try:
            while self._sent or self._ended:
                sent, self._sent = self._sent, []
                ended, self._ended = self._ended, []
                await self._write(sent, ended)
        finally:
            self._recording = None

    async def _write(self, sent: Sequence[tuple[Letter, str]], ended: Sequence[Ended]) -> None:
        """Write down ends; while the database is away the leases run on and the sweep sees to the letters."""
        letters = [*(letter for letter, _ in sent), *(letter for letter, *_ in ended)]
        try:
            async with self._database.transaction() as session:
                if sent:
                    await outbox.settle_sent(session, sent, owner=self._owner, now=self._clock())
                states = [(letter, "sent") for letter, _ in sent]
                states += [(letter, await how(session, letter, *told)) for letter, how, told in ended]
                for letter, state in states:
                    log.info("letter", id=letter.id, channel=letter.channel, state=state)
                    await self._watch(session, letter, state)
        except SQLAlchemyError as error:
            numbers = [letter.id for letter in letters]
            log.warning("letters not recorded", ids=numbers, problem=type(error).__name__)
        for channel in {letter.channel for letter in letters}:
            self._wake(f"letters:{channel}")

    async def _watch(self, session: AsyncSession, letter: Letter, state: str) -> None:
        failing = letter.notice_id and self._failures.too_many(letter.notice_id, letter.channel, state)
        if failing and letter.notice_id and self._on_failures is not None:
            await self._on_failures(session, letter.notice_id, letter.channel, self._clock())

    async def _settle(
        self, session: AsyncSession, letter: Letter, state: outbox.State, **more: object
    ) -> str:
        mine = await outbox.settle(session, letter, state, owner=self._owner, now=self._clock(), **more)  # type: ignore[arg-type]
        return state if mine else "taken over"

    async def _gone(self, session: AsyncSession, letter: Letter, reason: str) -> str:
        if reason == "refused":
            return await self._settle(session, letter, "failed", reason=reason)
        if self._on_gone is not None:
            await self._on_gone(session, letter.at, reason, self._clock())
        return await self._settle(session, letter, "gone", reason=reason)

    async def _moved(self, session: AsyncSession, letter: Letter, address: str) -> str:
        old, new = letter.at, Address(letter.channel, address)
        letter.address = address
        state = await self._settle(session, letter, "waiting", retry_at=self._clock())
        await outbox.move(session, old, new)
        if self._on_moved is not None:
            await self._on_moved(session, old, new)
        return state

    async def _later(self, session: AsyncSession, letter: Letter, wait: TryLater) -> str:
        if wait.unknown and letter.once:
            return await self._settle(session, letter, "unknown", reason="no answer")
        slower = (
            min(LONGEST, wait.seconds * 2 ** min(letter.tries - 1, 8))
            if wait.holds == "letter"
            else wait.seconds
        )
        until = self._clock() + timedelta(seconds=slower)
        state = await self._settle(session, letter, "waiting", retry_at=until, reason="later")
        if wait.holds == "chat":
            await outbox.hold_chat(session, letter.at, until=until)
        elif wait.holds == "lane":
            budget = await budgets.locked(session, letter.channel, now=self._clock())
            budget.hold(until, bulk_only=letter.lane == BULK)
        return state
