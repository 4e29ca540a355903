"""What every channel does, whichever it is: a new channel is a new harness in the list."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.webchat import WebChat
from bot.channels.wechat import WeChat
from bot.clock import now
from bot.web import server as web_server
from config.content import Content
from config.settings import Settings
from handlers import numbering
from models import inbox, outbox, shown_lists
from models.files import Store
from models.messages import Address, Choice, Incoming, Outgoing
from models.senders import Sender
from tests import stock
from tests.follower import parsed
from tests.platforms import telegram as platform
from tests.platforms import wechat

CHOICES = (Choice("菜单", "menu"), Choice("请同事打电话给我好吗", "call:legal-aid"))


async def as_it_is(message: Incoming) -> Incoming:
    """Take a message as the channel brought it."""
    return message


@dataclass
class Harness:
    """One channel: *say* and *press* as a member, *shown* what the member sees as (text, labels).

    *heard* returns what the service makes of a message, where the channel has no buttons.
    """

    channel: Channel
    say: Callable[[str], Any]
    press: Callable[[str], Any]
    deliver: Callable[[Outgoing], Any]
    shown: Callable[[], Any]
    got: list[Incoming]
    heard: Callable[[Incoming], Any] = as_it_is


@asynccontextmanager
async def on_telegram(_database, _tmp_path) -> AsyncIterator[Harness]:
    async with platform.serving() as server, aiohttp.ClientSession() as http:
        settings = Settings(_env_file=None, telegram_bot_token=platform.TOKEN, telegram_api_url=server.url)
        channel = Telegram(settings, http, now, Store("file:///nowhere"))

        async def say(text: str) -> None:
            server.text(text)

        async def press(label: str) -> None:
            server.press(server.letters[-1], label)

        async def deliver(letter: Outgoing) -> None:
            await channel.send("7", letter)

        async def shown() -> list[tuple[str, list[str]]]:
            return [(x.text, [b["text"] for row in x.keyboard for b in row]) for x in server.letters]

        yield Harness(channel, say, press, deliver, shown, [])


def on_wechat(grade: str) -> Callable[[Any, Any], Any]:
    """Return the harness of an account of this grade: one that may not write has letters only as answers."""

    @asynccontextmanager
    async def harness(database, tmp_path) -> AsyncIterator[Harness]:
        async with wechat.serving(grade=grade) as server, aiohttp.ClientSession() as http:
            settings = Settings(
                _env_file=None, data_dir=tmp_path, wechat_grade=grade, wechat_api_url=server.url,
                **wechat.SETTINGS,
            )  # fmt: skip
            content = Content.of(stock.pieces())
            channel = WeChat(settings, http, database, now, lambda: content, Store(settings.files))

            async def deliver(letter: Outgoing) -> None:
                message = server.message("o-wang", MsgType="text", Content="您好")
                if grade == "passive":
                    async with database.transaction() as session:
                        at, number = Address("wechat", "o-wang"), str(message["MsgId"])
                        await outbox.put(session, at, letter, due=now(), answers=number)
                await server.deliver(message)
                found.got.clear()
                if grade != "passive":
                    await channel.send("o-wang", letter)

            async def shown() -> list[tuple[str, list[str]]]:
                return [(text, labels) for text, _, labels in map(parsed, server.shown["o-wang"])]

            async def heard(message: Incoming) -> Incoming:
                async with database.transaction() as session:
                    await inbox.put(session, [message], now=now())
                    [(row, _)] = await inbox.take(session, [message.sender], now=now())
                    await inbox.done(session, {row.at: row.id})
                    shown = await shown_lists.of(session, message.sender)
                    return numbering.meant(message, Sender(shown=shown), now=now())

            app = web_server.build(settings, database, [channel.routes()])
            async with TestServer(app) as site:
                server.callback = str(site.make_url("/wechat/callback"))
                found = Harness(channel, server.say, server.say, deliver, shown, [], heard)
                yield found

    return harness


async def nothing(_session, _visitor, _first) -> None:
    """Bring no notices."""


@asynccontextmanager
async def on_web(database, tmp_path) -> AsyncIterator[Harness]:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    channel = WebChat(database, settings, now, lambda key: key, Store(settings.files), nothing)
    got: list[Incoming] = []
    app = web_server.build(settings, database, [channel.routes()])
    app.on_shutdown.append(channel.close)
    async with (
        TestServer(app) as site,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as page,
    ):
        async with page.get(site.make_url("/")) as answer:
            assert answer.status == 200
        visitor = channel._identity._fernet.decrypt(
            page.cookie_jar.filter_cookies(site.make_url("/"))["visitor"].value
        ).decode()

        async def post(**body: str) -> None:
            async with page.post(
                site.make_url("/api/chat/messages"), json={"id": f"message-{len(got)}", **body}
            ) as answer:
                assert answer.status == 202

        async def say(text: str) -> None:
            await post(kind="text", text=text)

        async def press(label: str) -> None:
            await post(kind="press", text=label, value=next(c.value for c in CHOICES if c.label == label))

        async def deliver(letter: Outgoing) -> None:
            async with database.transaction() as session:
                await outbox.put(session, Address("web", visitor), letter, due=now())

        async def shown() -> list[tuple[str, list[str]]]:
            async with database.transaction() as session:
                letters = await outbox.fetch(session, visitor, after=0)
            return [(x.message.text, [choice.label for choice in x.message.choices]) for x in letters]

        yield Harness(channel, say, press, deliver, shown, got)


HARNESSES = {
    "telegram": on_telegram,
    "web": on_web,
    "wechat": on_wechat("passive"),
    "wechat certified": on_wechat("certified-service"),
}


@pytest.fixture(params=HARNESSES.values(), ids=list(HARNESSES))
async def harness(request, small, tmp_path) -> AsyncIterator[Harness]:
    async with request.param(small, tmp_path) as found:

        async def receive(message: Incoming) -> None:
            found.got.append(await found.heard(message))

        listening = asyncio.create_task(found.channel.listen(receive))
        await asyncio.sleep(0)
        yield found
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def arrived(harness: Harness, number: int) -> list[Incoming]:
    async with asyncio.timeout(10):
        while len(harness.got) < number:
            await asyncio.sleep(0.01)
    return harness.got


def test_channel_says_what_it_is(harness):
    assert harness.channel.name
    assert isinstance(harness.channel.private, bool)
    assert harness.channel.rate is None or harness.channel.rate > 0


async def test_texts_arrive_as_they_were_written_and_in_order(harness):
    said = ["您好", "拿大專文憑補多少？", "emoji 😀", "第一行\n第二行", "字" * 3000]
    for text in said:
        await harness.say(text)

    messages = await arrived(harness, len(said))
    assert [message.text for message in messages] == said
    assert {message.sender.channel for message in messages} == {harness.channel.name}
    assert len({message.sender.id for message in messages}) == 1
    assert len({message.id for message in messages}) == len(said)


async def test_letter_is_shown_with_its_choices_and_a_press_comes_back(harness):
    await harness.deliver(Outgoing("您想办哪件事？\n12351", CHOICES))
    assert await harness.shown() == [("您想办哪件事？\n12351", [choice.label for choice in CHOICES])]

    await harness.press("请同事打电话给我好吗")
    [press] = await arrived(harness, 1)
    assert (press.kind, press.text, press.value) == ("press", "请同事打电话给我好吗", "call:legal-aid")
