"""A question that nobody could answer, answered after one press in the console, by every process."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiohttp
import pytest
from sqlalchemy import select

from models import crypto, migrate, staff, staff_sessions
from models.base import Database
from models.rights import Grant
from models.unanswered import Unanswered
from tests.databases import own_postgres
from tests.office import NO_PASSWORD, Desk
from tests.processes import asked, serving

pytestmark = pytest.mark.timeout(180)
SECRET = "a secret for tests"
QUESTION, ANSWER = "掼蛋", "双升扑克比赛"


@pytest.fixture(autouse=True)
def _same_key(monkeypatch):
    """Make the tokens of forms as the services do."""
    monkeypatch.setattr(crypto._Keys, "lookup", crypto.derive(SECRET.encode(), b"lookup"))


@pytest.fixture
async def address(postgres):
    """The address of a PostgreSQL of its own, tables made."""
    async with own_postgres(postgres, "questions") as found:
        await migrate.upgrade(found)
        yield found


async def sit_down(database: Database, url: str) -> Desk:
    """Let an editor sit down, logged in."""
    now = datetime.now(UTC)
    async with database.transaction() as session:
        who = await staff.add(session, "li", "李（演示）", NO_PASSWORD, [Grant("administrator")], now=now)
        token = await staff_sessions.begin(session, who, address="127.0.0.1", browser="test", now=now)
    return Desk(url, who, token)


async def until_answered(page: aiohttp.ClientSession, url: str, *, letters: int) -> None:
    """Ask again until the answer is right; the page has so many *letters* already."""
    while ANSWER not in await asked(page, url, f"message-again-{letters}", QUESTION, after=letters):
        letters += 1
        await asyncio.sleep(0.5)


async def test_question_becomes_a_phrasing_and_is_answered_by_every_process(address, tmp_path):
    told = {
        "DATABASE_URL": address,
        "FIELD_KEYS": crypto.new_key().decode(),
        "SECRET_KEY": SECRET,
    }
    database = Database(address)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        services, chats = [], []
        for name in ("here", "there"):
            (tmp_path / name).mkdir()
            services.append(await stack.enter_async_context(serving(tmp_path / name, **told)))
            jar = aiohttp.CookieJar(unsafe=True)
            chats.append(await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))
            await (await chats[-1].get(services[-1].url)).read()
        desk = await sit_down(database, services[0].url)
        stack.push_async_callback(desk.leave)

        before = await asked(chats[1], services[1].url, "message-1", QUESTION, after=0)
        shown = await desk.open("/questions")
        async with database.transaction() as session:
            number = await session.scalar(select(Unanswered.id))
        await desk.follow("/questions", "add", numbers=number, phrasing=QUESTION, key="poker-contest")
        async with asyncio.timeout(20):
            await until_answered(chats[0], services[0].url, letters=0)
            await until_answered(chats[1], services[1].url, letters=1)

    assert ANSWER not in before
    assert QUESTION in shown.text
