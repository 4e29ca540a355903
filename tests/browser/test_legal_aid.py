"""Legal aid on a phone: from the one-time link to the ticks of the form, in Chromium."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from models import members, migrate, passes
from models.base import Database
from models.messages import Address
from tests.browser.test_chat import answered, ask, press
from tests.processes import serving

pytestmark = [pytest.mark.timeout(150), pytest.mark.asyncio(loop_scope="module")]
PHONE = {"width": 360, "height": 740}
TELEGRAM = Address("telegram", "7")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    """The service and the folder of its data."""
    folder = tmp_path_factory.mktemp("aid")
    async with serving(folder) as service:
        yield service, folder


async def link(folder: Path) -> str:
    """Return the token of a link that a member asked for on Telegram."""
    migrate.declared()
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    now = datetime.now(UTC)
    async with database.transaction() as session:
        member = await members.at_address(session, TELEGRAM, now=now)
        token = passes.make(session, member, "aid:begin", at=TELEGRAM, now=now)
    await database.close()
    return token


async def fits(page: Page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def last(page: Page) -> str:
    await page.wait_for_selector(".turn:not(.mine) .choices")
    return await page.locator(".turn:not(.mine) .bubble").last.inner_text()


async def test_link_leads_into_the_form_on_a_phone(browser, home):
    site, folder = home
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(site.url)
    assert "法律援助" in await last(page)  # somebody else used this browser before
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.headers.get("referer", "")))
    token = await link(folder)

    await page.goto(f"{site.url}/c/{token}")
    assert (await Axe().run(page)).response["violations"] == []
    assert await fits(page)
    await page.get_by_role("button", name="打开接着填").click()

    assert "这部手机只有您自己用吗？" in await last(page)
    assert await page.locator(".bubble").count() == 1
    assert page.url == f"{site.url}/"
    assert [referer for referer in visited if token in referer] == []
    assert "同意吗？" in await press(page, "只有我用")
    assert "出了什么事？" in await press(page, "同意")
    assert await fits(page)
    await page.goto(f"{site.url}/c/{token}")
    assert "这个链接用过了" in await page.locator("main").inner_text()
    await page.get_by_role("link", name="回到小助手").click()
    assert "出了什么事？" in await last(page)
    await context.close()


async def test_ticks_are_set_with_a_thumb(browser, home):
    site, _ = home
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(site.url)
    await last(page)
    await ask(page, "申请法律援助")
    for label in ("只有我用", "同意", "没发工资", "先不写", "没有", "记不清", "还在", "说不上来"):
        await press(page, label)
    await ask(page, "中关村")
    await page.wait_for_timeout(8000)  # nobody presses faster than once a second for long
    for label in ("不清楚", "是", "不清楚", "就我自己"):
        await press(page, label)

    assert await press(page, "单位人跑了") == "眼下有这些吗？可以点几个。"
    await press(page, "大家停工了")

    row = page.locator(".turn").last.locator(".choices > *")
    shown = ["单位人跑了 √", "在搬东西", "大家停工了 √", "今天逼我签", "急救没人付", "就这些", "转人工"]
    assert await row.all_inner_texts() == shown
    heights = await row.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
    assert await fits(page)
    await context.close()


async def test_document_is_sent_from_the_page(browser, home):
    site, _ = home
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(site.url)
    await last(page)
    before = await page.locator(".turn:not(.mine)").count()

    body = {"name": "合同（演示）.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-demo"}
    await page.set_input_files("#picture", body)

    assert "文件收到" in await answered(page, before)
    assert await page.locator(".mine .bubble").last.inner_text() == "合同（演示）.pdf"
    await context.close()
