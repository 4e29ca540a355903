"""Members at their phones: the page, which keeps private words, and a chat that does not."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.web import moving
from handlers.confiding import Ways
from handlers.dialogue import Dialogue
from models import passes
from models.cases import Case
from models.messages import Address, Incoming
from models.outbox import Letter
from tests.databases import Clock
from tests.transcripts import Chat, readable

SITE = "https://gonghui.example"


@dataclass(frozen=True)
class Town:
    """The page and a chat on Telegram, with one service behind them."""

    page: Chat
    telegram: Chat
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock()

    async def follow(self, browser: str, member: str = "wang") -> str:
        """Open the link that was last shown to *member* on Telegram in a *browser*, and return what it shows."""
        link = next(choice.url for choice in self.telegram._choices[member] if choice.url)
        token = link.removeprefix(f"{SITE}/c/")
        async with self.page.database.transaction() as session:
            place = (await passes.of(session, token)).place
            used = await passes.use(session, token, now=self.now)
            assert used is not None
            who, purpose = used
            at = Address("phone", browser)
            await moving.let_in(session, who, at, purpose, place, now=self.now)
        return await self.page.send(Incoming(token, at, kind="press", value=purpose))

    async def desk(self) -> list[str]:
        """Return what the colleague on duty was told."""
        async with self.page.database.transaction() as session:
            query = select(Letter).where(Letter.address == "desk").order_by(Letter.id)
            return [readable(letter.message) for letter in await session.scalars(query)]

    async def cases(self) -> list[Case]:
        """Return what was handed in."""
        async with self.page.database.transaction() as session:
            return list(await session.scalars(select(Case).order_by(Case.id)))


@pytest.fixture
def town(database, dialogue: Dialogue, clock: Clock) -> Town:
    dialogue.ways = Ways(frozenset({"phone"}), SITE)
    return Town(Chat(database, dialogue, clock), Chat(database, dialogue, clock, "telegram"), clock)
