"""The staff console over HTTP, and colleagues who work in it as their browsers would."""

import io
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from bot.web import console, entrance, pages, server
from config.settings import Settings
from handlers import staff as staff_pages
from handlers.confiding import Ways
from handlers.dialogue import Edition
from handlers.members import services
from handlers.router import Router
from models import crypto, staff, staff_sessions
from models.base import Database
from models.files import Store
from models.rights import Grant, Role
from models.staff import Staff

NO_PASSWORD = "nobody knows it"
SITE = "https://gonghui.example"
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What a browser got: *location* is where it was sent on to."""

    status: int
    html: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def text(self) -> str:
        """Return what a person reads, in one line."""
        return " ".join(unescape(TAGS.sub(" ", self.html)).split())


class Desk:
    """A colleague with a browser that is logged in."""

    def __init__(self, url: str, who: Staff, token: str) -> None:
        self.who = who
        self.token = token
        self._url = url
        cookies = {"staff": token}
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), cookies=cookies)

    async def open(self, path: str) -> Answer:
        """Open the page at *path* below `/console`."""
        return await self._ask("GET", path, None)

    async def do(
        self, path: str, action: str, files: dict[str, tuple[str, bytes]] | None = None, **fields: Any
    ) -> Answer:
        """Send the form *action* of a page; a list sends a field several times. The answer is not followed."""
        form = aiohttp.FormData(default_to_multipart=bool(files), quote_fields=False)
        told = {"csrf": crypto.lookup_hash(f"form:{self.token}"), "do": action, **fields}
        for name, value in told.items():
            for one in value if isinstance(value, list | tuple) else [value]:
                form.add_field(name, str(one))
        for name, (filename, body) in (files or {}).items():
            form.add_field(name, io.BytesIO(body), filename=filename)
        return await self._ask("POST", path, form)

    async def follow(self, path: str, action: str, **fields: Any) -> Answer:
        """Send a form and open where it leads; what was typed must be right."""
        sent = await self.do(path, action, **fields)
        assert sent.status == 303, sent.text
        return await self.open(sent.location.removeprefix("/console"))

    @asynccontextmanager
    async def live(self, path: str) -> AsyncIterator[AsyncIterator[str]]:
        """Keep the page at *path* open: what changes by itself comes as it changes."""
        page, _, query = path.partition("?")
        async with self._http.get(f"{self._url}/console{page}/live?{query}") as answer:
            yield (json.loads(line[6:]) async for line in answer.content if line.startswith(b"data: "))

    async def leave(self) -> None:
        await self._http.close()

    async def _ask(self, method: str, path: str, form: aiohttp.FormData | None) -> Answer:
        url = f"{self._url}/console{path}".rstrip("/")
        async with self._http.request(method, url, data=form, allow_redirects=False) as answer:
            body = await answer.read()
            kind = answer.content_type
            html = body.decode() if kind.startswith("text/") or kind.endswith("json") else ""
            return Answer(answer.status, html, body, answer.headers)


class Office:
    """The console on one database, and everybody who works there."""

    def __init__(self, database: Database, edition: Edition, clock: Callable[[], datetime]) -> None:
        self.url = ""
        self.edition = edition
        self.database = database
        self.clock = clock
        self._desks: list[Desk] = []

    async def enter(self, login: str, *grants: Grant | Role) -> Desk:
        """Let a colleague with these roles sit down, logged in; the whole federation unless a grant says otherwise."""
        held = [one if isinstance(one, Grant) else Grant(one) for one in grants]
        async with self.database.transaction() as session:
            who = await staff.by_login(session, login)
            if who is None:
                who = await staff.add(session, login, f"{login}（演示）", NO_PASSWORD, held, now=self.clock())
            token = await staff_sessions.begin(
                session, who, address="127.0.0.1", browser="test", now=self.clock()
            )
        self._desks.append(Desk(self.url, who, token))
        return self._desks[-1]

    async def close(self) -> None:
        for desk in self._desks:
            await desk.leave()


@asynccontextmanager
async def office(
    database: Database, edition: Edition, clock: Callable[[], datetime], folder: Path
) -> AsyncIterator[Office]:
    """Open the console on *database*; *edition* is what is published."""
    here = Office(database, edition, clock)
    settings = Settings(_env_file=None, data_dir=folder)
    door = entrance.Entrance(settings, database, lambda: here.edition.content, clock)
    inside = console.Inside(
        settings,
        database,
        lambda: (here.edition.content, here.edition.index),
        Store(settings.files),
        Ways(site=SITE),
        clock,
        Router(services()).check,
    )
    found = [entrance.routes(door), console.routes(inside, door, staff_pages.pages()), pages.routes]
    async with TestServer(server.build(settings, database, found)) as site:
        here.url = str(site.make_url("")).rstrip("/")
        try:
            yield here
        finally:
            await here.close()
