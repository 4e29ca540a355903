"""Whatever page the console has: who may open it, what its forms need, and what is written down."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pyotp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web import console, live
from handlers import staff as staff_pages
from handlers.console import NotFound, Page, whole
from models import audit, crypto, passwords, staff_sessions
from models.rights import ROLES
from tests import stock
from tests.office import Desk, Office, office

PAGES = staff_pages.pages()
SAMPLE = {"{number}": "999999", "{key}": "no-such-key", "{name}": "no-such-name"}


def path(page: Page) -> str:
    """Return an address of *page* at which there is nothing."""
    found = page.path
    for part, value in SAMPLE.items():
        found = found.replace(part, value)
    return found


@pytest.fixture
async def one_desk(small, edition, clock, tmp_path) -> AsyncIterator[Office]:
    await stock.publish(small, now=clock())
    async with office(small, edition, clock, tmp_path) as found:
        yield found


@pytest.fixture
async def everybody(one_desk) -> dict[str, Desk]:
    """A colleague of each role."""
    return {role: await one_desk.enter(f"a-{role}", role) for role in ROLES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_page_says_who_may_open_it(page):
    assert page.title
    assert page.roles
    assert page.roles <= set(ROLES)
    for action in page.actions.values():
        assert action.title
        assert action.roles is None or (action.roles and action.roles <= set(ROLES))


def test_every_page_has_an_address_of_its_own():
    addresses = [console.address(page) for page in PAGES]

    assert sorted(addresses) == sorted(set(addresses))


async def test_pages_open_to_their_roles_only(everybody):
    wrong = []
    for page in PAGES:
        for role, desk in everybody.items():
            status = (await desk.open(path(page))).status
            right = (200, 303, 404) if role in page.roles else (403,)
            if status not in right:
                wrong.append((page.path, role, status))

    assert wrong == []


async def test_actions_are_for_their_roles_only(everybody):
    wrong = []
    for page in PAGES:
        for name, action in page.actions.items():
            roles = page.roles if action.roles is None else action.roles
            for role, desk in everybody.items():
                status = (await desk.do(path(page), name)).status
                if (status == 403) is (role in roles) or status >= 500:
                    wrong.append((page.path, name, role, status))

    assert wrong == []


async def test_live_parts_are_for_the_roles_of_their_page(everybody):
    for page in (page for page in PAGES if page.live is not None):
        for role in set(ROLES) - page.roles:
            assert (await everybody[role].open(f"{path(page)}/live")).status == 403


async def test_nothing_opens_without_a_session(one_desk):
    async with aiohttp.ClientSession() as nobody:
        for page in PAGES:
            url = f"{one_desk.url}/console{path(page)}".rstrip("/")
            for method in ("GET", "POST") if page.actions else ("GET",):
                async with nobody.request(method, url, allow_redirects=False) as answer:
                    assert (answer.status, answer.headers["Location"][:14]) == (303, "/console/login"), page


async def test_forms_need_the_token_of_their_own_session(one_desk):
    boss, other = await one_desk.enter("boss", "administrator"), await one_desk.enter("li", "viewer")
    theirs = crypto.lookup_hash(f"form:{other.token}")

    for csrf in ("", "0" * 64, theirs, "令牌"):
        sent = await boss.do("/staff", "invite", csrf=csrf, name="王（演示）", login="wang", role="viewer")
        assert sent.status == 403

    right = await boss.do("/staff", "invite", name="王（演示）", login="wang", role="viewer")
    assert right.status == 200


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_forms_of_other_sites_are_refused(one_desk, header):
    boss = await one_desk.enter("boss", "administrator")
    told = {"csrf": crypto.lookup_hash(f"form:{boss.token}"), "do": "end"}

    async with (
        aiohttp.ClientSession(cookies={"staff": boss.token}) as http,
        http.post(f"{one_desk.url}/console/me", data=told, headers=header) as answer,
    ):
        assert answer.status == 403


async def test_unknown_action_changes_nothing(one_desk):
    boss = await one_desk.enter("boss", "administrator")

    assert (await boss.do("/me", "explode")).status == 400
    assert (await boss.do("/audit", "explode")).status == 405


async def test_pages_are_not_kept_framed_or_scripted(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    headers = (await boss.open("/me")).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_sentence_after_a_press_is_told_once_and_cannot_be_made_up(one_desk):
    boss = await one_desk.enter("boss", "administrator")

    told = await boss.follow("/me", "end")
    again = await boss.open("/me")
    boss._http.cookie_jar.update_cookies({"staff-said": "made up"})
    made_up = await boss.open("/me")

    assert "已退出。" in told.text
    assert "已退出。" not in again.text
    assert "made up" not in made_up.text


async def test_what_was_done_is_written_down_and_what_was_refused_is_not(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    await boss.do("/staff", "invite", name="", login="wang", role="viewer")
    await boss.do("/staff", "invite", name="王（演示）", login="wang", role="viewer")

    async with one_desk.database.transaction() as session:
        lines = await audit.search(session)

    assert [(line.who, line.action, line.about) for line in lines] == [("boss", "邀请同事", "/staff")]


async def test_refused_form_comes_back_with_what_was_typed_and_escaped(one_desk):
    boss = await one_desk.enter("boss", "administrator")

    told = await boss.do(
        "/staff", "invite", name="<script>alert(1)</script>" * 9, login="wang", role="viewer"
    )

    assert told.status == 422
    assert "请填姓名" in told.text
    assert "<script>alert" not in told.html
    assert "&lt;script&gt;alert(1)" in told.html


async def test_names_of_colleagues_are_escaped_everywhere(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    async with one_desk.database.transaction() as session:
        (await session.merge(boss.who)).name = "<img src=x onerror=1>"

    for page in ("/staff", f"/staff/{boss.who.id}", "/me", "/audit"):
        assert "<img src=x" not in (await boss.open(page)).html


async def test_session_planted_in_the_address_or_the_form_opens_nothing(one_desk):
    boss = await one_desk.enter("boss", "administrator")

    async with aiohttp.ClientSession() as nobody:
        url = f"{one_desk.url}/console/me?staff={boss.token}"
        async with nobody.get(url, allow_redirects=False) as answer:
            assert answer.status == 303


async def test_one_cannot_end_somebody_elses_session(one_desk):
    li, boss = await one_desk.enter("li", "viewer"), await one_desk.enter("boss", "administrator")
    async with one_desk.database.transaction() as session:
        theirs = (await staff_sessions.of(session, boss.who, now=one_desk.clock()))[0].id

    await li.do("/me", "end", session=theirs)

    assert (await boss.open("/me")).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"session": "9" * 400},
        {"session": "2147483648"},
        {"session": "１"},
        {"session": "-1"},
        {"session": "a\x00b"},
    ],
)
async def test_strange_numbers_are_harmless(one_desk, fields):
    li = await one_desk.enter("li", "viewer")

    assert (await li.do("/me", "end", **fields)).status == 404
    assert (await li.open("/me")).status == 200


async def test_huge_form_is_refused(one_desk):
    li = await one_desk.enter("li", "viewer")

    assert (await li.do("/me", "password", old="x" * 100_000)).status == 413
    assert (await li.do("/me", "password", {"file": ("a.txt", b"x")}, old="x" * 300_000)).status == 413
    assert (await li.do("/me", "password", {"file": ("a.txt", b"x" * 20_000_001)})).status == 413
    assert (await li.open("/me")).status == 200


async def test_broken_form_is_refused(one_desk):
    li = await one_desk.enter("li", "viewer")

    for kind, body in (
        ("multipart/form-data", b"no boundary"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="do"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ):
        async with aiohttp.ClientSession(cookies={"staff": li.token}) as http:
            sent = http.post(f"{one_desk.url}/console/me", data=body, headers={"Content-Type": kind})
            async with sent as answer:
                assert answer.status == 400, kind


def test_numbers_in_addresses_are_numbers():
    assert whole("") is None
    assert whole("12") == 12
    for said in ("2147483648", "-1", "1a", "９", "9" * 19):
        with pytest.raises(NotFound):
            whole(said)


async def test_password_is_changed_and_other_browsers_end(one_desk):
    li, phone = await one_desk.enter("li", "viewer"), await one_desk.enter("li", "viewer")
    async with one_desk.database.transaction() as session:
        (await session.merge(li.who)).password = await passwords.hashed("旧的密码也很长很长")

    wrong = await li.do("/me", "password", old="不对", password="新的密码也很长很长的")
    short = await li.do("/me", "password", old="旧的密码也很长很长", password="短")
    right = await li.follow("/me", "password", old="旧的密码也很长很长", password="新的密码也很长很长的")

    assert [wrong.status, short.status] == [422, 422]
    assert "密码改好了" in right.text
    assert (await phone.open("/me")).status == 303


async def test_digits_are_switched_on_after_the_first_right_ones(one_desk):
    li, boss = await one_desk.enter("li", "viewer"), await one_desk.enter("boss", "administrator")
    offered = await li.do("/me", "totp")
    secret = re.search(r'name="secret" value="(\w+)"', offered.html)[1]
    totp = pyotp.TOTP(secret)
    digits = totp.generate_otp(totp.timecode(one_desk.clock()))

    wrong = await li.do("/me", "totp_on", secret=secret, code="000000" if digits != "000000" else "111111")
    odd = await li.do("/me", "totp_on", secret="short", code=digits)
    right = await li.follow("/me", "totp_on", secret=secret, code=digits)
    taken = await boss.follow(f"/staff/{li.who.id}", "totp")

    assert [wrong.status, odd.status] == [422, 422]
    assert "动态码开通了" in right.text
    assert "动态码取消了" in taken.text
    assert (await li.open("/me")).status == 303


async def test_account_is_changed_closed_and_opened(one_desk):
    li, boss = await one_desk.enter("li", "viewer"), await one_desk.enter("boss", "administrator")
    at = f"/staff/{li.who.id}"

    changed = await boss.follow(at, "change", role=["editor"], union="甲厂（演示）")
    link = await boss.do(at, "link")
    await boss.follow(at, "close")
    outside = await li.open("/me")
    again = await boss.follow(at, "reopen")
    await boss.follow(at, "end")

    assert 'value="甲厂（演示）"' in changed.html
    assert "/console/invitation/" in link.html
    assert outside.status == 303
    assert "账号恢复了" in again.text


async def test_audit_is_searched_and_paged(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    async with one_desk.database.transaction() as session:
        for number in range(audit.PAGE + 5):
            audit.note(session, "li", "看", f"/members/{number}", now=one_desk.clock())

    first = await boss.open("/audit?who=li&day=2026-11-10")
    older = await boss.open("/audit?who=li&before=6")

    assert "更早的" in first.text
    assert "更早的" not in older.text
    assert "没有记录。" in (await boss.open("/audit?who=nobody")).text
    assert "没有记录。" in (await boss.open("/audit?day=2020-01-01")).text
    assert "/members/3" in (await boss.open("/audit?day=someday&about=/members/3")).text


async def test_live_part_is_sent_again_when_it_has_changed(one_desk, monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0.01)
    shown = iter(["<p>1</p>", "<p>1</p>", "<p>2</p>"])

    async def render(_: web.Request) -> str:
        try:
            return next(shown)
        except StopIteration:
            raise web.HTTPForbidden from None

    async def part(request: web.Request) -> web.StreamResponse:
        return await live.stream(request, render)

    app = web.Application()
    app.router.add_get("/live", part)
    async with (
        TestServer(app) as site, aiohttp.ClientSession() as http, asyncio.timeout(10),
        http.get(site.make_url("/live")) as stream,
    ):  # fmt: skip
        told = (await stream.read()).decode()

    assert told == 'data: "<p>1</p>"\n\n: still here\n\ndata: "<p>2</p>"\n\n'


async def test_open_page_that_looks_by_itself_keeps_no_session_alive(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    async with one_desk.database.transaction() as session:
        one_desk.clock.tick(3600)
        await staff_sessions.holder(session, boss.token, seen=False, now=one_desk.clock())
    one_desk.clock.tick(3601)

    assert (await boss.open("/me")).status == 303
