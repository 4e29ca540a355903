"""Signing up while the service is killed: one place, one offer, one letter of each."""

import asyncio
import signal
import sqlite3
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import select

from models import crypto, events, roster, signups  # noqa: F401 -- members point to the roster
from models.base import Database
from models.members import Member
from models.outbox import Letter
from models.signups import Wish
from tests.platforms import telegram as platform
from tests.processes import Service, serving

pytestmark = pytest.mark.timeout(120)
EVENT, PLACES = "board-contest", 40
KEY = crypto.new_key()


class Phones:
    """Members who sign up for the demo event through Telegram."""

    def __init__(self, server: platform.Server) -> None:
        self.server = server

    async def say(self, chat: str, said: str) -> None:
        """Say something, or press `[label]`, and wait for the answer."""
        before = self._seen(chat)
        self.begin(chat, said)
        await self.server.until(lambda: self._seen(chat) > before, 40)

    def begin(self, chat: str, said: str) -> None:
        """Say something, or press `[label]`, and do not wait."""
        if said.startswith("["):
            self.server.press(self.last(chat), said.strip("[]"))
        else:
            self.server.text(said, chat=chat)

    def last(self, chat: str) -> platform.Letter:
        """Return the newest letter of a chat."""
        return [letter for letter in self.server.letters if letter.chat == chat][-1]

    async def told(self, chat: str, words: str) -> None:
        """Wait until a letter of the chat holds *words*."""
        await self.server.until(lambda: any(words in text for text in self.server.texts(chat)), 40)

    async def up_to_the_last_tap(self, chat: str) -> None:
        """Fill the form in, all but the last button."""
        for said in ("象棋报名", "[报名]", f"演示{chat}", f"138000000{chat}", "[象棋业余组]"):
            await self.say(chat, said)

    def _seen(self, chat: str) -> int:
        return sum(1 + letter.edits for letter in self.server.letters if letter.chat == chat)


@pytest.fixture(autouse=True)
def _one_key(monkeypatch):
    """Let the test read and write what the service does."""
    monkeypatch.setattr(crypto._Keys, "fernet", MultiFernet([Fernet(KEY)]))


@pytest.fixture
async def phones():
    async with platform.serving() as server:
        yield Phones(server)


def settings(phones: Phones) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": platform.TOKEN, "TELEGRAM_API_URL": phones.server.url, "DEMO": "true",
        "FIELD_KEYS": KEY.decode(),
    }  # fmt: skip


async def kill_and_restart(service: Service) -> None:
    assert await service.end(signal.SIGKILL) != 0
    await service.start()


def rows(folder, query: str) -> list[tuple]:
    database = sqlite3.connect(folder / "gonghui.db")
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


async def letters_that_say(folder, words: str) -> list[str]:
    """Return where letters with *words* went; they lie sealed."""
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    async with database.transaction() as session:
        found = [
            one.address
            for one in await session.scalars(select(Letter).order_by(Letter.id))
            if words in one.message.text
        ]
    await database.close()
    return found


async def fill(folder, count: int) -> None:
    """Give places to members who never write."""
    database, now = Database(f"sqlite:///{folder / 'gonghui.db'}"), datetime.now(UTC)
    async with database.transaction() as session:
        event = await events.by_slug(session, EVENT)
        for _ in range(count):
            member = Member(joined_at=now)
            session.add(member)
            await session.flush()
            await signups.sign_up(session, event, Wish(member_id=member.id, channel="tests"), now=now)
    await database.close()


async def test_kill_between_the_taps_and_the_answers_gives_each_one_place(phones, tmp_path):
    chats = [str(number) for number in range(11, 17)]
    async with serving(tmp_path, **settings(phones)) as service:
        await asyncio.gather(*(phones.up_to_the_last_tap(chat) for chat in chats))
        for chat in chats:
            phones.begin(chat, "[没错，报名]")
        await phones.server.until(lambda: any("报上了" in phones.last(chat).text for chat in chats), 20)
        await kill_and_restart(service)
        await asyncio.gather(*(phones.told(chat, "报上了") for chat in chats))

    places = rows(tmp_path, "SELECT member_id, number, state FROM places")
    assert len({member for member, *_ in places}) == len({number for _, number, _ in places}) == len(chats)
    assert [state for *_, state in places] == ["confirmed"] * len(chats)
    assert sorted(await letters_that_say(tmp_path, "报上了")) == chats


async def test_kill_around_a_promotion_leaves_one_offer_and_one_letter(phones, tmp_path):
    async with serving(tmp_path, **settings(phones)) as service:
        await fill(tmp_path, PLACES - 1)
        for chat in ("11", "12", "13"):
            await phones.up_to_the_last_tap(chat)
            await phones.say(chat, "[没错，报名]")
        await phones.say("11", "[来不了]")
        phones.begin("11", "[退掉]")
        await asyncio.sleep(0.02)
        await kill_and_restart(service)
        await phones.told("11", "退好了")
        await phones.told("12", "轮到您了")

    states = "SELECT state FROM places ORDER BY id DESC LIMIT 3"
    assert rows(tmp_path, states) == [("waiting",), ("offered",), ("cancelled",)]
    assert await letters_that_say(tmp_path, "轮到您了") == ["12"]
    assert await letters_that_say(tmp_path, "退好了") == ["11"]
