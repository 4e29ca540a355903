"""The page of the door and the posters in Chromium: on a phone, from a poster's code, and on paper."""

import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from models import crypto, doors
from models.events import Event
from tests.processes import serving

pytestmark = [pytest.mark.timeout(150), pytest.mark.asyncio(loop_scope="module")]
PHONE = {"width": 360, "height": 740}
SECRET = "a secret for tests"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """The service with the key that the tests have."""
    async with serving(tmp_path_factory.mktemp("door"), DEMO="true", SECRET_KEY=SECRET) as service:
        yield service


@pytest.fixture(autouse=True)
def _same_key(monkeypatch):
    """Sign links as the service does: tests that ran in this process before may have left a key of their own."""
    monkeypatch.setattr(crypto._Keys, "lookup", crypto.derive(SECRET.encode(), b"lookup"))


async def fits(page: Page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_colleague_types_digits_on_a_phone(browser, site):
    page = await browser.new_page(viewport=PHONE)
    token = doors.token(Event(slug="board-contest"), "刘（演示）", now=datetime.now(UTC))
    await page.goto(f"{site.url}/checkin/{token}")
    assert await page.locator("h1").inner_text() == "象棋和围棋比赛（演示）"

    await page.keyboard.type("123456")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#outcome")

    assert await page.locator("#outcome").inner_text() == "没有这个号。请看看签到码上是不是这个活动。"
    assert await fits(page)
    await page.goto(f"{site.url}/checkin/at/board-contest/123456")
    assert await page.locator("#outcome").inner_text() == "没有这个号。请看看签到码上是不是这个活动。"
    await page.close()


async def test_tick_without_a_network_is_kept_and_sent_when_it_is_back(browser, site):
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    token = doors.token(Event(slug="board-contest"), "刘（演示）", now=datetime.now(UTC))
    await page.goto(f"{site.url}/checkin/{token}")
    await context.set_offline(True)

    for said in ("123456", "654321"):
        await page.fill("#said", said)
        await page.keyboard.press("Enter")
    await page.locator("#outcome", has_text="2位").wait_for()
    kept = await page.evaluate("JSON.parse(localStorage['door:board-contest']).map((one) => one.said)")
    await context.set_offline(False)
    unknown = "没有这个号。请看看签到码上是不是这个活动。"
    await page.locator("#outcome", has_text=unknown).wait_for()

    assert kept == ["123456", "654321"]
    assert await page.evaluate("localStorage['door:board-contest']") == "[]"
    assert await page.locator("#outcome").inner_text() == f"{unknown} {unknown}"
    assert await fits(page)
    await context.close()


async def test_code_of_a_poster_opens_the_card_for_new_and_known_visitors(browser, site):
    context = await browser.new_context(viewport=PHONE)
    card = re.escape("象棋和围棋比赛（演示） · 还有40个名额")
    for ends in (r"我是工会小助手，有事直接打字问。$", r"删除。$"):
        page = await context.new_page()
        await page.goto(f"{site.url}/e/board-contest")
        await expect(page.locator(".bubble").last).to_have_text(re.compile(f"^{card}.*{ends}", re.DOTALL))
        await page.close()
    await context.close()


async def test_poster_is_one_sheet_of_paper(browser, site):
    page = await browser.new_page()
    await page.goto(f"{site.url}/e/board-contest/poster")
    assert await page.evaluate("document.images[0].naturalWidth") > 300

    printed = await page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    await page.close()
