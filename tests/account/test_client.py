"""Calls of the API: one token for all, never asked for in a loop, and each refusal treated as it must be."""

import asyncio
import logging

import aiohttp
import pytest

from bot.channels.base import Held, TryLater, Unreachable
from bot.channels.wechat import checkup, menu
from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import MEANINGS, Refusal, translated
from bot.channels.wechat.token import Token
from config.settings import Settings
from config.wechat import WeChat
from models.base import Refused
from tests.platforms import wechat as platform

CALL = "message/template/send"
LETTER = {"touser": "o-wang", "template_id": "t", "data": {"thing1": {"value": "您好"}}}


@pytest.fixture
async def server():
    async with platform.serving() as found:
        yield found


@pytest.fixture
async def client(server, clock):
    async with aiohttp.ClientSession() as http:
        given = {**platform.SETTINGS, "wechat_api_url": server.url, "wechat_grade": server.grade}
        yield Client(Settings(_env_file=None, **given), http, clock)


async def test_token_revoked_under_load_is_fetched_once_more(client, server):
    await client.call(CALL, LETTER)
    server.revoke()
    await asyncio.gather(*(client.call(CALL, LETTER) for _ in range(50)))

    assert server.calls["stable_token"] <= 2
    assert len(server.sent) == 51


async def test_token_refused_for_ever_is_asked_for_three_times_a_minute(server, clock):
    server.refuse_tokens = True
    now = [0.0]
    async with aiohttp.ClientSession() as http:
        given = {**platform.SETTINGS, "wechat_api_url": server.url}
        client = Client(Settings(_env_file=None, **given), http, clock)
        client._token._clock = lambda: now[0]
        for _ in range(20):
            with pytest.raises(Refusal) as refused:
                await client.call(CALL, LETTER)
            now[0] += 1
        assert server.calls["stable_token"] == 3
        assert isinstance(translated(refused.value), TryLater)
        assert 39 < translated(refused.value).seconds <= 60
        assert await checkup.token(client) == (False, "no access token: 40001: is WECHAT_APP_SECRET right?")
        now[0] += 60
        server.refuse_tokens = False
        assert await checkup.token(client) == (True, "access token had")


async def test_call_refused_with_a_fresh_token_is_not_made_a_third_time(client, server):
    server.faults[CALL] = [40001] * 9
    with pytest.raises(Refusal):
        await client.call(CALL, LETTER)
    assert server.calls[CALL] == 2


async def test_token_is_renewed_before_its_end():
    given = iter(["one", "two"])
    now = [0.0]

    async def fetch() -> tuple[str, float]:
        return next(given), 7200

    token = Token(fetch, lambda: now[0])
    assert [await token.get(), await token.get()] == ["one", "one"]
    now[0] = 7200 - 300
    assert await token.get() == "two"


async def test_token_that_was_refused_though_new_is_given_to_nobody():
    given = iter(["one", "two"])

    async def fetch() -> tuple[str, float]:
        return next(given), 7200

    token = Token(fetch, lambda: 1.0)
    token.spoiled(await token.get(), Refusal(40001))
    assert await token.get(instead_of="an older one") == "two"
    token.spoiled("one", Refusal(40001))
    assert await token.get() == "two"


@pytest.mark.parametrize("faults", [[-1], [-500, -1]])
async def test_busy_platform_is_asked_again(client, server, faults):
    server.faults[CALL] = faults
    await client.call(CALL, LETTER)
    assert len(server.sent) == 1


async def test_platform_that_stays_busy_is_left_alone(client, server):
    server.faults[CALL] = [-1] * 9
    with pytest.raises(Refusal) as refused:
        await client.call(CALL, LETTER)
    assert server.calls[CALL] == 3
    assert isinstance(translated(refused.value), TryLater)


async def test_send_that_nobody_knows_of_is_not_repeated(client, server, monkeypatch):
    await client.call(CALL, LETTER)
    monkeypatch.setattr("bot.channels.wechat.client.SECONDS", 0.05)
    server.delay = 0.3
    with pytest.raises(Refusal) as refused:
        await client.call(CALL, LETTER)
    assert translated(refused.value).unknown
    assert server.calls[CALL] == 2


