"""Calls of WeChat's API: the token, the retries, and what each refusal leads to stand here alone."""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import orjson
import structlog

from bot.channels.wechat.errors import Refusal, translated
from bot.channels.wechat.token import Token
from config.settings import Settings
from models.base import Refused

log = structlog.get_logger()
SECONDS, UPLOAD_SECONDS = 10.0, 60.0
TRIES, PAUSE = 3, 0.2
MEDIA_BYTES = 20_000_000
BEIJING = ZoneInfo("Asia/Shanghai")
"""Quotas are counted by days that begin here at midnight."""
CHECKED = {"menu": "menu/get", "quota": "openapi/quota/get"}
NO_MENU = 46003
ADVICE = {
    40001: ": is WECHAT_APP_SECRET right?",
    40125: ": is WECHAT_APP_SECRET right?",
    40013: ": is WECHAT_APP_ID right?",
    40164: ": put this machine's address on the account's IP white list",
    48001: ": the account has no right to it; is WECHAT_GRADE too high?",
}
"""What whoever runs the program can do about a code."""
SENDS = ("message/", "menu/create")
"""Calls that must not be made twice when nobody knows whether they arrived."""


class Client:
    """Makes the calls of one account."""

    def __init__(
        self, settings: Settings, http: aiohttp.ClientSession, clock: Callable[[], datetime]
    ) -> None:
        self._url = settings.wechat_api_url.rstrip("/")
        self._app = settings.wechat_app_id
        secret = settings.wechat_app_secret
        self._secret = secret.get_secret_value() if secret else ""
        self._http = http
        self._clock = clock
        self._token = Token(self._stable_token)
        self._paused: dict[str, datetime] = {}
        self.missing: dict[str, Refusal] = {}
        """Calls that this account has no right to, with the answer that said so."""

    async def call(self, name: str, body: Mapping[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """Make one call, `<url>/cgi-bin/<name>`: posted when it has a body; return what WeChat answers.

        Raises Refusal.
        """
        paused = self._paused.get(name)
        if paused is not None and self._clock() < paused:
            raise Refusal(45009, seconds=(paused - self._clock()).total_seconds())
        told: dict[str, Any] = {} if body is None else {"data": orjson.dumps(body)}
        try:
            return await self._with_token(name, query, told)
        except Refusal as refusal:
            self._remember(name, refusal)
            raise

    async def media(self, number: str) -> bytes:
        """Return what a member sent; WeChat keeps it for three days.

        Raises Refused (photo_big, photo_bad) when it can never be had, TryLater when not just now.
        """
        try:
            found = await self._with_token("media/get", {"media_id": number}, {}, raw=True)
        except Refusal as refusal:
            if refusal.does in {"ours", "gone"}:
                raise Refused("photo_bad") from None
            raise translated(refusal) from None
        if len(found["body"]) > MEDIA_BYTES:
            raise Refused("photo_big")
        return bytes(found["body"])

    async def upload(self, body: bytes, name: str) -> str:
        """Carry a picture up and return its number, which lasts three days.

        Raises Refusal.
        """

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData()
            made.add_field("media", body, filename=name, content_type="image/jpeg")
            return made

        answer = await self._with_token("media/upload", {"type": "image"}, {"form": form})
        return str(answer["media_id"])

    async def login(self, code: str) -> tuple[str, bool]:
        """Return the openid behind a *code* of web login, and whether it is only the shadow of a previewed page.

        Raises Refusal.
        """
        query = {"appid": self._app, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        answer = await self._once("GET", f"{self._url}/sns/oauth2/access_token", query, {})
        return str(answer.get("openid", "")), bool(answer.get("is_snapshotuser"))

    async def check(self) -> tuple[bool, str]:
        """Say whether WeChat gives a token."""
        try:
            await self._token.get()
        except Refusal as refusal:
            return False, f"no access token: {refusal}{ADVICE.get(refusal.code, '')}"
        return True, "access token had"

    async def checks(self) -> list[tuple[bool, str, str]]:
        """Say, for the doctor, whether the token is had, the menu stands, and how much of the day's quota is used."""
        good, told = await self.check()
        lines = [(good, "token", told)]
        calls: Mapping[str, Mapping[str, Any] | None] = {
            "menu": None,
            "quota": {"cgi_path": "/cgi-bin/message/custom/send"},
        }
        for what, body in calls.items() if good else ():
            try:
                answer = await self.call(CHECKED[what], body)
            except Refusal as refusal:
                missing = refusal.code == NO_MENU
                lines.append(
                    (missing, what, "none yet" if missing else f"{refusal}{ADVICE.get(refusal.code, '')}")
                )
            else:
                lines.append((True, what, _told(what, answer)))
        return lines

    async def _with_token(
        self, name: str, query: Mapping[str, str], told: Mapping[str, Any], *, raw: bool = False
    ) -> dict[str, Any]:
        """Make a call with the token; one that is refused is fetched anew and the call made once more, never oftener."""
        refused = ""
        for last in (False, True):
            token = await self._token.get(instead_of=refused)
            try:
                return await self._tried(name, {"access_token": token, **query}, told, raw=raw)
            except Refusal as refusal:
                if refusal.does != "token" or last:
                    raise
                refused = token
        raise AssertionError

    async def _tried(
        self, name: str, query: Mapping[str, str], told: Mapping[str, Any], *, raw: bool
    ) -> dict[str, Any]:
        """Make a call up to three times while WeChat is busy."""
        method = "POST" if told else "GET"
        url = f"{self._url}/cgi-bin/{name}"
        for left in range(TRIES - 1, -1, -1):
            try:
                return await self._once(method, url, query, told, raw=raw)
            except Refusal as refusal:
                unknown = refusal.does == "unknown" and name.startswith(SENDS)
                if refusal.does not in {"busy", "unknown"} or unknown or not left:
                    raise
            await asyncio.sleep(PAUSE * 2 ** (TRIES - 1 - left) * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter
        raise AssertionError

    async def _once(
        self, method: str, url: str, query: Mapping[str, str], told: Mapping[str, Any], *, raw: bool = False
    ) -> dict[str, Any]:
        """Make a call; neither the token nor the secret is in what is raised or logged.

        Raises Refusal.
        """
        form = told.get("form")
        data = form() if form else told.get("data")
        timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS if form else SECONDS)
        headers = {} if form or not told else {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._http.request(
                method, url, params=query, data=data, headers=headers, timeout=timeout
            ) as answer:
                body = await answer.read()
                status = answer.status
        except (TimeoutError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError):
            raise Refusal(-1, does="unknown") from None
        except aiohttp.ClientError:
            raise Refusal(-1) from None
        if status >= 500:  # noqa: PLR2004 -- of HTTP
            raise Refusal(-1)
        return _read(body, raw=raw)

    async def _stable_token(self) -> tuple[str, float]:
        told = {"grant_type": "client_credential", "appid": self._app, "secret": self._secret}
        answer = await self._once(
            "POST", f"{self._url}/cgi-bin/stable_token", {}, {"data": orjson.dumps(told)}
        )
        return str(answer["access_token"]), float(answer.get("expires_in", 7200))

    def _remember(self, name: str, refusal: Refusal) -> None:
        """Let a call rest whose quota is used up, and note a right that is missing; say so in the log, with the rid."""
        now = self._clock()
        if refusal.does == "quota" and not refusal.seconds:
            here = now.astimezone(BEIJING)
            day = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            until = day if refusal.code == 45009 else here + timedelta(minutes=1)  # noqa: PLR2004 -- of the day
            self._paused[name] = until
            refusal.seconds = (until - now).total_seconds()
        if refusal.does == "right":
            self.missing[name] = refusal
        if refusal.does in {"quota", "right", "ours", "mass"}:
            log.warning("wechat refuses", call=name, code=refusal.code, rid=refusal.rid)


def _read(body: bytes, *, raw: bool) -> dict[str, Any]:
    """Return the answer; a refusal is JSON with a code, also where bytes were asked for."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        if raw:
            return {"body": body}
        raise Refusal(-1) from None
    if not isinstance(answer, dict):
        raise Refusal(-1)
    code = answer.get("errcode", 0)
    if code:
        raise Refusal(int(code), _rid(str(answer.get("errmsg", ""))))
    return answer


def _told(what: str, answer: Mapping[str, Any]) -> str:
    if what == "menu":
        return f"{len(answer.get('menu', {}).get('button', []))} buttons"
    quota = answer.get("quota", {})
    return f"{quota.get('remain', '?')} of {quota.get('daily_limit', '?')} messages left today"


def _rid(told: str) -> str:
    _, _, rid = told.partition("rid:")
    return rid.strip()[:64]
