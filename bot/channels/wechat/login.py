"""Web login: WeChat tells our page which member opens it in WeChat's own browser, and the talk goes on there (wechat spec 1.5)."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import structlog
from aiohttp import web
from cryptography.fernet import InvalidToken

from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import Refusal
from bot.channels.wechat.updates import NAME
from bot.web import moving, pages
from bot.web.identity import Identity
from config.content import Content
from config.settings import Settings
from handlers import confiding
from models import conversations, crypto
from models.base import Database
from models.conversations import FROM, MOVED, Conversation
from models.members import PAGE, Contact, Member
from models.messages import Address, Incoming

log = structlog.get_logger()
PATH, BACK = "/wechat/login", "/wechat/back"
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
COOKIE, SECONDS = "wechat-login", 600
CHAT, MENU = "/", "menu"


def address(settings: Settings) -> str:
    """Return where a browser of WeChat is told apart, or nothing where the account has no right to that."""
    known = settings.wechat_grade == "certified-service"
    return f"{settings.public_url.rstrip('/')}{PATH}" if known else ""


class Login:
    """Sends a browser to WeChat and lets it in as the member whom WeChat names when it comes back."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        content: Callable[[], Content],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._secure = settings.public_url.startswith("https://")
        self._client = client
        self._database = database
        self._content = content
        self._clock = clock
        self._identity = Identity(settings.secret(), secure=self._secure)
        self._states = crypto.fernet(settings.secret(), b"wechat login")

    def routes(self, receive: moving.Receive) -> list[web.AbstractRouteDef]:
        """Return the addresses; *receive* takes what the browser begins with."""

        async def back(request: web.Request) -> web.Response:
            return await self._back(request, receive)

        return [web.get(PATH, self._begin), web.get(BACK, back)]

    async def _begin(self, request: web.Request) -> web.Response:
        """Send the browser to WeChat with a state that this browser alone can bring back, within ten minutes."""
        state = secrets.token_hex(16)
        asked = {
            "appid": self._settings.wechat_app_id,
            "redirect_uri": f"{pages.site(self._settings, request)}{BACK}",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }  # WeChat wants them in this order
        there = f"{AUTHORIZE}?{urlencode(asked)}#wechat_redirect"
        response = web.Response(status=303, headers={"Location": there})
        sealed = self._states.encrypt_at_time(state.encode(), int(self._clock().timestamp())).decode()
        response.set_cookie(
            COOKIE, sealed, path=BACK, max_age=SECONDS, httponly=True, samesite="Lax", secure=self._secure
        )
        return response

    async def _back(self, request: web.Request, receive: moving.Receive) -> web.Response:
        """Let the browser in; the state is used up, whatever comes of it."""
        openid = await self._named(request)
        response = web.Response(status=303, headers={**moving.HEADERS, "Location": CHAT})
        begins = await self._let_in(request, response, openid) if openid else None
        if openid is None:
            response = moving.page(self._content(), over="wechat.login_over")
        response.del_cookie(COOKIE, path=BACK)
        if begins is not None:
            await receive(begins)
        return response

    async def _named(self, request: web.Request) -> str | None:
        """Return the openid behind the code; None for a state of another browser, a used code, a page that is only previewed."""
        code = request.query.get("code", "")
        if not code or not self._is_own(request):
            return None
        try:
            openid, previewed = await self._client.login(code)
        except Refusal as refusal:
            log.warning("wechat login", code=refusal.code, rid=refusal.rid)
            return None
        return openid if openid and not previewed else None

    def _is_own(self, request: web.Request) -> bool:
        """Say whether it was this browser that was sent to WeChat, and not too long ago."""
        try:
            sealed, now = request.cookies.get(COOKIE, ""), int(self._clock().timestamp())
            state = self._states.decrypt_at_time(sealed, ttl=SECONDS, current_time=now)
        except (InvalidToken, ValueError):  # the latter for letters that no token of ours has
            return False
        return hmac.compare_digest(state, request.query.get("state", "").encode())

    async def _let_in(self, request: web.Request, response: web.Response, openid: str) -> Incoming | None:
        """Make the browser an address of the member; return what it begins with, None where it is theirs already.

        Who does not follow the account is nobody's member: the page takes them as it takes anybody.
        """
        now, at = self._clock(), Address(NAME, openid)
        async with self._database.transaction() as session:
            contact = await session.get(Contact, (at.channel, at.id))
            if contact is None or contact.dead_at is not None:
                return None
            member = await session.get_one(Member, contact.member_id)
            conversation, _ = await conversations.current(session, member, now=now)
            begins = confiding.RESUME if _goes_on(conversation, at) else MENU
            before = self._identity.of(request)
            mine = before is not None and await moving.is_of(session, before, member.id)
            visitor = before if mine and before else self._identity.renew(request, response, now)
            await moving.let_in(session, member, Address(PAGE, visitor), begins, at.place, now=now)
        if mine and begins == MENU:
            return None
        response.headers["Location"] = CHAT if mine else moving.CHAT
        number = f"{visitor}:{secrets.token_hex(8)}"
        return Incoming(number, Address(PAGE, visitor), kind="press", value=begins)


def _goes_on(conversation: Conversation, at: Address) -> bool:
    """Say whether the form in progress may go on from *at*: a private one that began on another device may not."""
    given = conversation.answers
    return bool(conversation.form) and at.place in {given.get(FROM, at.place), given.get(MOVED)}
