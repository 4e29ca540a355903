"""An Official Account with the whole service behind its callback, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from bot.channels.wechat import WeChat
from bot.delivery import Delivery
from bot.intake import Intake
from bot.mailboxes import Mailboxes
from bot.web import server as web_server
from config.settings import Settings
from config.wechat import Form
from handlers.dialogue import Dialogue
from models import members, outbox
from models.base import Database
from models.files import Store
from models.messages import Address
from models.outbox import Letter
from tests.databases import Clock
from tests.platforms import wechat as platform

REMINDER = Form(id="reminder", fields={"thing1": "{text}", "time2": "{when}"})


@dataclass
class Account:
    """The platform, the channel, and what answers behind it."""

    server: platform.Server
    channel: WeChat
    database: Database
    dialogue: Dialogue
    mailboxes: Mailboxes
    delivery: Delivery
    clock: Clock

    async def letters(self) -> list[tuple[str, str]]:
        """Return how each letter to WeChat stands: its state and WeChat's number of it."""
        query = select(Letter.state, Letter.platform_id).where(Letter.channel == "wechat")
        async with self.database.transaction() as session:
            return [(state, number) for state, number in await session.execute(query.order_by(Letter.id))]

    async def put(self, letter: Any, openid: str = "o-wang") -> None:
        """Write a letter to a member that answers nothing."""
        async with self.database.transaction() as session:
            await members.at_address(session, Address("wechat", openid), now=self.clock())
            await outbox.put(session, Address("wechat", openid), letter, due=self.clock())

    async def deliver(self) -> None:
        """Let the postman go round until nothing more can leave; he takes his time."""
        for _ in range(12):
            await self.delivery.round()
            self.clock.tick(0.1)

    def grant(self, *forms: Form) -> None:
        """Let the account have forms for letters outside of a talk."""
        content = self.dialogue.edition.content
        wechat = content.wechat.model_copy(update={"forms": forms})
        self.dialogue.edition = replace(self.dialogue.edition, content=replace(content, wechat=wechat))


Opens = Callable[..., Any]


@pytest.fixture
def account(database, dialogue, clock, tmp_path) -> Opens:
    """Return what opens an account of some grade."""

    @asynccontextmanager
    async def opens(
        grade: str = "certified-service", mode: str = "safe", **more: str
    ) -> AsyncIterator[Account]:
        async with (
            platform.serving(grade=grade, mode=mode, clock=lambda: clock().timestamp()) as server,
            aiohttp.ClientSession() as http,
        ):
            settings = Settings(
                _env_file=None, data_dir=tmp_path, wechat_api_url=server.url, wechat_grade=grade,
                wechat_mode=mode, **{**platform.SETTINGS, **more},
            )  # fmt: skip
            store = Store(settings.files)
            channel = WeChat(settings, http, database, clock, lambda: dialogue.edition.content, store)
            intake = Intake([channel], store)
            mailboxes = Mailboxes(database, dialogue.answers, dialogue.fault, clock, intake, channel.respond)
            delivery = Delivery(database, [channel], clock, "tests", on_gone=members.bury)
            listening = asyncio.create_task(channel.listen(mailboxes.receive))
            site = web.AppRunner(web_server.build(settings, database, [channel.routes()]), access_log=None)
            await site.setup()
            await web.TCPSite(site, "127.0.0.1", 0).start()
            server.callback = f"http://127.0.0.1:{site.addresses[0][1]}/wechat/callback"
            yield Account(server, channel, database, dialogue, mailboxes, delivery, clock)
            await site.cleanup()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await mailboxes.settled()

    return opens
