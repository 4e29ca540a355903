"""Back issues as anybody finds them."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.web import archive, server
from config.settings import Settings
from models.notices import DONE
from tests.models.notices import ring


@pytest.fixture
async def site(small, edition, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    routes = archive.routes(small, lambda: edition.content)
    async with TestServer(server.build(settings, small, [routes])) as running:
        yield running


async def read(site, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as page, page.get(site.make_url(path)) as answer:
        return answer.status, await answer.text()


async def test_back_issues_are_read_without_a_name(site, small, clock):
    async with small.transaction() as session:
        for number, said in enumerate(
            ({"text": "{name}，<b>明天</b>停水。"}, {"kind": "urgent", "title": "急"}), 1
        ):
            notice = await ring.notices.draft(session, ring.plan(**said), "wang", now=clock())
            notice.id, notice.state, notice.send_at = number, DONE, clock()

    status, listed = await read(site, "/notices")
    _, one = await read(site, "/notices/1")

    assert status == 200
    assert (
        '<a href="/notices/1">停水</a> <time datetime="2026-11-10T02:00:00+00:00">2026-11-10</time>' in listed
    )
    assert "急" not in listed
    assert "，&lt;b&gt;明天&lt;/b&gt;停水。" in one
    assert (await read(site, "/notices/2"))[0] == 404
    assert "还没有往期。" in (await read(site, "/notices?before=1"))[1]
    assert (await read(site, "/notices?before=x"))[0] == 200