async def test_used_up_quota_rests_until_the_day_turns_in_beijing(client, server, clock):
    server.quota[CALL] = 1
    await client.call(CALL, LETTER)
    for _ in range(5):
        with pytest.raises(Refusal) as refused:
            await client.call(CALL, LETTER)
    assert server.calls[CALL] == 2
    assert translated(refused.value).seconds == 14 * 3600  # it is ten in the morning
    server.quota[CALL] = 9
    clock.tick(14 * 3600)
    server.revoke()
    await client.call(CALL, LETTER)


async def test_quota_of_the_minute_rests_a_minute(client, server, clock):
    server.faults[CALL] = [45011]
    for _ in range(2):
        with pytest.raises(Refusal):
            await client.call(CALL, LETTER)
    assert server.calls[CALL] == 1
    clock.tick(60)
    await client.call(CALL, LETTER)


async def test_doctor_is_told_how_it_stands(client, server):
    assert await checkup.lines(client, "certified-service") == [
        (True, "token", "access token had"),
        (True, "menu", "none yet"),
        (True, "messages left today", "499999 of 500000"),
        (True, "callback", "203.0.113.7 answers"),
        (True, "rights", "those of certified-service"),
    ]


async def test_doctor_is_told_what_is_wrong(client, server):
    server.grade, server.menu = "certified-subscription", [{"name": "办事"}]
    server.pings = [{"ip": "203.0.113.7", "package_loss": "100%"}]
    server.faults["openapi/quota/get"] = [40164]
    missing = "48001 2: the account has no right to it; is WECHAT_GRADE too high?"
    server.calls["template/get_all_private_template"] = 1
    assert await checkup.lines(client, "certified-service") == [
        (True, "token", "access token had"),
        (True, "menu", "1 buttons"),
        (False, "messages left today", "40164 9ce4: put 203.0.113.9 on the account's IP white list"),
        (True, "callback", "203.0.113.7 answers no ping"),
        (False, "rights", f"template/get_all_private_template {missing}"),
    ]
    server.faults["callback/check"] = [40201]
    server.faults["menu/get"] = [48001]
    assert (await checkup.lines(client, "passive"))[1::2] == [
        (False, "menu", "48001 bb81: the account has no right to it; is WECHAT_GRADE too high?"),
        (
            False,
            "callback",
            "could not be tried: 40201 9d09: enter the address of the callback at mp.weixin.qq.com",
        ),
    ]
    server.pings, server.refuse_tokens = [], True
    assert (await checkup.lines(client, "passive"))[3] == (
        False,
        "callback",
        "WeChat finds no address for it",
    )
    client._token._until = 0.0
    assert [what for _, what, _ in await checkup.lines(client, "passive")] == ["token"]


async def test_call_without_a_right_rests_and_is_tried_again(client, server, clock):
    server.grade = "passive"
    for _ in range(3):
        with pytest.raises(Refusal) as refused:
            await client.call(CALL, LETTER)
        assert translated(refused.value).seconds == 600
    assert server.calls[CALL] == 1
    assert str(client.missing[CALL]) == "48001 1"

    server.grade = "certified-service"
    clock.tick(600)
    await client.call(CALL, LETTER)
    assert client.missing == {}


async def test_fresh_tokens_refused_for_ever_end_all_calls_for_the_minute(client, server, capsys):
    server.faults[CALL] = [40001] * 99
    for _ in range(10):
        with pytest.raises(Refusal) as refused:
            await client.call(CALL, LETTER)
    assert (server.calls["stable_token"], server.calls[CALL]) == (3, 3)
    assert isinstance(translated(refused.value), TryLater)
    assert "".join(capsys.readouterr()).count("wechat refuses the token") == 1


async def test_template_that_nobody_knows_of_is_sent_again_and_shown_once(client, server, monkeypatch):
    await client.token()
    monkeypatch.setattr("bot.channels.wechat.client.SECONDS", 0.2)
    server.slow = [CALL]
    await client.call(CALL, {**LETTER, "client_msg_id": "letter-1"})
    assert server.calls[CALL] == 2
    assert server.shown["o-wang"] == ["您好"]


