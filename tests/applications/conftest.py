"""Members who apply: at the page, which keeps private words, and in a chat that does not."""

from datetime import datetime

import pytest
from sqlalchemy import select

from handlers import applying
from models import application_states, staff
from models.applications import Application
from models.outbox import Letter
from models.rights import Grant
from tests.cases.conftest import Town, town  # noqa: F401 -- the fixture
from tests.transcripts import readable

KNOWN = ("王芳（演示）", "13800000001")


class Office:
    """Members who apply, and the colleagues who see to it, with the letters that they write."""

    def __init__(self, town: Town) -> None:  # noqa: F811 -- what the fixture gives
        self.town, self.page, self.telegram, self.clock = town, town.page, town.telegram, town.clock
        self.content = town.page.dialogue.edition.content
        self.told = (self.content, town.page.dialogue.ways)

    @property
    def now(self) -> datetime:
        return self.clock()

    async def known(self, chat=None, member: str = "wang") -> None:
        """Let somebody be known by name and number, as after a first application."""
        for said in ("我要入会", "[我要申请]", "[有]", "演示单位", *KNOWN, "[没错，交上去]"):
            await (chat or self.page).say(said, member=member)

    async def colleague(self, session, login: str):
        """Return a colleague who checks and decides."""
        grants = [Grant("caseworker"), Grant("approver")]
        found = await staff.by_login(session, login)
        return found or await staff.add(session, login, f"{login}（演示）", "x", grants, now=self.now)

    async def move(self, to: str, by: str = "li", number: int | None = None, **more) -> None:
        """Let a colleague bring the newest application on, and tell the member."""
        async with self.page.database.transaction() as session:
            found = await self.newest(session)
            await application_states.move(
                session, found, to, await self.colleague(session, by), now=self.now, **more
            )
            await applying.tell(session, *self.told, found, now=self.now)

    async def check(self, by: str = "li") -> None:
        """Let a colleague write down that everything is in order."""
        async with self.page.database.transaction() as session:
            found = await self.newest(session)
            await application_states.check(session, found, await self.colleague(session, by), now=self.now)

    async def newest(self, session) -> Application:
        return (await session.scalars(select(Application).order_by(Application.id.desc()).limit(1))).one()

    async def all(self) -> list[Application]:
        """Return what was handed in."""
        async with self.page.database.transaction() as session:
            return list(await session.scalars(select(Application).order_by(Application.id)))

    async def letters(self, address: str) -> list[str]:
        """Return what was written to an address."""
        async with self.page.database.transaction() as session:
            query = select(Letter).where(Letter.address == address).order_by(Letter.id)
            return [readable(letter.message) for letter in await session.scalars(query)]


@pytest.fixture
def office(town: Town) -> Office:  # noqa: F811 -- the fixture
    return Office(town)


@pytest.fixture
async def filed(office):
    """An application for tuition aid, by somebody on the page."""
    for one in ("学费资助", "[我要申请]", "[本科]", "[有]", "[今年]", "[没有]", *KNOWN, "[没错，交上去]"):
        await office.page.say(one)
    return office
