"""The whole service in one process, and members who talk with it on Telegram and on the page, as they really would."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import Select, select

from bot import app, edition, jobs
from config.settings import Settings
from handlers.search.index import Index
from models import content, staff, staff_sessions
from models.files import Store
from models.outbox import Letter
from models.rights import Grant, Role
from tests import follower
from tests.databases import tables
from tests.office import Desk
from tests.phones import PATIENCE, Member, RunningClock
from tests.platforms import telegram as platform
from tests.platforms import wechat

WAYS = ("web", "telegram", "wechat")
AT_ANY_TIME = ("web", "telegram")
"""Where a letter arrives whenever it is written: on WeChat it may wait for the next contact (tests/account)."""


class OnTelegram(Member):
    """A member on Telegram."""

    def __init__(self, clock: RunningClock, server: platform.Server, chat: str) -> None:
        super().__init__(clock)
        self._server = server
        self._chat = chat
        self._read = 0
        self._known: set[int] = set()

    async def _text(self, said: str) -> None:
        self._server.text(said, chat=self._chat)

    async def _press(self, label: str) -> None:
        letters = [letter for letter in self._letters() if label in _labels(letter)]
        self._server.press(letters[-1], label)

    async def _start(self, event: str) -> None:
        self._server.text(f"/start {event}", chat=self._chat)

    async def picture(self) -> bytes:
        return self._letters()[-1].file

    async def _picture_sent(self, picture: bytes) -> None:
        self._server.picture(picture, chat=self._chat)

    async def _next(self) -> str:
        await self._server.until(lambda: self._seen() > self._read, PATIENCE)
        self._read += 1
        letters = sorted(self._letters(), key=lambda letter: (letter.at, letter.id))
        new = [letter for letter in letters if letter.id not in self._known]  # two may have come at once
        read = new[0] if new else letters[-1]
        self._known.add(read.id)
        buttons = " ".join(f"[{label}]" for label in _labels(read))
        return f"{read.text}\n{buttons}".strip()

    def _letters(self) -> list[platform.Letter]:
        return [letter for letter in self._server.letters if letter.chat == self._chat]

    def _seen(self) -> int:
        return sum(1 + letter.edits for letter in self._letters())


def _labels(letter: platform.Letter) -> list[str]:
    return [button["text"] for row in letter.keyboard for button in row]


class OnThePage(Member):
    """A member on the chat page."""

    def __init__(self, clock: RunningClock, page: aiohttp.ClientSession, url: str) -> None:
        super().__init__(clock)
        self._page = page
        self._url = url
        self._last = self._posted = 0
        self._picture = ""
        self._choices: dict[str, str] = {}

    async def _text(self, said: str) -> None:
        await self._post({"text": said})

    async def _press(self, label: str) -> None:
        await self._post({"kind": "press", "text": label, "value": self._choices[label]})

    async def _start(self, event: str) -> None:
        async with self._page.get(f"{self._url}/e/{event}") as answer:
            found = re.search(r'data-event="([^"]*)"', await answer.text())
        assert found
        await self._post({"kind": "start", "value": found[1]})

    async def _post(self, said: dict[str, str]) -> None:
        self._posted += 1
        body = {"id": f"message-{self._posted}", **said}
        async with self._page.post(f"{self._url}/api/chat/messages", json=body) as answer:
            assert answer.status == 202, await answer.text()

    async def _next(self) -> str:
        heard = {"Last-Event-ID": str(self._last)}
        async with self._page.get(f"{self._url}/api/chat/events", headers=heard) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    return self._shown(json.loads(line.removeprefix(b"data: ")))
        raise AssertionError("the stream ended")

    async def picture(self) -> bytes:
        async with self._page.get(f"{self._url}{self._picture}") as answer:
            return await answer.read()

    async def _picture_sent(self, picture: bytes) -> None:
        self._posted += 1
        form = aiohttp.FormData()
        form.add_field("photo", io.BytesIO(picture), filename="photo")
        url = f"{self._url}/api/chat/files?id=message-{self._posted}"
        async with self._page.post(url, data=form) as answer:
            assert answer.status == 202, await answer.text()

    def _shown(self, letter: dict) -> str:
        self._last = letter["id"]
        self._picture = letter.get("ticket") or (letter.get("picture") or {}).get("path", "")
        self._choices |= {choice["label"]: choice["value"] for choice in letter["choices"]}
        buttons = " ".join(f"[{choice['label']}]" for choice in letter["choices"])
        return f"{letter['text']}\n{buttons}".strip()


class Town:
    """The service with its demo events, and its members."""

    def __init__(
        self, house: app.House, clock: RunningClock, server: platform.Server, url: str, account: wechat.Server
    ) -> None:
        self.account = account
        self.house = house
        self.clock = clock
        self.server = server
        self._url = url
        self._pages: list[aiohttp.ClientSession] = []
        self._desk: aiohttp.ClientSession | None = None
        self._desks: list[Desk] = []

    async def member(self, way: str) -> Member:
        """Let a new member take up their phone."""
        if way == "wechat":
            return follower.OnWeChat(self.clock, self.account)
        if way == "telegram":
            self._pages.append(aiohttp.ClientSession())
            return OnTelegram(self.clock, self.server, str(100 + len(self._pages)))
        page = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._pages.append(page)
        async with page.get(self._url) as answer:
            assert answer.status == 200
        return OnThePage(self.clock, page, self._url)

    async def page(self, path: str, **form: str) -> str:
        """Open a page as a colleague does, or send its form."""
        if self._desk is None:
            self._desk = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            self._pages.append(self._desk)
        method = "POST" if form else "GET"
        async with self._desk.request(method, f"{self._url}{path}", data=form) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def colleague(self, login: str, *roles: Role) -> Desk:
        """Let a colleague with these roles sit down at the console."""
        async with self.house.database.transaction() as session:
            held = [Grant(role) for role in roles]
            who = await staff.add(
                session, login, f"{login}（演示）", "nobody knows it", held, now=self.clock()
            )
            token = await staff_sessions.begin(
                session, who, address="127.0.0.1", browser="test", now=self.clock()
            )
        self._desks.append(Desk(self._url, who, token))
        return self._desks[-1]

    async def put_on_duty(self, name: str = "值班（演示）") -> None:
        """Put a colleague on duty, as the page of the duty does."""
        async with self.house.database.transaction() as session:
            row = await session.get_one(content.ListRow, "duty")
            on = {"name": name, "channel": "phone", "address": "desk"}
            row.body = {"": {**row.body[""], "staff": [on]}}
            await content.publish(session)
        await edition.refresh(self.house.database, self.house.dialogue)

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass and the clock do its jobs; what is under way is recorded first, or its lease would run out."""
        async with asyncio.timeout(PATIENCE):
            while await self._any(select(Letter.id).where(Letter.state == "leased")):
                await asyncio.sleep(0.01)
        self.clock.forward(by)
        house = self.house
        for job in jobs.all_jobs(
            house.database, house.mailboxes, house.dialogue, Store(house.settings.files), self.clock, "town"
        ):
            await job()

    async def _any(self, query: Select) -> bool:
        async with self.house.database.transaction() as session:
            return await session.scalar(query.limit(1)) is not None

    async def leave(self) -> None:
        """Put all phones away."""
        for page in self._pages:
            await page.close()
        for desk in self._desks:
            await desk.leave()


