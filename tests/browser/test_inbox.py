"""The inbox in Chromium: a member on the page and a colleague at a desk speak with each other."""

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.desks import SECRET, colleague, fits
from tests.processes import Service, serving

pytestmark = [pytest.mark.timeout(150), pytest.mark.asyncio(loop_scope="module")]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(folder):
    """The service with the key that the tests have."""
    async with serving(folder, DEMO="true", SECRET_KEY=SECRET) as service:
        yield service


FAKES = """
window.told = []; window.beeps = 0;
window.Notification = class { constructor(text) { told.push(text); } };
Notification.permission = "default";
Notification.requestPermission = async () => Notification.permission = "granted";
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function () { beeps += 1; start.call(this); };
"""


async def asking(browser: Browser, site: Service, *said: str) -> Page:
    """Open the chat page and say this."""
    page = await browser.new_page(viewport=PHONE)
    await page.goto(site.url)
    await page.wait_for_selector(".choices")
    for one in said:
        await say(page, one)
    return page


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def test_hand_off_from_the_page_is_answered_with_three_interactions(browser, site, folder, monkeypatch):
    context = await colleague(browser, site, folder, monkeypatch, viewport=DESKTOP)
    desk = await context.new_page()
    await desk.goto(f"{site.url}/console/inbox")
    assert await desk.get_by_text("这里没有对话。").is_visible()

    member = await asking(browser, site, "人工", "我想问入会的事")
    await desk.get_by_role("link", name="第1号").click()  # it came by itself
    await desk.get_by_label("回复会员").fill("您好，我来帮您。")
    await desk.get_by_role("button", name="接过来并回复").click()

    await member.get_by_text("您好，我来帮您。").wait_for()
    assert await desk.get_by_text("我想问入会的事").is_visible()
    await say(member, "谢谢")
    await desk.locator(".thread .theirs", has_text="谢谢").wait_for()
    await member.close()
    await context.close()


async def test_next_one_who_waits_is_heard_and_notified_of(browser, site, folder, monkeypatch):
    context = await colleague(browser, site, folder, monkeypatch, viewport=DESKTOP)
    await context.add_init_script(FAKES)
    desk = await context.new_page()
    await desk.goto(f"{site.url}/console/inbox")
    await desk.get_by_role("button", name="来人时响一声").click()
    await desk.get_by_role("button", name="来人时弹提醒").click()

    member = await asking(browser, site, "人工")
    await desk.get_by_role("link", name="第2号").wait_for()

    assert await desk.evaluate("[beeps, told]") == [2, ["有人在等"]]
    await member.close()
    await context.close()


@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_pages_fit_and_have_no_serious_fault(browser, site, folder, monkeypatch, view):
    context = await colleague(browser, site, folder, monkeypatch, viewport=view)
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)

    for path in ("/inbox", "/inbox/1", "/duty", "/canned", "/phone"):
        await page.goto(f"{site.url}/console{path}")
        assert await fits(page), path
        if view is PHONE:  # the rules do not ask for the width, but tables scroll here only
            found = await Axe().run(page, options={"resultTypes": ["violations"]})
            assert [one["id"] for one in found.response["violations"] if one["impact"] in SERIOUS] == [], path
    assert faults == []
    await context.close()
