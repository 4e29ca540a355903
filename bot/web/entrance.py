"""The way into the console: its cookie, the token of its forms, login, invitations and the sentence after a press."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from aiohttp import web
from cryptography.fernet import InvalidToken
from sqlalchemy.ext.asyncio import AsyncSession

from bot.web import limits, pages
from bot.web.forms import Form, read_form
from config.content import Content
from config.settings import Settings
from handlers.console import why
from models import audit, crypto, invitations, logins, passwords, staff, staff_sessions
from models.base import Database, Refused
from models.staff import Staff

COOKIE, DOOR, SAID, PATH = "staff", "staff-door", "staff-said", "/console"
SAID_SECONDS, DOOR_SECONDS = 60, 3600


class Entrance:
    """Lets staff in and out."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        content: Callable[[], Content],
        clock: Callable[[], datetime],
    ) -> None:
        self._secure = settings.public_url.startswith("https://")
        self._demo = settings.demo
        self._database = database
        self._content = content
        self._clock = clock
        self._said = crypto.seal(b"said in the console")

    def token(self, request: web.Request) -> str:
        """Return the token of the session that a browser says it has."""
        return request.cookies.get(COOKIE, "")

    def csrf(self, request: web.Request) -> str:
        """Return what every form of this session carries, so that no other site can send one."""
        return crypto.lookup_hash(f"form:{self.token(request)}")

    def check(self, request: web.Request, form: Form) -> None:
        """Make sure that a form comes from a page of ours.

        Raises HTTPForbidden.
        """
        if not hmac.compare_digest(form.one("csrf").encode(), self.csrf(request).encode()):
            raise web.HTTPForbidden

    def to_login(self, request: web.Request) -> web.HTTPSeeOther:
        """Return the way to the login, and back to where somebody wanted to go."""
        back = request.path if request.method == "GET" else PATH
        return web.HTTPSeeOther(f"{PATH}/login?next={quote(back)}")

    def away(self, to: str, said: str = "") -> web.Response:
        """Send the browser on, with a sentence to be shown there."""
        response = web.Response(status=303, headers={"Location": to})
        if said:
            self._set(response, SAID, self._said.encrypt(said.encode()).decode(), SAID_SECONDS)
        return response

    def said(self, request: web.Request) -> str:
        """Return the sentence that was left for this page."""
        try:
            return self._said.decrypt(request.cookies.get(SAID, ""), ttl=SAID_SECONDS).decode()
        except (InvalidToken, ValueError):
            return ""

    def dressed(self, response: web.Response) -> web.Response:
        """Return a page with what every one of the console needs."""
        response.headers.update(pages.SAME_SITE)
        response.del_cookie(SAID, path=PATH)
        return response

    async def show_login(self, request: web.Request) -> web.Response:
        """Show the login."""
        return self._login(request, request.query.get("next", ""))

    async def login(self, request: web.Request) -> web.Response:
        """Let somebody in who knows the password, and the digits where the account has them; a fresh session begins."""
        form, now = await read_form(request), self._clock()
        self._check_door(request, form)
        login, address, back = form.one("login"), limits.address(request), form.one("next")
        try:
            async with self._database.transaction() as session:
                await logins.admit(session, login, address, now=now)
        except Refused as refusal:
            return self._login(request, back, refusal.reason, status=429)
        async with self._database.transaction() as session:
            known = await staff.by_login(session, login)
        fits = await passwords.fits(known.password if known else None, form.one("password"))
        async with self._database.transaction() as session:
            entered = await self._enter(session, login, form.one("code"), now) if fits else None
            self._note(session, entered, login, address, now)
            if entered is None:
                return self._login(request, back, "login_wrong_pair", status=403)
            await logins.forgive(session, login, address)
            return await self._begin(session, request, entered, back, now)

    async def logout(self, request: web.Request) -> web.Response:
        """End the session."""
        form = await read_form(request)
        self.check(request, form)
        async with self._database.transaction() as session:
            held = await staff_sessions.holder(session, self.token(request), now=self._clock())
            if held is not None:
                await staff_sessions.end(session, held[0], held[1].id, now=self._clock())
        response = self.away(f"{PATH}/login")
        response.del_cookie(COOKIE, path=PATH)
        return response

    async def show_invitation(self, request: web.Request) -> web.Response:
        """Show whom a link invites; looking uses nothing up."""
        return await self._invitation(request)

    async def accept(self, request: web.Request) -> web.Response:
        """Open the account that a link is for, with the password that its holder has chosen."""
        form, now, token = await read_form(request), self._clock(), request.match_info["token"]
        self._check_door(request, form)
        try:
            async with self._database.transaction() as session:
                invited = await invitations.open_one(session, token, now=now)
            passwords.check(form.one("password"), invited.login)
            hashed = await passwords.hashed(form.one("password"))
            async with self._database.transaction() as session:
                entered = await invitations.accept(session, token, hashed, now=now)
                await staff_sessions.end_all(session, entered, now=now)
                about = f"/staff/{entered.id}"
                audit.note(
                    session, entered.login, "接受邀请", about, address=limits.address(request), now=now
                )
                return await self._begin(session, request, entered, "", now)
        except Refused as refusal:
            return await self._invitation(request, refusal.reason)

    async def _enter(self, session: AsyncSession, login: str, code: str, now: datetime) -> Staff | None:
        known = await staff.by_login(session, login)
        if known is None or known.disabled_at is not None:
            return None
        if known.totp is None:
            return known
        step = passwords.totp_step(known.totp, code, now=now)
        if step is None or step <= known.totp_step:
            return None
        known.totp_step = step
        return known

    def _note(
        self, session: AsyncSession, entered: Staff | None, login: str, address: str, now: datetime
    ) -> None:
        who = entered.login if entered else login.casefold()[:30]
        audit.note(session, who, "登录" if entered else "登录失败", "/login", address=address, now=now)

    async def _begin(
        self, session: AsyncSession, request: web.Request, entered: Staff, back: str, now: datetime
    ) -> web.Response:
        browser = request.headers.get("User-Agent", "")
        token = await staff_sessions.begin(
            session, entered, address=limits.address(request), browser=browser, now=now
        )
        own = back.startswith(f"{PATH}/") and "\\" not in back and not back.startswith(f"{PATH}//")
        response = self.away(back if own else PATH)
        seconds = int(staff_sessions.LONGEST.total_seconds())
        self._set(response, COOKIE, token, seconds)
        response.del_cookie(DOOR, path=PATH)
        return response

    def _login(self, request: web.Request, back: str, reason: str = "", *, status: int = 200) -> web.Response:
        return self._before(request, "console/login.html", reason, status, back=back, demo=self._demo)

    async def _invitation(self, request: web.Request, reason: str = "") -> web.Response:
        try:
            async with self._database.transaction() as session:
                found = await invitations.open_one(session, request.match_info["token"], now=self._clock())
        except Refused as refusal:
            return self._before(request, "console/invitation.html", refusal.reason, 410, invited=None)
        status = 422 if reason else 200
        return self._before(request, "console/invitation.html", reason, status, invited=found)

    def _before(
        self, request: web.Request, template: str, reason: str, status: int, **values: object
    ) -> web.Response:
        """Return a page for somebody who is not logged in, with a token of its own for its form."""
        key = request.cookies.get(DOOR, "") or secrets.token_urlsafe(16)
        fault = why(self._content(), reason) if reason else ""
        response = pages.render(template, csrf=_door(key), fault=fault, prefix=PATH, **values)
        response.set_status(status)
        self._set(response, DOOR, key, DOOR_SECONDS)
        return self.dressed(response)

    def _check_door(self, request: web.Request, form: Form) -> None:
        key = request.cookies.get(DOOR, "")
        if not key or not hmac.compare_digest(form.one("csrf").encode(), _door(key).encode()):
            raise web.HTTPForbidden

    def _set(self, response: web.Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, path=PATH, max_age=seconds, httponly=True, samesite="Lax", secure=self._secure
        )


def _door(key: str) -> str:
    return crypto.lookup_hash(f"door:{key}")


def routes(entrance: Entrance) -> list[web.AbstractRouteDef]:
    """Return the addresses that open without a session."""
    return [
        web.get("/console/login", entrance.show_login),
        web.post("/console/login", entrance.login),
        web.post("/console/logout", entrance.logout),
        web.get("/console/invitation/{token:[A-Za-z0-9_-]{43}}", entrance.show_invitation),
        web.post("/console/invitation/{token:[A-Za-z0-9_-]{43}}", entrance.accept),
    ]
