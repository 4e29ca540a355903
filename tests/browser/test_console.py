"""The console in Chromium: on an office screen and on a phone, with the keyboard alone, with a federation's worth of rows."""

import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from handlers import staff as staff_pages
from models import crypto
from models.base import Database
from tests import crowd
from tests.processes import serving

pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
KEY, SECRET = crypto.new_key().decode(), "a secret for tests"
SERIOUS = {"serious", "critical"}
SAMPLES = {"{number}": "3", "{key}": "crowd-10", "{name}": "texts"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """The service with 5,000 members, 40 events and 300 conversations."""
    folder = tmp_path_factory.mktemp("console")
    keys = {"FIELD_KEYS": KEY, "SECRET_KEY": SECRET}
    async with serving(folder, DEMO="true", **keys) as service:
        before = crypto._Keys.fernet, crypto._Keys.lookup
        crypto.use([KEY.encode()], SECRET.encode())
        database = Database(f"sqlite:///{folder / 'gonghui.db'}")
        async with database.transaction() as session:
            await crowd.fill(session, members=5000, events=40, talks=300, notices=30, now=datetime.now(UTC))
            await crowd.fill_cases(session, cases=200, worker=1, now=datetime.now(UTC))
        await database.close()
        service.password = re.search(r"password (\S+)", service.log())[1]
        yield service
        crypto._Keys.fernet, crypto._Keys.lookup = before


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def state(browser, site):
    """What a browser keeps that the demo's colleague has logged in with."""
    page = await browser.new_page(viewport=DESK)
    await page.goto(f"{site.url}/console")
    await type_in(page, site.password)
    kept = await page.context.storage_state()
    await page.close()
    return kept


async def type_in(page: Page, password: str) -> None:
    """Log in with the keyboard alone: the first field is ready."""
    await page.wait_for_selector("input[name=login]:focus")
    await page.keyboard.type("demo")
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("nav")


def addresses() -> list[str]:
    """Return an address of every page that is looked at, with something that is there."""
    found = []
    for page in staff_pages.pages():
        path = page.path
        for part, value in SAMPLES.items():
            path = path.replace(part, value)
        found.append(path)
    return found


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
async def test_every_page_opens_fits_and_can_be_used_by_everybody(browser, site, state, viewport):
    wrong = []
    context = await browser.new_context(viewport=viewport, storage_state=state, accept_downloads=True)
    page = await context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for path in addresses():
        answer = await context.request.get(f"{site.url}/console{path}".rstrip("/"), max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            if answer.status not in (200, 303, 404):
                wrong.append((path, answer.status))
            continue
        await page.goto(f"{site.url}/console{path}".rstrip("/"), wait_until="domcontentloaded")
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append((path, viewport["width"], "too wide"))
        if viewport is PHONE:  # the rules do not ask for the width, but tables scroll here only
            found = await Axe().run(page, options={"resultTypes": ["violations"]})
            wrong += [
                (path, one["id"], one["nodes"][0]["html"][:120])
                for one in found.response["violations"]
                if one["impact"] in SERIOUS
            ]
    await context.close()

    assert wrong == []


async def test_login_needs_the_keyboard_only_and_logout_ends_it(browser, site):
    page = await browser.new_page(viewport=DESK)
    await page.goto(f"{site.url}/console/me")
    await type_in(page, site.password)
    assert page.url == f"{site.url}/console/me"

    await page.get_by_role("button", name="退出", exact=True).first.press("Enter")
    await page.wait_for_url("**/console/login")
    await page.goto(f"{site.url}/console/me")

    assert "/console/login" in page.url
    await page.close()


async def test_demo_shows_the_console_beside_the_phones(browser, site):
    page = await browser.new_page(viewport=DESK)
    await page.goto(f"{site.url}/demo")

    inside = page.frame_locator("iframe[title=管理台]")
    await inside.locator("input[name=login]").fill("demo")
    await inside.locator("input[name=password]").fill(site.password)
    await inside.locator("button.main").click()
    await inside.locator("nav").wait_for()

    assert await page.locator("iframe").count() == 3
    await page.close()


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


async def test_notice_is_written_with_the_keyboard_only(browser, site, state):
    context = await browser.new_context(viewport=DESK, storage_state=state)
    page = await context.new_page()
    await page.goto(f"{site.url}/console/notices/new")

    for field, said in (("title", "停水"), ("text", "明天停水。"), ("unions", crowd.UNION)):
        await tab_to(page, f"[name={field}]")
        await page.keyboard.type(said)
    await tab_to(page, "button[value=save]")
    await page.keyboard.press("Enter")

    await page.wait_for_selector(".said")
    assert "草稿存好了" in await page.inner_text(".said")
    await context.close()


async def test_roster_is_searched_and_opened_with_the_keyboard_only(browser, site, state):
    context = await browser.new_context(viewport=DESK, storage_state=state)
    page = await context.new_page()
    await page.goto(f"{site.url}/console/events/crowd-10/roster")

    await tab_to(page, "[name=said]")
    await page.keyboard.type("K010")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**said=K010**")
    await tab_to(page, "a[href*='/places/']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/places/*")

    assert await page.locator("h1").count() == 1
    await context.close()
