"""Colleagues at their desks in Chromium."""

from datetime import UTC, datetime

from playwright.async_api import Browser, BrowserContext, Page

from models import crypto, staff, staff_sessions
from models.base import Database
from models.rights import Grant
from tests.processes import Service

SECRET = "a secret for tests"
NAMES = {"li": "李（演示）", "zhao": "赵（演示）"}


async def colleague(
    browser: Browser, site: Service, folder, monkeypatch, login="li", **view
) -> BrowserContext:
    """Open a browser in which a colleague is logged in."""
    monkeypatch.setattr(crypto._Keys, "lookup", crypto.derive(SECRET.encode(), b"lookup"))
    database, now = Database(f"sqlite:///{folder / 'gonghui.db'}"), datetime.now(UTC)
    async with database.transaction() as session:
        who = await staff.by_login(session, login)
        if who is None:
            grants = [Grant("caseworker"), Grant("administrator")]
            who = await staff.add(session, login, NAMES[login], "nobody knows it", grants, now=now)
        token = await staff_sessions.begin(session, who, address="127.0.0.1", browser="test", now=now)
    await database.close()
    context = await browser.new_context(**view)
    await context.add_cookies([{"name": "staff", "value": token, "url": site.url}])
    return context


async def fits(page: Page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
