"""Codes and sheets to print."""

import io
from datetime import UTC, datetime

import aiohttp
import pytest
import segno
from aiohttp.test_utils import TestServer

from bot.web import posters, server
from config.settings import Settings

SITE = "https://chat.example.org"


class Site:
    """A site whose settings and bot a test chooses."""

    def __init__(self, database, tmp_path, content) -> None:
        self.database, self.folder, self.content = database, tmp_path, content
        self.bot, self.scenes = "", {}
        self.asked = []

    async def get(self, path: str, **settings: str) -> tuple[int, str, bytes]:
        given = Settings(_env_file=None, data_dir=self.folder, **settings)
        routes = posters.routes(given, lambda: self.content, lambda: self.bot, self.scene)
        async with (
            TestServer(server.build(given, self.database, [routes])) as site,
            aiohttp.ClientSession() as page,
            page.get(site.make_url(path), headers={"Host": "here.example"}) as answer,
        ):
            return answer.status, answer.content_type, await answer.read()

    async def scene(self, slug: str, until: datetime | None) -> str:
        self.asked.append((slug, until))
        return self.scenes.get(slug, "")


@pytest.fixture
def site(small, tmp_path, demo_content) -> Site:
    return Site(small, tmp_path, demo_content)


def code(target: str, kind: str = "png") -> bytes:
    drawn = io.BytesIO()
    segno.make(target, error="q", micro=False).save(drawn, kind=kind, scale=20)
    return drawn.getvalue()


async def test_poster_leads_to_the_event_on_the_page(site):
    assert await site.get("/e/board-contest/poster.png", public_url=f"{SITE}/") == (
        200,
        "image/png",
        code(f"{SITE}/e/board-contest"),
    )
    here = await site.get("/e/board-contest/poster.png")
    assert here == (200, "image/png", code("http://here.example/e/board-contest"))

    status, kind, body = await site.get("/e/board-contest/poster.pdf", public_url=SITE)
    assert (status, kind, body[:5]) == (200, "application/pdf", b"%PDF-")


async def test_code_for_telegram_is_there_once_a_bot_is(site):
    for kind in ("png", "pdf"):
        assert (await site.get(f"/e/board-contest/telegram.{kind}"))[0] == 404

    site.bot = "demo_bot"

    assert await site.get("/e/board-contest/telegram.png") == (
        200,
        "image/png",
        code("https://t.me/demo_bot?start=board-contest"),
    )
    assert (await site.get("/e/board-contest/telegram.pdf"))[1] == "application/pdf"


async def test_code_for_wechat_is_there_once_the_account_gives_one(site):
    assert (await site.get("/e/board-contest/wechat.png"))[0] == 404
    site.scenes = {"board-contest": "http://weixin.qq.com/q/1", "jingka": "http://weixin.qq.com/q/2"}

    assert await site.get("/e/board-contest/wechat.png") == (
        200,
        "image/png",
        code("http://weixin.qq.com/q/1"),
    )
    assert (await site.get("/e/jingka/wechat.pdf"))[:2] == (200, "application/pdf")
    page = (await site.get("/e/board-contest/poster"))[2].decode()

    assert page.count("<figure>") == 2
    assert '<img src="/e/board-contest/wechat.png" alt=""><figcaption>用微信扫一扫，关注后报名<' in page
    until = datetime(2026, 12, 6, 1, tzinfo=UTC)
    assert site.asked == [("board-contest", until)] * 2 + [("jingka", None), ("board-contest", until)]


async def test_without_wechat_there_is_no_code_of_it(small, tmp_path, demo_content):
    site = Site(small, tmp_path, demo_content)
    site.scene = None

    assert (await site.get("/e/board-contest/wechat.png"))[0] == 404


async def test_sheet_tells_the_event_and_shows_a_code_for_each_way(site):
    status, _, body = await site.get("/e/board-contest/poster")
    page = body.decode()

    assert status == 200
    assert "<h1>象棋和围棋比赛（演示）</h1>" in page
    assert '<p class="when">12月6日（周日）上午9:00</p>' in page
    assert "11月25日（周三）晚上12点截止报名" in page
    assert page.count("<figure>") == 1
    site.bot = "demo_bot"
    page = (await site.get("/e/board-contest/poster"))[2].decode()
    assert page.count("<figure>") == 2
    assert '<img src="/e/board-contest/telegram.png"' in page


async def test_sheet_of_what_has_no_date_tells_none(site):
    page = (await site.get("/e/jingka/poster"))[2].decode()

    assert "<h1>" in page
    assert '<p class="when">' not in page
    assert "截止报名" not in page


async def test_there_is_no_poster_for_what_is_not_there(site):
    site.bot = "demo_bot"
    for path in ("/e/no-such/poster", "/e/no-such/poster.png", "/e/no-such/telegram.pdf"):
        assert (await site.get(path))[0] == 404
    assert (await site.get("/e/board-contest/poster.gif"))[0] == 404
