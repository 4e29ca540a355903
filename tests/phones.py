"""What every member in the tests can do, whatever phone they have, and the clock that they live by."""

import asyncio
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

PATIENCE = 20
A_MOMENT = timedelta(seconds=2)


class RunningClock:
    """A clock that runs on and can be set forward; it begins on Tuesday, 10 November 2026, 10:00 in Beijing."""

    def __init__(self) -> None:
        self._ahead = datetime(2026, 11, 10, 2, tzinfo=UTC) - datetime.fromtimestamp(time.monotonic(), UTC)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.monotonic(), UTC) + self._ahead

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self._ahead += by


class Member(ABC):
    """A member with a phone; *actions* counts what they said, sent and pressed."""

    def __init__(self, clock: RunningClock) -> None:
        self.actions = 0
        self._clock = clock

    async def say(self, said: str) -> str:
        """Say something, or press `[label]`; return the answer, its buttons on the last line."""
        self.actions += 1
        self._clock.forward(A_MOMENT)
        await (self._press(said.strip("[]")) if said.startswith("[") else self._text(said))
        return await self.read()

    async def start(self, event: str) -> str:
        """Follow the code on a poster; return the answer."""
        self.actions += 1
        self._clock.forward(A_MOMENT)
        await self._start(event)
        return await self.read()

    async def run(self, *lines: tuple[str, str]) -> None:
        """Say each left side; the answer must equal the right side."""
        for said, expected in lines:
            told = await self.say(said)
            assert told == expected, f"{said} was answered:\n{told}"

    async def read(self) -> str:
        """Wait for the next letter and return it."""
        async with asyncio.timeout(PATIENCE):
            return await self._next()

    async def show(self, picture: bytes) -> str:
        """Send a picture and return the answer."""
        self.actions += 1
        self._clock.forward(A_MOMENT)
        await self._picture_sent(picture)
        return await self.read()

    @abstractmethod
    async def picture(self) -> bytes:
        """Return the picture of the newest letter."""

    @abstractmethod
    async def _picture_sent(self, picture: bytes) -> None: ...

    @abstractmethod
    async def _text(self, said: str) -> None: ...

    @abstractmethod
    async def _press(self, label: str) -> None: ...

    @abstractmethod
    async def _start(self, event: str) -> None: ...

    @abstractmethod
    async def _next(self) -> str: ...
