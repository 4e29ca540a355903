"""A notice as it is written in a real browser: what is typed is seen at once, on a phone as well."""

import pytest

from models import migrate
from models.base import Database
from tests.databases import Clock
from tests.models.notices import ring
from tests.office import office

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_preview_follows_what_is_typed(browser, edition, tmp_path, width, height):
    database, clock = Database("sqlite://"), Clock()
    await migrate.create(database)
    await database.start()
    async with database.transaction() as session:
        await ring.settle_in(session, 3, now=clock(), union_name="演示工会")
    async with office(database, edition, clock, tmp_path) as desks:
        desk = await desks.enter("boss", "administrator")
        context = await browser.new_context(viewport={"width": width, "height": height})
        await context.add_cookies([{"name": "staff", "value": desk.token, "url": f"{desks.url}/console"}])
        page = await context.new_page()
        await page.goto(f"{desks.url}/console/notices/new")

        for name, said in (("title", "停水"), ("text", "{name}，明天停水。"), ("unions", "演示工会")):
            await page.fill(f"[name={name}]", said)
        await page.wait_for_selector("#preview .telegram")
        shown = await page.inner_text("#preview")
        await page.fill("[name=unions]", "没有的工会")
        await page.wait_for_selector("#preview .fault")
        fault = await page.inner_text("#preview")
        over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        await context.close()
    await database.close()

    assert "boss（演示），明天停水。" in shown
    assert "3 位会员" in shown
    assert fault == edition.content.texts["refused.notice_union"].text
    assert over == 0
