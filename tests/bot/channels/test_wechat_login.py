"""Web login: over HTTP, against an API of WeChat that takes each code once."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.wechat import WeChat
from bot.web import server
from bot.web.identity import Identity
from config.settings import Settings
from models import conversations, members
from models.conversations import FROM, MOVED
from models.files import Store
from models.members import Contact
from models.messages import Address

WANG = Address("wechat", "o-wang")
GOOD, SHADOW, NOBODY = "good", "shadow", "nobody"


class Api:
    """WeChat's answer to a code, given once."""

    def __init__(self) -> None:
        self.answers = {
            GOOD: {"openid": WANG.id, "scope": "snsapi_base"},
            SHADOW: {"openid": WANG.id, "is_snapshotuser": 1},
            NOBODY: {"openid": "o-nobody"},
        }
        self.asked: list[dict[str, str]] = []

    def app(self) -> web.Application:
        found = web.Application()
        found.add_routes([web.get("/sns/oauth2/access_token", self.give)])
        return found

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        answer = self.answers.pop(
            request.query["code"], {"errcode": 40163, "errmsg": "code been used rid: 1-2-3"}
        )
        return web.json_response(answer)


class Site:
    """The page behind a WeChat channel."""

    def __init__(self, database, clock, edition, folder, api_url, http, grade="certified-service"):
        self.database, self.clock, self.heard = database, clock, []
        self.settings = Settings(
            _env_file=None, data_dir=folder, wechat_app_id="wx1", wechat_app_secret=SecretStr("s"), wechat_api_url=api_url,
            wechat_token=SecretStr("t"), wechat_mode="plain", wechat_grade=grade, public_url="http://chat.example.org",
        )  # fmt: skip
        channel = WeChat(
            self.settings, http, database, clock, lambda: edition.content, Store(self.settings.files)
        )
        channel._callback.receive = self._hear
        self.app = server.build(self.settings, database, [channel.routes()])

    async def _hear(self, message):
        self.heard.append((message.sender.id, message.kind, message.value))

    async def arrive(self, form="", **answers):
        """Let Wang follow the account, and begin a form."""
        async with self.database.transaction() as session:
            member = await members.at_address(session, WANG, now=self.clock())
            conversation, _ = await conversations.current(session, member, now=self.clock())
            conversation.open(form, "", "n")
            conversation.answers = answers
            return member.id

    async def contacts(self):
        async with self.database.transaction() as session:
            query = select(Contact).order_by(Contact.channel, Contact.address)
            return [
                (one.channel, one.address, one.member_id, one.opened_from)
                for one in await session.scalars(query)
            ]

    def visitor(self, page):
        """Return who the browser is by its cookie, or nobody."""
        found = page.cookie_jar.filter_cookies(self.running.make_url("/")).get("visitor")
        return (
            Identity(self.settings.secret(), secure=False)._fernet.decrypt(found.value).decode()
            if found
            else ""
        )


@pytest.fixture
async def api():
    return Api()


@pytest.fixture
async def site(small, clock, edition, tmp_path, api):
    async with TestServer(api.app()) as there, aiohttp.ClientSession() as http:
        found = Site(small, clock, edition, tmp_path, str(there.make_url("/")), http)
        async with TestServer(found.app) as running:
            found.running = running
            yield found


@pytest.fixture
async def page():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as found:
        yield found


async def begin(site, page) -> dict[str, list[str]]:
    """Open the login; return what WeChat would be asked."""
    async with page.get(site.running.make_url("/wechat/login"), allow_redirects=False) as answer:
        assert answer.status == 303
        there = urlsplit(answer.headers["Location"])
    assert (there.scheme, there.netloc, there.path, there.fragment) == (
        "https", "open.weixin.qq.com", "/connect/oauth2/authorize", "wechat_redirect",
    )  # fmt: skip
    return parse_qs(there.query)


