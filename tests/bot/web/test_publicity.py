"""The lists that anybody may read, and the form for an objection, over HTTP."""

import re

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.web import publicity, server
from config.settings import Settings
from models.objections import Objection
from tests.crowd import NASTY
from tests.models.applications.desk import Desk

KNOWN = ("王芳（演示）", "13800000000", "6222", "白血病", "telegram")
"""What is kept of the application and must not be read on the page."""


class Page:
    """A stranger's browser."""

    def __init__(self, url, database):
        self.url, self.database = url, database

    async def ask(self, path="", *, headers=None, **form):
        method = "POST" if form else "GET"
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{self.url}publicity{path}", data=form or None, headers=headers) as answer,
        ):
            self.headers = answer.headers
            return answer.status, await answer.text()

    async def objections(self):
        async with self.database.transaction() as session:
            rows = await session.scalars(select(Objection).order_by(Objection.id))
            return [(row.text, row.contact, row.state) for row in rows]


@pytest.fixture
async def page(small, edition, clock, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    routes = publicity.routes(small, lambda: edition.content, clock)
    async with TestServer(server.build(settings, small, [routes])) as running:
        yield Page(str(running.make_url("/")), small)


@pytest.fixture
async def shown(small, clock):
    """One application on the list, of a member of whom much is known, and one that is not on it."""
    async with small.transaction() as session:
        desk = Desk(session, clock)
        hidden = await desk.apply(who="other")
        hidden.name = "李雷（演示）"
        found = await desk.shown(answers={"degree": "本科", "why": "白血病"}, relatives="王强（演示）")
        found.slug, found.union = "tuition-aid", "北冶工会（演示）"
        return found


def link(html):
    return re.search(r'href="/publicity(/[0-9a-f]{20})"', html)[1]


async def test_list_shows_masked_name_union_kind_sum_and_until_when(page, shown):
    status, html = await page.ask()
    headers = page.headers

    assert status == 200
    assert "<h2>学费资助</h2>" in html
    assert "王*****，北冶工会（演示），2000元。公示到" in html
    assert "李" not in html
    assert (headers["X-Robots-Tag"], headers["Cache-Control"]) == ("noindex, nofollow", "no-store")
    _, form = await page.ask(link(html))
    for known in (*KNOWN, shown.number, shown.number[-4:]):
        assert known not in html
        assert known not in form


async def test_old_list_disappears(page, shown, clock):
    _, html = await page.ask()
    clock.now = shown.due

    assert "现在没有公示的名单。" in (await page.ask())[1]
    assert (await page.ask(link(html)))[0] == 404
    assert (await page.ask(link(html), text="他没有毕业"))[0] == 404
    assert await page.objections() == []


async def test_objection_is_taken_in_without_a_login(page, shown):
    path = link((await page.ask())[1])

    status, html = await page.ask(path, text=f"他没有毕业{NASTY}", contact="13900000000")

    assert status == 200
    assert "收到了，谢谢您。同事查清以前，这份不会批。" in html
    assert await page.objections() == [(f"他没有毕业{NASTY}", "13900000000", "open")]


async def test_objection_without_words_is_refused_and_comes_back_harmless(page, shown):
    path = link((await page.ask())[1])

    for text in (" ", "长" * 1001, NASTY * 20):
        status, html = await page.ask(path, text=text, contact=NASTY)
        assert status == 422
        assert "请写清楚哪里不对，最多1000个字。" in html
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html
    assert await page.objections() == []


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_objection_from_the_page_of_others_is_refused(page, shown, header):
    path = link((await page.ask())[1])

    assert (await page.ask(path, headers=header, text="他没有毕业"))[0] == 403
    assert await page.objections() == []


async def test_who_sends_many_is_slowed_down(page, shown):
    path = link((await page.ask())[1])
    for _ in range(10):
        assert (await page.ask(path, text="他没有毕业"))[0] == 200

    status, html = await page.ask(path, text="又来了")

    assert status == 429
    assert "又来了" in html
    assert len(await page.objections()) == 10
