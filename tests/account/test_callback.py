"""The callback as WeChat meets it: what is not its own gets nothing, and copies of a message get the same answer."""

import asyncio
import tracemalloc

import aiohttp
import pytest
from sqlalchemy import func, select

from models import inbox, replies
from models.inbox import Received
from models.messages import Outgoing
from models.outbox import Letter
from tests.platforms import wechat as platform

BYTES = 64 * 1024
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


async def check(account, **query: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(account.server.callback, params=query) as answer:
        return answer.status, await answer.text()


async def received(account) -> int:
    async with account.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Received)) or 0


def query(account, *signed: str, name: str = "msg_signature", **more: str) -> dict[str, str]:
    stamp = str(int(account.clock().timestamp()))
    told = {"timestamp": stamp, "nonce": "n", name: platform._signed(platform.TOKEN, stamp, "n", *signed)}
    return {"encrypt_type": "aes", **told, **more}


def sealed(account, crypto, inner: str) -> tuple[dict[str, str], bytes]:
    """Return the query and body that carry *inner*, whatever it is, sealed by *crypto*."""
    stamp = str(int(account.clock().timestamp()))
    parts = platform.xmltodict.parse(crypto.encrypt_message(inner, "n", stamp))["xml"]
    told = {"timestamp": stamp, "nonce": "n", "msg_signature": parts["MsgSignature"], "encrypt_type": "aes"}
    return told, f"<xml><Encrypt>{parts['Encrypt']}</Encrypt></xml>".encode()


async def test_address_is_checked(account):
    async with account() as one:
        right = query(one, name="signature", echostr="4375120948345356249")
        assert await check(one, **right) == (200, "4375120948345356249")
        assert await check(one, **right | {"signature": "0" * 40}) == (403, "")
        assert await check(one, **right | {"timestamp": "1"}) == (403, "")
        assert await check(one, echostr="x") == (403, "")


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
async def test_question_is_answered_in_the_response(account, mode):
    async with account(mode=mode, grade="passive") as one:
        told = await one.server.say("会费交多少")

        assert "会费" in told
        assert "\n1 " in told
        assert told.endswith("回复数字就行")
        assert await one.letters() == [("sent", replies.IN_RESPONSE)]


async def test_key_of_before_opens_and_seals(account):
    old = "OldOldOldOldOldOldOldOldOldOldOldOldOldOldO"
    async with account(wechat_aes_key=old, wechat_aes_key_old=platform.KEY) as one:
        assert "会费" in await one.server.say("会费交多少")


@pytest.mark.parametrize(
    "change",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"timestamp": "1700000000"},
        {"timestamp": "soon"},
        {"nonce": ""},
        {"encrypt_type": "raw"},
    ],
    ids=lambda change: "-".join(f"{name}={value[:5]}" for name, value in change.items()),
)
async def test_forged_query_gets_nothing(account, change):
    async with account() as one:
        told, body = one.server.sealed(one.server.message("o-wang", MsgType="text", Content="菜单"))

        assert await one.server.post(told | change, body) == platform.Answer(403, b"")
        assert await received(one) == 0


@pytest.mark.parametrize("mode", ["safe", "compatible"])
async def test_message_that_was_not_sealed_gets_nothing(account, mode):
    async with account(mode=mode) as one:
        plain = platform.xmltodict.unparse(
            {"xml": one.server.message("o-wang", MsgType="text", Content="菜单")}
        ).encode()
        signed = {**query(one), **query(one, name="signature")}
        for body in (plain, b"<xml><Encrypt></Encrypt></xml>", b"", b"<xml>", b"\xff\xfe", BOMB.encode()):
            assert await one.server.post(signed, body) == platform.Answer(403, b"")
        assert await received(one) == 0


async def test_sealed_for_another_account_gets_nothing(account):
    async with account() as one:
        other = platform.WeChatCrypto(platform.TOKEN, platform.KEY, "wx-another")
        message = one.server.message("o-wang", MsgType="text", Content="菜单")
        for crypto, fields in ((other, message), (one.server.crypto, {**message, "ToUserName": "gh_other"})):
            body = platform.xmltodict.unparse({"xml": fields}, full_document=False)
            assert await one.server.post(*sealed(one, crypto, body)) == platform.Answer(403, b"")
        assert await received(one) == 0


@pytest.mark.parametrize(
    "inner",
    [
        BOMB,
        "<xml>" + "<a>" * 20 + "</a>" * 20 + "</xml>",
        f"<xml>{'<a/>' * 300}</xml>",
        "<xml><Content>",
        "没有XML",
    ],
    ids=["bomb", "deep", "many", "cut", "none"],
)
async def test_message_of_wechat_that_cannot_be_read_is_acknowledged(account, inner):
    async with account() as one:
        assert await one.server.post(*sealed(one, one.server.crypto, inner)) == platform.Answer(
            200, b"success"
        )
        assert await received(one) == 0


async def test_large_bodies_are_not_read_and_memory_stays(account):
    async with account() as one:
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for body in (b"x" * (BYTES + 1), b"<a/>" * 250_000, b"<xml>" + b"<a>" * 20_000):
                assert await one.server.post(query(one), body) == platform.Answer(403, b"")
            kept = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert kept < 1_000_000


