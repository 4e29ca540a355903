"""The WeChat channel: listens at its callback, answers in the response, sends by whichever way is open."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Receive
from bot.channels.wechat import checkup, menu
from bot.channels.wechat.callback import Callback
from bot.channels.wechat.client import Client
from bot.channels.wechat.codes import Codes
from bot.channels.wechat.login import Login
from bot.channels.wechat.mass import Mass
from bot.channels.wechat.updates import NAME
from bot.channels.wechat.ways import WaysOut
from config.content import Content
from config.settings import Settings
from models import wechat_board
from models.base import Database
from models.files import Store
from models.messages import Incoming, Outgoing


class WeChat:
    """Members in an Official Account."""

    name = NAME
    private = True

    def __init__(
        self,
        settings: Settings,
        http: aiohttp.ClientSession,
        database: Database,
        clock: Callable[[], datetime],
        content: Callable[[], Content],
        store: Store,
    ) -> None:
        def words(key: str) -> str:
            return content().texts[key].text

        self.rate: float | None = settings.wechat_rate
        self._grade = settings.wechat_grade
        self._site = settings.public_url.rstrip("/")
        self._content = content
        self._database, self._clock = database, clock
        self.client = Client(settings, http, clock)
        self._callback = Callback(settings, database, clock, words)
        self._mass = Mass(self.client, database, clock, words, self._site, secrets.token_hex(8))
        self._ways = WaysOut(settings, self.client, database, clock, lambda: content().wechat, words, store)
        self._codes = Codes(self.client, clock)
        self._login = Login(settings, self.client, database, content, clock)

    async def spread(self) -> None:
        """Make the mass sends that wait; the clock calls it."""
        if self._grade == "certified-service":
            await self._mass.round()

    async def listen(self, receive: Receive) -> None:
        """Pass every message on until cancelled."""
        self._callback.receive = receive
        if self._grade != "passive":
            await menu.set_up(self.client, self._content().wechat, self._site)
        await asyncio.Event().wait()

    async def respond(self, session: AsyncSession, said: Incoming) -> Callable[[], None] | None:
        """Let the answer to *said* go in the response, where the request is still open; hand it over after the commit."""
        return await self._callback.answering.respond(session, said)

    async def send(self, address: str, message: Outgoing) -> str:
        """Send one letter by the way that is open to this member; return WeChat's id of it."""
        return await self._ways.send(address, message)

    async def fetch(self, reference: str) -> bytes:
        """Return a picture, voice or video; WeChat keeps them for three days."""
        return await self.client.media(reference.removeprefix(f"{self.name}:"))

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the address that WeChat posts to, and those at which it says who opens our page, where it does so."""
        named = self._login.routes(self._heard) if self._grade == "certified-service" else []
        return [*self._callback.routes(), *named]

    async def code(self, scene: str, until: datetime | None) -> str:
        """Return what a code to scan says that leads to *scene*; nothing where the account has no right to codes."""
        return await self._codes.target(scene, until) if self._grade == "certified-service" else ""

    async def _heard(self, message: Incoming) -> None:
        """Pass on what a browser begins with."""
        if self._callback.receive is not None:
            await self._callback.receive(message)

    async def look_after(self) -> None:
        """Ask WeChat how the account stands, and keep the answers for the console; the clock calls it."""
        if self._grade == "passive":  # it has no right to ask
            return
        found = await checkup.lines(self.client, self._grade)
        async with self._database.transaction() as session:
            await wechat_board.note(session, found, now=self._clock())

    async def check(self) -> tuple[bool, str]:
        """Say whether WeChat answers, for the doctor."""
        return await checkup.token(self.client)
