"""Getting into the console: what is let in, what is kept out, and what cannot be tried for long."""

import asyncio
import re
from datetime import timedelta

import aiohttp
import pyotp
import pytest

from models import audit, invitations, passwords, staff
from models.rights import Grant
from tests.office import Office, office

PASSWORD = "四个字的密码 1949"


@pytest.fixture
async def door(database, edition, clock, tmp_path):
    """A console with one account: wangfang."""
    async with office(database, edition, clock, tmp_path) as found:
        async with database.transaction() as session:
            hashed = await passwords.hashed(PASSWORD)
            await staff.add(session, "wangfang", "王芳（演示）", hashed, [Grant("viewer")], now=clock())
        yield found


class Stranger:
    """A browser that is not logged in."""

    def __init__(self, office: Office) -> None:
        self._url = f"{office.url}/console"
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def login(
        self, password=PASSWORD, login="wangfang", code="", back="", **headers
    ) -> aiohttp.ClientResponse:
        """Open the login and send its form."""
        csrf = await self.token("/login")
        return await self.send(
            "/login", headers=headers, login=login, password=password, code=code, next=back, csrf=csrf
        )

    async def token(self, path: str) -> str:
        async with self._http.get(f"{self._url}{path}") as page:
            return re.search(r'name="csrf" value="(\w+)"', await page.text())[1]

    async def send(self, path: str, headers=None, **fields) -> aiohttp.ClientResponse:
        async with self._http.post(
            f"{self._url}{path}", data=fields, headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
            return answer

    async def open(self, path: str) -> aiohttp.ClientResponse:
        async with self._http.get(f"{self._url}{path}", allow_redirects=False) as answer:
            await answer.read()
            return answer

    def cookie(self, name: str):
        return next((one for one in self._http.cookie_jar if one.key == name), None)

    def give(self, name: str, value: str) -> None:
        self._http.cookie_jar.update_cookies({name: value})

    async def leave(self) -> None:
        await self._http.close()


@pytest.fixture
async def stranger(door):
    found = Stranger(door)
    yield found
    await found.leave()


async def test_login_opens_the_page_that_was_wanted(stranger):
    sent_away = await stranger.open("/me")
    entered = await stranger.login(back="/console/me")

    assert sent_away.headers["Location"] == "/console/login?next=/console/me"
    assert (entered.status, entered.headers["Location"]) == (303, "/console/me")
    assert (await stranger.open("/me")).status == 200


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/console//evil.example", "/console/\\evil", "/e/x"]
)
async def test_login_leads_nowhere_else(stranger, back):
    entered = await stranger.login(back=back)

    assert entered.headers["Location"] == "/console"


@pytest.mark.parametrize(("login", "password"), [("wangfang", "wrong"), ("nobody", PASSWORD), ("", "")])
async def test_wrong_pair_is_told_and_leaves_no_session(stranger, login, password):
    refused = await stranger.login(password, login)

    assert refused.status == 403
    assert "账号、密码或动态码不对。" in await refused.text()
    assert stranger.cookie("staff") is None
    assert (await stranger.login()).status == 303


async def test_login_is_not_case_sensitive_but_the_password_is(stranger):
    assert (await stranger.login(PASSWORD.replace("字", "子"))).status == 403
    assert (await stranger.login(login=" WangFang ")).status == 303


async def test_closed_account_stays_out(stranger, door):
    async with door.database.transaction() as session:
        boss = await staff.add(
            session, "boss", "管理员（演示）", "x", [Grant("administrator")], now=door.clock()
        )
        known = await staff.by_login(session, "wangfang")
        await staff.close(session, known, now=door.clock())

    assert boss.id
    assert (await stranger.login()).status == 403


async def test_session_cookie_is_fresh_and_kept_from_scripts(stranger):
    stranger.give("staff", "a session that somebody planted")

    entered = await stranger.login()
    line = next(value for value in entered.headers.getall("Set-Cookie") if value.startswith("staff="))

    assert "planted" not in line
    assert {"HttpOnly", "Path=/console", "SameSite=Lax"} <= set(line.split("; "))


async def test_second_login_makes_a_second_session(stranger, door):
    await stranger.login()
    first = stranger.cookie("staff").value
    await stranger.login()

    assert stranger.cookie("staff").value != first


async def test_many_wrong_passwords_at_once_lock_the_account_for_a_while(door):
    thieves = [Stranger(door) for _ in range(12)]
    answers = await asyncio.gather(*(thief.login("guess") for thief in thieves))
    right = Stranger(door)
    locked = await right.login()
    door.clock.tick(15 * 60)
    later = await right.login()

    assert sorted(answer.status for answer in answers) == [403] * 8 + [429] * 4
    assert locked.status == 429
    assert "试得太多了" in await locked.text()
    assert later.status == 303
    for one in (*thieves, right):
        await one.leave()


