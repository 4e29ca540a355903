"""Codes to scan: temporary where that lasts, made once, and not asked for in a loop."""

from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.channels.wechat import WeChat
from config.settings import Settings
from models.files import Store

DAY = timedelta(days=1)
TEMPORARY = {
    "expire_seconds": 2_592_000, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "chess"}},
}  # fmt: skip
PERMANENT = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "chess"}}}


class Api:
    """What gives codes, each with a number, or refuses them."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.refuses = 0

    def app(self) -> web.Application:
        found = web.Application()
        found.add_routes(
            [web.post("/cgi-bin/stable_token", self.token), web.post("/cgi-bin/qrcode/create", self.create)]
        )
        return found

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "token", "expires_in": 7200})

    async def create(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        if self.refuses:
            return web.json_response({"errcode": self.refuses, "errmsg": "api unauthorized rid: 1-2-3"})
        return web.json_response({"ticket": "t", "url": f"http://weixin.qq.com/q/{len(self.asked)}"})


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def channel(small, clock, edition, api):
    async with TestServer(api.app()) as there, aiohttp.ClientSession() as http:

        def made(grade: str = "certified-service") -> WeChat:
            settings = Settings(
                _env_file=None, wechat_app_id="wx1", wechat_app_secret=SecretStr("s"), wechat_token=SecretStr("t"),
                wechat_mode="plain", wechat_grade=grade, wechat_api_url=str(there.make_url("/")),
            )  # fmt: skip
            return WeChat(settings, http, small, clock, lambda: edition.content, Store(settings.files))

        yield made


async def test_code_is_made_once_while_it_lasts(channel, clock, api):
    account, until = channel(), clock() + 20 * DAY

    for _ in range(3):
        assert await account.code("chess", until) == "http://weixin.qq.com/q/1"
    clock.tick(19 * 86_400)

    assert await account.code("chess", until) == "http://weixin.qq.com/q/1"
    assert api.asked == [TEMPORARY]


async def test_code_that_ends_too_early_is_made_anew(channel, clock, api):
    account = channel()
    await account.code("chess", clock() + 20 * DAY)
    clock.tick(5 * 86_400)

    assert await account.code("chess", clock() + 26 * DAY) == "http://weixin.qq.com/q/2"
    assert await account.code("chess", None) == "http://weixin.qq.com/q/3"
    assert await account.code("chess", clock() + 90 * DAY) == "http://weixin.qq.com/q/3"
    assert api.asked == [TEMPORARY, TEMPORARY, PERMANENT]


@pytest.mark.parametrize(("days", "told"), [(29, TEMPORARY), (30, PERMANENT), (None, PERMANENT)])
async def test_poster_that_hangs_longer_gets_a_permanent_code(channel, clock, api, days, told):
    await channel().code("chess", None if days is None else clock() + days * DAY)

    assert api.asked == [told]


async def test_refusal_rests_for_ten_minutes(channel, clock, api):
    account = channel()
    api.refuses = 48001
    for _ in range(3):
        assert await account.code("chess", None) == ""
    assert len(api.asked) == 1

    clock.tick(601)
    api.refuses = 0

    assert await account.code("chess", None) == "http://weixin.qq.com/q/2"


@pytest.mark.parametrize("grade", ["passive", "certified-subscription"])
async def test_other_accounts_have_no_right_to_codes(channel, api, grade):
    assert await channel(grade).code("chess", None) == ""
    assert api.asked == []
