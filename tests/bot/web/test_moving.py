"""The page of a one-time link, over HTTP."""

import re

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.web import moving, server
from bot.web.identity import Identity
from config.settings import Settings
from models import conversations, members, passes
from models.conversations import MOVED
from models.members import Contact
from models.messages import Address

TELEGRAM = Address("telegram", "7")


class Site:
    """The page, who it lets in, and what it passes on."""

    def __init__(self, database, clock, edition, folder):
        self.database, self.clock = database, clock
        self.settings = Settings(_env_file=None, data_dir=folder)
        self.heard = []
        content = lambda: edition.content  # noqa: E731 -- the site asks for it each time
        self.app = server.build(
            self.settings, database, [moving.routes(self.settings, database, content, self._hear, clock)]
        )

    async def _hear(self, message):
        self.heard.append((message.sender.id, message.kind, message.value))

    async def link(self, purpose="form:resume", at=TELEGRAM):
        async with self.database.transaction() as session:
            member = await members.at_address(session, at, now=self.clock())
            conversation, _ = await conversations.current(session, member, now=self.clock())
            conversation.answers = {"device": "只有我用"}
            return passes.make(session, member, purpose, at=at, now=self.clock())

    async def contacts(self):
        async with self.database.transaction() as session:
            query = select(Contact).where(Contact.channel == "web").order_by(Contact.address)
            return {c.address: (c.member_id, c.opened_from) for c in await session.scalars(query)}

    def visitor(self, page):
        """Return who the browser is by its cookie."""
        cookie = page.cookie_jar.filter_cookies(self.running.make_url("/"))["visitor"].value
        return Identity(self.settings.secret(), secure=False)._fernet.decrypt(cookie).decode()


@pytest.fixture
async def site(small, clock, edition, tmp_path):
    found = Site(small, clock, edition, tmp_path)
    async with TestServer(found.app) as running:
        found.running = running
        yield found


def browser():
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def go(site, page, token):
    """Press the button; return the status and where the browser goes."""
    async with page.post(site.running.make_url(f"/c/{token}"), allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_looking_shows_a_button_and_uses_nothing_up(site):
    token = await site.link()
    async with browser() as page:
        for _ in range(3):
            async with page.get(site.running.make_url(f"/c/{token}")) as answer:
                text = await answer.text()
                assert (answer.status, answer.headers["Referrer-Policy"]) == (200, "origin")
                assert re.findall(r"<button[^>]*>(.*?)</button>", text) == ["打开接着填"]
                assert (answer.headers["Cache-Control"], answer.cookies) == ("no-store", {})
        assert token not in text

        assert await go(site, page, token) == (303, "/?moved=1")


async def test_press_lets_the_browser_in_once(site):
    token = await site.link()
    async with browser() as page, browser() as other:
        assert await go(site, page, token) == (303, "/?moved=1")
        visitor = site.visitor(page)
        assert await site.contacts() == {visitor: (1, "telegram:7")}
        assert site.heard == [(visitor, "press", "form:resume")]

        assert await go(site, other, token) == (410, "")
        async with other.get(site.running.make_url(f"/c/{token}")) as answer:
            shown = await answer.text()
    assert (answer.status, "这个链接用过了，或者过了15分钟。" in shown) == (410, True)
    assert ('href="/"' in shown, 'href="tel:12351"' in shown) == (True, True)
    assert (len(site.heard), len(await site.contacts())) == (1, 1)


async def test_form_may_go_on_in_the_browser_that_was_let_in(site, small, clock):
    async with browser() as page:
        await go(site, page, await site.link())
        visitor = site.visitor(page)

    async with small.transaction() as session:
        member = await members.at_address(session, TELEGRAM, now=clock())
        conversation, _ = await conversations.current(session, member, now=clock())
    assert conversation.answers == {"device": "只有我用", MOVED: f"web:{visitor}"}


async def test_link_for_something_else_does_not_move_the_form(site, small, clock):
    async with browser() as page:
        await go(site, page, await site.link("case:list"))

    async with small.transaction() as session:
        member = await members.at_address(session, TELEGRAM, now=clock())
        conversation, _ = await conversations.current(session, member, now=clock())
    assert conversation.answers == {"device": "只有我用"}
    assert [value for _, _, value in site.heard] == ["case:list"]


async def test_second_press_in_the_same_browser_goes_on(site):
    token = await site.link()
    async with browser() as page:
        await go(site, page, token)
        visitor = site.visitor(page)

        assert await go(site, page, token) == (303, "/?moved=1")
        assert (site.visitor(page), len(site.heard)) == (visitor, 1)

        assert await go(site, page, await site.link("case:list")) == (303, "/?moved=1")
        assert (site.visitor(page), len(site.heard)) == (visitor, 2)


async def test_browser_that_was_somebody_else_is_somebody_new(site, small, clock):
    async with browser() as page:
        await go(site, page, await site.link(at=Address("telegram", "8")))
        before = site.visitor(page)

        await go(site, page, await site.link())

        assert site.visitor(page) != before
        contacts = await site.contacts()
        assert contacts == {before: (1, "telegram:8"), site.visitor(page): (2, "telegram:7")}


async def test_link_ends_after_a_quarter_of_an_hour(site, clock):
    token = await site.link()
    clock.tick(15 * 60)
    async with browser() as page:
        assert await go(site, page, token) == (410, "")
        assert await go(site, page, "x" * 43) == (410, "")
    assert (site.heard, await site.contacts()) == ([], {})


async def test_another_sites_page_cannot_press(site):
    token = await site.link()
    async with browser() as page:
        elsewhere = {"Origin": "https://elsewhere.example"}
        async with page.post(site.running.make_url(f"/c/{token}"), headers=elsewhere) as answer:
            assert answer.status == 403

        assert await go(site, page, token) == (303, "/?moved=1")
