"""Calls of WeChat's API: the token, the retries, and what each refusal leads to stand here alone."""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import orjson
import structlog

from bot.channels.wechat import errors
from bot.channels.wechat.errors import RIGHT_SECONDS, Refusal, translated
from bot.channels.wechat.token import Token
from config.settings import Settings
from models.base import Refused
from models.quiet import BEIJING

log = structlog.get_logger()
SECONDS, UPLOAD_SECONDS = 10.0, 60.0
TRIES, PAUSE = 3, 0.2
MEDIA_BYTES = 20_000_000
SENDS = ("message/", "menu/create")
"""Calls that must not be made twice when nobody knows whether they arrived."""
ONCE = "client_msg_id"
"""A letter that carries it is shown once however often it is sent within ten minutes: template messages know it."""


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
        self._paused: dict[str, tuple[datetime, Refusal]] = {}
        self.missing: dict[str, Refusal] = {}
        """Calls that this account has no right to, with the answer that said so."""

    async def call(self, name: str, body: Mapping[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """Make one call, `<url>/cgi-bin/<name>`: posted when it has a body; return what WeChat answers.

        Raises Refusal.
        """
        self._rested(name)
        told: dict[str, Any] = {} if body is None else {"data": orjson.dumps(body), "once": ONCE in body}
        try:
            answer = await self._with_token(name, query, told)
        except Refusal as refusal:
            self._remember(name, refusal)
            raise
        self.missing.pop(name, None)
        return answer

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
        if "body" not in found:  # of a video WeChat gives only an address
            raise Refused("photo_bad")
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

    async def token(self) -> str:
        """Return the token.

        Raises Refusal.
        """
        return await self._token.get()

    async def _with_token(
        self, name: str, query: Mapping[str, str], told: Mapping[str, Any], *, raw: bool = False
    ) -> dict[str, Any]:
        """Make a call with the token; one that is refused is fetched anew and the call made once more, never oftener."""
        refused = ""
        for last in (False, True):
            token = await self._token.get(instead_of=refused)
            try:
                answer = await self._tried(name, {"access_token": token, **query}, told, raw=raw)
            except Refusal as refusal:
                if refusal.does == "token" and last:
                    self._token.spoiled(token, refusal)
                if refusal.does != "token" or last:
                    raise
                refused = token
            else:
                self._token.worked()
                return answer
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
                unknown = refusal.does == "unknown" and name.startswith(SENDS) and not told.get("once")
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
                body = await _bytes(answer)
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
        try:
            return str(answer["access_token"]), float(answer["expires_in"])
        except (KeyError, TypeError, ValueError):  # the answer of something that is not WeChat
            raise Refusal(-1) from None

    def _rested(self, name: str) -> None:
        """Make no call that was refused until some time that is not over.

        Raises Refusal.
        """
        until, why = self._paused.get(name, (self._clock(), None))
        left = (until - self._clock()).total_seconds()
        if why is not None and left > 0:
            raise Refusal(why.code, why.rid, seconds=left)

    def _remember(self, name: str, refusal: Refusal) -> None:
        """Let a call rest whose quota is used up, and note a right that is missing; say so in the log, with the rid."""
        now = self._clock()
        if refusal.does == "quota" and not refusal.seconds:
            here = now.astimezone(BEIJING)
            day = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            until = day if refusal.code == 45009 else here + timedelta(minutes=1)  # noqa: PLR2004 -- of the day
            self._paused[name] = until, refusal
            refusal.seconds = (until - now).total_seconds()
        if refusal.does == "right":
            self.missing[name] = refusal
            self._paused[name] = now + timedelta(seconds=RIGHT_SECONDS), refusal
        if refusal.does in {"quota", "right", "ours", "mass"}:
            log.warning("wechat refuses", call=name, code=refusal.code, rid=refusal.rid)


async def _bytes(answer: aiohttp.ClientResponse) -> bytes:
    """Return the answer's body, of one that is too big only as much as shows it."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        body += piece
        if len(body) > MEDIA_BYTES:
            break
    return bytes(body)


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
    if refusal := errors.read(answer):
        raise refusal
    return answer