async def test_one_address_may_not_try_all_accounts(door):
    thief = Stranger(door)
    answers = [
        await thief.login("guess", f"account{number}", **{"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
        for number in range(41)
    ]
    elsewhere = await thief.login(**{"X-Forwarded-For": "203.0.113.10"})

    assert [answer.status for answer in answers] == [403] * 40 + [429]
    assert elsewhere.status == 303
    await thief.leave()


async def test_right_logins_of_a_whole_office_are_not_counted(door):
    for _ in range(45):
        colleague = Stranger(door)
        assert (await colleague.login()).status == 303
        await colleague.leave()


async def test_form_without_its_token_is_refused(stranger):
    await stranger.token("/login")

    refused = await stranger.send("/login", login="wangfang", password=PASSWORD, csrf="0" * 64)

    assert refused.status == 403
    assert (await stranger.login()).status == 303


async def test_form_token_of_another_browser_is_refused(stranger, door):
    other = Stranger(door)
    theirs = await other.token("/login")
    await stranger.token("/login")

    refused = await stranger.send("/login", login="wangfang", password=PASSWORD, csrf=theirs)

    assert refused.status == 403
    await other.leave()


async def test_digits_are_asked_for_once_and_not_twice(stranger, door):
    secret = passwords.new_totp()
    async with door.database.transaction() as session:
        (await staff.by_login(session, "wangfang")).totp = secret
    digits = pyotp.TOTP(secret).at(door.clock())

    without = await stranger.login()
    entered = await stranger.login(code=digits)
    again = await stranger.login(code=digits)

    assert [without.status, entered.status, again.status] == [403, 303, 403]


async def test_idle_session_ends_and_a_busy_one_after_twelve_hours(stranger, door):
    await stranger.login()
    for _ in range(7):
        door.clock.tick(100 * 60)
        assert (await stranger.open("/me")).status == 200
    door.clock.tick(25 * 60)

    assert (await stranger.open("/me")).status == 303
    await stranger.login()
    door.clock.tick(2 * 3600)
    assert (await stranger.open("/me")).status == 303


async def test_logout_ends_the_session_itself(stranger):
    await stranger.login()
    token, csrf = stranger.cookie("staff").value, await stranger.token("/me")

    left = await stranger.send("/logout", csrf=csrf)
    stranger.give("staff", token)

    assert left.headers["Location"] == "/console/login"
    assert (await stranger.open("/me")).status == 303


async def test_logout_needs_its_token(stranger):
    await stranger.login()

    refused = await stranger.send("/logout", csrf="no")

    assert refused.status == 403
    assert (await stranger.open("/me")).status == 200


async def test_invitation_is_good_once(stranger, door):
    async with door.database.transaction() as session:
        token = await invitations.invite(
            session, "lilei", "李雷（演示）", [Grant("editor")], by="boss", now=door.clock()
        )
    path = f"/invitation/{token}"

    short = await stranger.send(path, csrf=await stranger.token(path), password="123")
    opened = await stranger.send(path, csrf=await stranger.token(path), password=PASSWORD)
    again = await stranger.open(path)

    assert (short.status, "密码至少 10 个字。" in await short.text()) == (422, True)
    assert opened.status == 303, await opened.text()
    assert opened.headers["Location"] == "/console"
    assert again.status == 410
    assert (await stranger.login(login="lilei")).status == 303


async def test_invitation_ends_after_three_days(stranger, door):
    async with door.database.transaction() as session:
        token = await invitations.invite(
            session, "lilei", "李雷（演示）", [Grant("editor")], by="boss", now=door.clock()
        )
    csrf = await stranger.token(f"/invitation/{token}")
    door.clock.now += timedelta(days=3)

    refused = await stranger.send(f"/invitation/{token}", csrf=csrf, password=PASSWORD)

    assert refused.status == 410
    assert (await stranger.login(login="lilei")).status == 403


async def test_new_link_gives_a_new_password_and_ends_old_sessions(stranger, door):
    await stranger.login()
    async with door.database.transaction() as session:
        token = await invitations.invite(
            session, "wangfang", "王芳（演示）", [Grant("viewer")], by="boss", now=door.clock()
        )
    other = Stranger(door)
    csrf = await other.token(f"/invitation/{token}")
    await other.send(f"/invitation/{token}", csrf=csrf, password="另一个很长的密码呀呀")

    assert (await stranger.open("/me")).status == 303
    assert (await stranger.login()).status == 403
    assert (await other.open("/me")).status == 200
    await other.leave()


async def test_tries_and_logins_are_written_down(stranger, door):
    await stranger.login("wrong")
    await stranger.login()

    async with door.database.transaction() as session:
        lines = await audit.search(session)

    assert [(line.who, line.action, line.address) for line in lines] == [
        ("wangfang", "登录", "127.0.0.1"), ("wangfang", "登录失败", "127.0.0.1"),
    ]  # fmt: skip