_INDEXES: dict[tuple, Index] = {}


@asynccontextmanager
async def _one_index() -> AsyncIterator[None]:
    """Build the index of the same phrasings once only: it takes longer than most talks."""
    build = Index.build

    def once(entries, guards, development):
        key = tuple((entry.slug, entry.title, entry.phrasings) for entry in entries)
        if key not in _INDEXES:
            _INDEXES[key] = build(entries, guards, development)
        return _INDEXES[key]

    with patch.object(Index, "build", once):
        yield


@asynccontextmanager
async def town(folder: Path, *, grade: str = "certified-service", **more: str) -> AsyncIterator[Town]:
    """Run the service with its demo events, on every channel; *grade* is that of the account on WeChat."""
    clock = RunningClock()
    async with (
        platform.serving() as server,
        wechat.serving(grade=grade, clock=lambda: clock().timestamp()) as account,
    ):
        settings = Settings(
            _env_file=None, data_dir=folder, demo=True, telegram_bot_token=platform.TOKEN,
            telegram_api_url=server.url, telegram_file_url=f"{server.url}/file",
            wechat_api_url=account.url, wechat_grade=grade, **wechat.SETTINGS, **more,
        )  # fmt: skip
        (folder / "gonghui.db").write_bytes(await tables())
        async with _one_index(), app.build(settings, clock) as house, TestServer(house.site) as site:
            tasks = [
                asyncio.create_task(channel.listen(house.mailboxes.receive)) for channel in house.channels
            ]
            tasks.append(asyncio.create_task(house.delivery.run()))
            found = Town(house, clock, server, str(site.make_url("/")).rstrip("/"), account)
            account.callback = f"{site.make_url('/wechat/callback')}"
            try:
                yield found
            finally:
                await found.leave()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
