"""Who unsubscribes, over HTTP: acknowledged at once, and nothing is noted of them afterwards."""

import hashlib

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.wechat import WeChat
from bot.mailboxes import Mailboxes
from bot.web import server
from config.settings import Settings
from models.files import Store
from models.inbox import Received
from models.members import Contact
from models.outbox import Letter
from models.wechat_ledger import WeChatWindow
from tests.models.life import dump

TOKEN, ACCOUNT, OPENID = "token", "gh_1", "o-wang"
EVENT = (
    "<xml><ToUserName>{account}</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>event</MsgType><Event>{event}</Event><EventKey>{key}</EventKey></xml>"
)


async def as_it_is(message):
    return message


@pytest.fixture
async def account(database, dialogue, clock):
    """An account in plain mode whose messages are answered; returns what posts an event to it."""
    settings = Settings(
        _env_file=None, wechat_app_id="wx1", wechat_token=SecretStr(TOKEN), wechat_mode="plain",
        wechat_original_id=ACCOUNT,
        wechat_grade="certified-service", wechat_app_secret=SecretStr("s"),
    )  # fmt: skip
    boxes = Mailboxes(database, dialogue.answers, dialogue.fault, clock, as_it_is)
    async with aiohttp.ClientSession() as http:
        channel = WeChat(
            settings, http, database, clock, lambda: dialogue.edition.content, Store(settings.files)
        )
        channel._callback.receive = boxes.receive
        async with TestServer(server.build(settings, database, [channel.routes()])) as site:

            async def post(event: str, key: str = "") -> str:
                clock.tick(1)
                at = str(int(clock().timestamp()))
                sign = hashlib.sha1("".join(sorted([TOKEN, at, "n"])).encode()).hexdigest()
                body = EVENT.format(account=ACCOUNT, openid=OPENID, at=at, event=event, key=key)
                url = site.make_url("/wechat/callback").with_query(signature=sign, timestamp=at, nonce="n")
                async with http.post(url, data=body.encode()) as answer:
                    said = await answer.text()
                await boxes.settled()
                return said

            yield post


async def test_nothing_is_left_of_who_unsubscribes(account, database):
    first = await account("subscribe")
    assert "您好，我是海淀工会小助手" in first
    assert "说“隐私”可以看和删" in first
    async with database.transaction() as session:
        for table in (Received, Contact, WeChatWindow, Letter):
            assert (await session.scalar(select(table))) is not None

    assert await account("unsubscribe") == "success"

    assert {name for name, rows in (await dump(database)).items() if OPENID in rows} == set()


async def test_code_of_a_poster_opens_its_event_before_and_after_following(account):
    before = await account("subscribe", "qrscene_jingka")
    again = await account("SCAN", "jingka")

    assert ("我是工会小助手，有事直接打字问。" in before, "我是工会小助手" in again) == (True, False)
    assert before[before.index("<Content>") :][:40] == again[again.index("<Content>") :][:40]


async def test_who_comes_back_is_welcomed_as_new(account):
    first = await account("subscribe")
    await account("unsubscribe")

    back = await account("subscribe")

    assert back[back.index("<Content>") :] == first[first.index("<Content>") :]