async def back(site, page, code: str, state: str) -> tuple[int, str]:
    """Come back from WeChat; return the status and where the browser goes, or what it is told."""
    url = site.running.make_url("/wechat/back").with_query(code=code, state=state)
    async with page.get(url, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def login(site, page, code: str = GOOD) -> tuple[int, str]:
    return await back(site, page, code, (await begin(site, page))["state"][0])


async def test_wechat_is_asked_for_the_openid_alone(site, page):
    asked = await begin(site, page)

    state = asked.pop("state")[0]
    assert asked == {
        "appid": ["wx1"], "redirect_uri": ["http://chat.example.org/wechat/back"], "response_type": ["code"],
        "scope": ["snsapi_base"],
    }  # fmt: skip
    assert len(state) == 32
    assert (await begin(site, page))["state"] != [state]


async def test_browser_becomes_the_member_and_begins_with_the_menu(site, page, api):
    number = await site.arrive()

    assert await login(site, page) == (303, "/?moved=1")

    visitor = site.visitor(page)
    assert await site.contacts() == [
        ("web", visitor, number, "wechat:o-wang"),
        ("wechat", "o-wang", number, ""),
    ]
    assert site.heard == [(visitor, "press", "menu")]
    assert api.asked == [{"appid": "wx1", "secret": "s", "code": GOOD, "grant_type": "authorization_code"}]


async def test_form_goes_on_in_the_browser(site, page, small, clock):
    await site.arrive("aid")

    assert await login(site, page) == (303, "/?moved=1")

    visitor = site.visitor(page)
    assert site.heard == [(visitor, "press", "form:resume")]
    async with small.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        conversation, _ = await conversations.current(session, member, now=clock())
    assert conversation.answers == {MOVED: f"web:{visitor}"}


@pytest.mark.parametrize(
    ("answers", "begins"),
    [
        ({FROM: "web:office"}, "menu"),
        ({FROM: "web:office", MOVED: "web:other"}, "menu"),
        ({FROM: "wechat:o-wang"}, "form:resume"),
        ({FROM: "web:office", MOVED: "wechat:o-wang"}, "form:resume"),
    ],
)
async def test_private_form_of_another_device_does_not_go_on(site, page, small, clock, answers, begins):
    await site.arrive("aid", **answers)

    await login(site, page)

    assert site.heard == [(site.visitor(page), "press", begins)]
    async with small.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        conversation, _ = await conversations.current(session, member, now=clock())
    if begins == "menu":
        assert conversation.answers == answers


async def test_browser_that_is_the_members_already_stays_so(site, page, api):
    await site.arrive("aid")
    await login(site, page)
    before, again = site.visitor(page), api.answers
    again["second"] = again["third"] = {"openid": WANG.id}

    assert await login(site, page, "second") == (303, "/")
    assert (site.visitor(page), site.heard[1:]) == (before, [(before, "press", "form:resume")])
    await site.arrive()
    assert await login(site, page, "third") == (303, "/")
    assert (site.visitor(page), len(site.heard)) == (before, 2)


async def test_browser_that_was_somebody_else_is_somebody_new(site, page, api, small, clock):
    api.answers["other"] = {"openid": "o-li"}
    async with small.transaction() as session:
        await members.at_address(session, Address("wechat", "o-li"), now=clock())
    await site.arrive()
    await login(site, page, "other")
    before = site.visitor(page)

    await login(site, page)

    assert site.visitor(page) != before


async def test_who_does_not_follow_is_taken_as_anybody(site, page):
    await site.arrive()

    assert await login(site, page, NOBODY) == (303, "/")

    assert (site.visitor(page), site.heard, len(await site.contacts())) == ("", [], 1)


async def test_who_has_left_is_taken_as_anybody(site, page, small, clock):
    await site.arrive()
    async with small.transaction() as session:
        await members.bury(session, WANG, "blocked", clock())

    assert await login(site, page) == (303, "/")

    assert (site.visitor(page), site.heard) == ("", [])


async def refused(site, page, told: tuple[int, str]) -> None:
    """Make sure that nobody was let in, and that the page says what to do."""
    status, said = told
    assert (status, "这次没认出您。回到微信里的聊天，再点一次就好。" in said, 'href="/"' in said) == (
        410,
        True,
        True,
    )
    assert (site.visitor(page), site.heard, len(await site.contacts())) == ("", [], 1)


async def test_previewed_page_is_refused(site, page):
    await site.arrive()

    await refused(site, page, await login(site, page, SHADOW))


@pytest.mark.parametrize("code", ["used", ""])
async def test_code_that_is_used_or_missing_is_refused(site, page, api, code):
    await site.arrive()

    await refused(site, page, await login(site, page, code))

    assert len(api.asked) == bool(code)  # without one there is nothing to ask


async def test_state_is_of_one_browser(site, page, api):
    await site.arrive()
    state = (await begin(site, page))["state"][0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        await refused(site, other, await back(site, other, GOOD, state))
        await begin(site, other)
        await refused(site, other, await back(site, other, GOOD, state))
    assert api.asked == []


async def test_state_is_used_up_even_when_it_comes_to_nothing(site, page, api):
    await site.arrive()
    state = (await begin(site, page))["state"][0]
    await back(site, page, "used", state)

    await refused(site, page, await back(site, page, GOOD, state))

    assert len(api.asked) == 1


@pytest.mark.parametrize(("seconds", "fits"), [(599, True), (601, False)])
async def test_state_ends_after_ten_minutes(site, page, clock, seconds, fits):
    await site.arrive()
    state = (await begin(site, page))["state"][0]
    clock.tick(seconds)

    assert (await back(site, page, GOOD, state))[0] == (303 if fits else 410)


async def test_other_accounts_have_no_web_login(small, clock, edition, tmp_path, page):
    async with aiohttp.ClientSession() as http:
        site = Site(small, clock, edition, tmp_path, "http://127.0.0.1:1", http, "certified-subscription")
        async with TestServer(site.app) as running, page.get(running.make_url("/wechat/login")) as answer:
            assert answer.status == 404
