"""A notice from the first word to the last letter in two colleagues' browsers, while one of two processes is killed."""

import asyncio
import signal
from collections import Counter

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from models import crypto, migrate, staff, staff_sessions
from models.base import Database
from models.rights import Grant
from tests.databases import own_postgres
from tests.platforms import telegram as platform
from tests.processes import serving
from tests.test_notice_process import now, settle_in, until_done

pytestmark = [pytest.mark.timeout(200), pytest.mark.asyncio(loop_scope="module")]
MEMBERS, RATE, UNION = 150, 25, "演示单位工会"
KEY, SECRET = crypto.new_key().decode(), "a secret for two processes"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def base(postgres):
    """A PostgreSQL database of its own, as the tests look into it."""
    async with own_postgres(postgres, "killed") as address:
        await migrate.upgrade(address)
        database = Database(address)
        database.address = address
        yield database
        await database.close()


async def sit_down(browser, site, base: Database, login: str, *roles: str) -> Page:
    """Let a colleague with these roles open the console."""
    async with base.transaction() as session:
        held = [Grant(role) for role in roles]
        who = await staff.add(session, login, f"{login}（演示）", "nobody knows it", held, now=now())
        token = await staff_sessions.begin(session, who, address="", browser="", now=now())
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies([{"name": "staff", "value": token, "url": f"{site.url}/console"}])
    return await context.new_page()


async def test_page_tells_the_truth_from_the_draft_to_the_end(browser, base, tmp_path):
    async with platform.serving() as server:
        server.rate = RATE
        told = {
            "DATABASE_URL": base.address, "FIELD_KEYS": KEY, "SECRET_KEY": SECRET, "DEMO": "false",
            "TELEGRAM_BOT_TOKEN": platform.TOKEN, "TELEGRAM_API_URL": server.url, "TELEGRAM_RATE": str(RATE),
        }  # fmt: skip
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
        async with serving(folders[0], **told) as site, serving(folders[1], **told) as other:
            chats = await settle_in(base, MEMBERS, UNION)
            li = await sit_down(browser, site, base, "li", "editor")
            zhao = await sit_down(browser, site, base, "zhao", "approver")

            await write(li, site.url)
            await expect(li.get_by_role("button", name="批准", exact=True)).to_have_count(0)
            await zhao.goto(li.url)
            await zhao.get_by_role("button", name="批准", exact=True).click()
            await expect(zhao.locator(".said")).to_contain_text(f"发给 {MEMBERS} 位会员")
            await li.reload()
            await li.get_by_role("link", name="定时间").click()
            await li.get_by_role("button", name="现在就发").click()

            await server.until(lambda: len(server.letters) >= 40, 60)
            await other.end(signal.SIGKILL)
            await li.goto(zhao.url)
            await li.fill("[name=reason]", "核对一下")
            await li.get_by_role("button", name="停一停").click()
            await expect(li.locator("[data-live] .tag")).to_have_text("暂停")
            resting = await at_rest(server)
            await li.reload()
            told_while_paused = int(await li.locator("dt:text-is('发到了') + dd").inner_text())
            await li.get_by_role("button", name="接着发").click()
            going = li.locator("[data-live]")
            await until_done(base, int(li.url.rpartition("/")[2].partition("?")[0]), 60)
            await expect(going.locator(".tag")).to_have_text("发完了", timeout=10_000)
            sent = int(await going.locator("dt:text-is('发到了') + dd").inner_text())

            got = Counter(letter.chat for letter in server.letters)
            assert (
                resting - RATE <= told_while_paused <= resting
            )  # the dead process could not write down its last ones
            assert resting < MEMBERS
            assert set(got) == set(chats)
            assert sent == MEMBERS
            for page in (li, zhao):
                await page.context.close()


async def write(page: Page, url: str) -> None:
    """Write an urgent notice to one union, so that the hour does not matter."""
    await page.goto(f"{url}/console/notices")
    await page.get_by_role("link", name="写通知").click()
    await page.fill("[name=title]", "停水")
    await page.fill("[name=text]", "{name}，今天停水。")
    await page.select_option("[name=kind]", "urgent")
    await page.fill("[name=unions]", UNION)
    await page.get_by_role("button", name="存好").click()
    await page.wait_for_selector(".said")


async def at_rest(server: platform.Server) -> int:
    """Wait until no letter arrives any more and return how many have."""
    before = -1
    while before != len(server.letters):
        before = len(server.letters)
        await asyncio.sleep(1.5)
    return before