def test_each_refusal_leads_where_the_table_says():
    led = {does: type(translated(Refusal(codes[0]))) for does, codes in MEANINGS.items()}
    assert led == {
        "busy": TryLater, "token": TryLater, "gone": Unreachable, "window": Held, "consent": Held, "quota": TryLater,
        "ours": Unreachable, "right": TryLater, "mass": Held,
    }  # fmt: skip
    assert translated(Refusal(43004)).reason == "blocked"
    assert translated(Refusal(40003)).reason == "gone"


async def test_media_is_fetched_or_told_why_not(client, server, monkeypatch):
    server.media["m"] = b"\xff\xd8picture"
    assert await client.media("m") == b"\xff\xd8picture"
    with pytest.raises(Refused, match="photo_bad"):
        await client.media("gone")
    server.media["film"] = b'{"video_url": "http://example.invalid/film"}'
    with pytest.raises(Refused, match="photo_bad"):
        await client.media("film")
    monkeypatch.setattr("bot.channels.wechat.client.MEDIA_BYTES", 3)
    with pytest.raises(Refused, match="photo_big"):
        await client.media("m")
    with pytest.raises(Refused, match="photo_big"):
        await client.media("endless")
    server.faults["media/get"] = [48001]
    with pytest.raises(TryLater):
        await client.media("m")


async def test_nothing_secret_is_logged_or_raised(client, server, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    server.faults[CALL] = [40001, 45009]
    with pytest.raises(Refusal) as refused:
        await client.call(CALL, LETTER)
    ours = "".join(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")
    told = f"{refused.value!r}{ours}{''.join(capsys.readouterr())}"
    assert "rid" in told
    for secret in (platform.SECRET, *server.tokens, "o-wang"):
        assert secret not in told


async def test_web_login_gives_an_openid_once(client, server):
    server.logins["code"] = {"openid": "o-wang"}
    server.logins["shadow"] = {"openid": "o-nobody", "is_snapshotuser": 1}
    assert await client.login("code") == ("o-wang", False)
    assert await client.login("shadow") == ("o-nobody", True)
    with pytest.raises(Refusal):
        await client.login("code")


async def test_menu_is_set_once(client, server, edition):
    plan = edition.content.wechat
    for _ in range(2):
        await menu.set_up(client, plan, "")
    assert server.calls["menu/create"] == 1
    assert [column["name"] for column in server.menu] == ["办事", "维权", "我的"]
    assert server.menu[2]["sub_button"][0] == {"type": "click", "name": "签到码", "key": "say:签到码"}


async def test_odd_answers_end_nothing(client, server, edition):
    server.menu = ["odd"]
    await menu.set_up(client, edition.content.wechat, "")
    assert server.calls["menu/create"] == 0
    server.odd_tokens = True
    server.revoke()
    client._token._until = 0.0
    with pytest.raises(Refusal):
        await client.call(CALL, LETTER)


async def test_menu_opens_pages_where_members_reach_them(client, server):
    page = WeChat.model_validate({"menu": [{"label": "网页", "entries": [{"label": "聊天", "page": "/"}]}]})
    await menu.set_up(client, page, "")
    assert server.menu == []
    await menu.set_up(client, page, "https://gonghui.example")
    assert server.menu[0]["sub_button"] == [
        {"type": "view", "name": "聊天", "url": "https://gonghui.example/"}
    ]
    server.faults["menu/get"] = [48001]
    await menu.set_up(client, page, "https://gonghui.example")


@pytest.mark.parametrize(
    "entry",
    [
        {"label": "没有"},
        {"label": "两个", "to": "menu", "says": "菜单"},
        {"label": "字" * 21, "to": "menu"},
        {"label": "长", "to": "m" * 129},
    ],
)
def test_menu_that_wechat_would_refuse_is_refused(entry):
    with pytest.raises(ValueError, match=r"needs one of|too long"):
        WeChat.model_validate({"menu": [{"label": "办事", "entries": [entry]}]})
    with pytest.raises(ValueError, match="too long"):
        WeChat.model_validate({"menu": [{"label": "字" * 6, "entries": [{"label": "一", "to": "menu"}]}]})