async def test_copies_get_the_same_answer_and_are_worked_once(account):
    async with account(grade="passive") as one:
        message = one.server.message("o-wang", MsgType="text", Content="会费交多少")
        at_once = await asyncio.gather(*(one.server.post(*one.server.sealed(message)) for _ in range(3)))
        late = await one.server.post(*one.server.sealed(message))

        assert len({answer.text for answer in (*at_once, late)}) == 1
        assert await received(one) == 1
        assert await one.letters() == [("sent", replies.IN_RESPONSE)]

        one.clock.tick(60)
        assert await one.server.post(*one.server.sealed(message)) == platform.Answer(200, b"success")


async def test_two_presses_of_one_second_are_two(account):
    async with account(grade="passive") as one:
        for key in ("menu:labour", "menu:aid"):
            await one.server.tap(key)
        assert await received(one) == 2


async def test_answer_whose_line_broke_is_given_to_the_next_copy_or_by_the_postman(account):
    async with account() as one:
        told = await one.server.say("菜单")
        async with one.database.transaction() as session:
            letter = await session.scalar(select(Letter))
            message = one.server.message("o-wang", MsgType="text", Content="菜单") | {"MsgId": letter.answers}
            await replies.give_back(session, [letter.id], now=one.clock())
        assert await one.delivery.round() == 0

        assert (await one.server.post(*one.server.sealed(message))).text == told
        async with one.database.transaction() as session:
            await replies.give_back(session, [letter.id], now=one.clock())
        one.clock.tick(31)
        assert await one.delivery.round() == 1
        assert one.server.shown["o-wang"] == [told, told]


async def test_answer_whose_line_broke_waits(account):
    async with account() as one:
        heard, gate = asyncio.Event(), asyncio.Event()
        receive = one.channel._callback.receive

        async def later(message) -> bool:
            heard.set()
            await gate.wait()
            return await receive(message)

        one.channel._callback.receive = later
        told, body = one.server.sealed(one.server.message("o-wang", MsgType="text", Content="菜单"))
        async with aiohttp.ClientSession() as http:
            posting = asyncio.create_task(http.post(one.server.callback, params=told, data=body))
            await heard.wait()
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        await asyncio.sleep(0.05)  # the server hears that the line is closed
        gate.set()
        async with asyncio.timeout(10):
            while await one.letters() != [("waiting", "")] or one.mailboxes._tasks:
                await asyncio.sleep(0.02)
        one.channel._callback.receive = receive
        assert (await one.server.post(told, body)).text.startswith("您想办哪件事？")


async def test_database_that_is_away_makes_wechat_come_again(account):
    async with account() as one:

        async def fails(_message) -> None:
            raise OSError

        receive, one.channel._callback.receive = one.channel._callback.receive, fails
        told, body = one.server.sealed(one.server.message("o-wang", MsgType="text", Content="菜单"))
        assert await one.server.post(told, body) == platform.Answer(503, b"")
        one.channel._callback.receive = None
        assert await one.server.post(told, body) == platform.Answer(503, b"")
        one.channel._callback.receive = receive
        assert (await one.server.post(told, body)).text.startswith("您想办哪件事？")


@pytest.mark.parametrize(
    "event", ["VIEW", "LOCATION", "scancode_push", "user_authorization_revoke", "kf_create_session"]
)
async def test_event_that_asks_nothing_is_acknowledged(account, event):
    async with account() as one:
        told = await one.server.push("o-wang", MsgType="event", Event=event, EventKey="x")
        assert told == platform.Answer(200, b"success")
        assert await received(one) == 0


@pytest.mark.usefixtures("staffed")
async def test_bot_that_is_silent_acknowledges(account):
    async with account() as one:
        assert (await one.server.say("转人工")).startswith("好，请同事来")
        assert await one.server.push("o-wang", MsgType="text", Content="在吗") == platform.Answer(
            200, b"success"
        )
        async with one.database.transaction() as session:
            assert await inbox.waiting(session, now=one.clock()) == []


async def test_what_waited_is_told_beside_the_next_answer(account):
    async with account(grade="passive") as one:
        await one.put(Outgoing("您的位置换到8排了。"))
        await one.put(Outgoing("字" * 600))
        assert await one.delivery.round() == 2
        assert await one.letters() == [("held", "")] * 2

        told = await one.server.say("菜单")
        assert "您不在的时候，还有这条消息：\n您的位置换到8排了。" in told
        assert "字字" not in told
        assert len(told.encode()) <= 2000
        assert "字字" in await one.server.say("谢谢")
        assert {state for state, _ in await one.letters()} == {"sent"}


async def test_many_who_ask_at_once_get_each_their_own_answer(account):
    async with account(grade="passive") as one:
        await one.put(Outgoing("您的位置换到8排了。"))
        await one.delivery.round()
        said = {"o-wang": "菜单", "o-li": "会费交多少", "o-zhao": "转人工"}
        told = dict(
            zip(said, await asyncio.gather(*(one.server.say(said[who], who) for who in said)), strict=True)
        )

        assert told["o-wang"].startswith("您想办哪件事？")
        assert "您的位置换到8排了。" in told["o-wang"]
        assert "会费" in told["o-li"]
        assert all("8排" not in told[who] for who in ("o-li", "o-zhao"))
        assert (await one.server.say("1", "o-li")) != (await one.server.say("1", "o-wang"))


async def test_copies_that_are_looked_for_together_bring_the_same(account):
    async with account(grade="passive") as one:
        await one.put(Outgoing("您的位置换到8排了。"))
        await one.delivery.round()
        message = one.server.message("o-wang", MsgType="text", Content="菜单")
        told = await asyncio.gather(*(one.server.post(*one.server.sealed(message)) for _ in range(3)))

        assert len({answer.text for answer in told}) == 1
        assert "您的位置换到8排了。" in told[0].text
