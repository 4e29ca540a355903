"""A small WeChat server: posts what members do to the callback, reads the answers, and refuses what WeChat refuses.

Its envelope is wechatpy's, so that ours is held against code of somebody else.
"""

import asyncio
import hashlib
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
import orjson
import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.crypto import WeChatCrypto

TOKEN, APP_ID, SECRET, ACCOUNT = (
    "a-token-for-tests",
    "wx0000000000000demo",
    "a-secret-for-tests",
    "gh_demo00000001",
)
KEY = "DemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDem"
TRIES, SECONDS, TEXT_BYTES = 3, 5.0, 2048
TALK, TALK_SECONDS = 5, 48 * 3600
FIELDS = {"thing": 20, "phrase": 5}
RIGHTS = {
    "tags/get": ("certified-subscription", "certified-service"),
    "template/get_all_private_template": ("certified-service",),
}
SETTINGS: Mapping[str, str] = {
    "wechat_app_id": APP_ID,
    "wechat_app_secret": SECRET,
    "wechat_token": TOKEN,
    "wechat_aes_key": KEY,
    "wechat_original_id": ACCOUNT,
}


class Answer(NamedTuple):
    """What the callback answered: *text* is what the member sees, None where it was only acknowledged."""

    status: int
    body: bytes
    text: str | None = None


@dataclass
class Server:
    """The platform; *grade* is what the account may do, *faults* are answered once each, in order, by the call named.

    *delay* is how long each call takes; while *line* is not set it waits after a broken line before it posts again.
    """

    grade: str = "certified-service"
    mode: str = "safe"
    url: str = ""
    callback: str = ""
    clock: Callable[[], float] = time.time
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sent: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    windows: dict[str, tuple[float, int]] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    refuse_tokens: bool = False
    odd_tokens: bool = False
    gone: set[str] = field(default_factory=set)
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    quota: dict[str, int] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    masses: dict[str, str] = field(default_factory=dict)
    once: dict[tuple[str, object], int] = field(default_factory=dict)
    months: Counter[str] = field(default_factory=Counter)
    menu: list[Any] = field(default_factory=list)
    pings: list[dict[str, str]] = field(default_factory=lambda: [{"ip": "203.0.113.7", "package_loss": "0%"}])
    logins: dict[str, dict[str, Any]] = field(default_factory=dict)
    delay: float = 0
    slow: list[str] = field(default_factory=list)
    line: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Any = field(default_factory=lambda: itertools.count(1_000_000))

    @property
    def crypto(self) -> WeChatCrypto:
        """Return the envelope of the account."""
        return WeChatCrypto(TOKEN, KEY, APP_ID)

    # What members do.

    async def say(self, text: str, openid: str = "o-wang") -> str | None:
        """Let a member type something; return what they see at once."""
        return (await self.push(openid, MsgType="text", Content=text)).text

    async def tap(self, key: str, openid: str = "o-wang") -> str | None:
        """Let a member tap an entry of the menu."""
        return (await self.push(openid, MsgType="event", Event="CLICK", EventKey=key)).text

    async def subscribe(self, scene: str = "", openid: str = "o-wang") -> str | None:
        """Let a member follow the account, perhaps by a code with a scene."""
        key = f"qrscene_{scene}" if scene else ""
        return (await self.push(openid, MsgType="event", Event="subscribe", EventKey=key)).text

    def message(self, openid: str, **fields: Any) -> dict[str, Any]:
        """Return a message as it is posted: a second copy has the same number."""
        told = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(self.clock()), **fields}
        return told if fields["MsgType"] == "event" else {**told, "MsgId": next(self._numbers)}

    async def push(self, openid: str, **fields: Any) -> Answer:
        """Post a new message."""
        return await self.deliver(self.message(openid, **fields))

    async def deliver(self, message: Mapping[str, Any]) -> Answer:
        """Post a message up to three times, five seconds each, as WeChat does until it is answered."""
        openid = str(message["FromUserName"])
        self._touched(openid, message)
        for _ in range(TRIES):
            try:
                answer = await self.post(*self.sealed(message))
            except (TimeoutError, aiohttp.ClientError):
                await self.line.wait()
                continue
            if answer.status == 200:
                if answer.text is not None:
                    self.shown[openid].append(answer.text)
                return answer
        self.shown[openid].append("该公众号提供的服务出现故障，请稍后再试")
        return Answer(0, b"")

    def sealed(self, message: Mapping[str, Any], **query: str) -> tuple[dict[str, str], bytes]:
        """Return the query and body that carry a message in the account's mode."""
        body = xmltodict.unparse({"xml": dict(message)}, full_document=False).encode()
        stamp, nonce = str(int(self.clock())), str(next(self._numbers))
        told = {"timestamp": stamp, "nonce": nonce, "openid": str(message.get("FromUserName", ""))}
        told["signature"] = _signed(TOKEN, stamp, nonce)
        if self.mode == "plain":
            return told | query, body
        outer = self.crypto.encrypt_message(body.decode(), nonce, stamp)
        parts = xmltodict.parse(outer)["xml"]
        told |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
        extra = dict(message) if self.mode == "compatible" else {"ToUserName": ACCOUNT}
        outer = xmltodict.unparse({"xml": {**extra, "Encrypt": parts["Encrypt"]}}, full_document=False)
        return told | query, outer.encode()

    async def post(self, query: Mapping[str, str], body: bytes, *, at: str = "") -> Answer:
        """Post to the callback and read the answer as WeChat does: what it cannot read it would show as a fault."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Content-Type": "text/xml"}
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(at or self.callback, params=query, data=body, headers=headers) as answer,
        ):
            said = await answer.read()
            text = self._read(said) if answer.status == 200 else None
            return Answer(answer.status, said, text)

    def _read(self, body: bytes) -> str | None:
        if body in {b"", b"success"}:
            return None
        if self.mode != "plain":
            outer = xmltodict.parse(body)["xml"]
            body = self.crypto.decrypt_message(
                body.decode(), outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
            )
        message = xmltodict.parse(body)["xml"]
        assert message["FromUserName"] == ACCOUNT, message
        assert message["MsgType"] == "text", message
        assert len(message["Content"].encode()) <= TEXT_BYTES, message
        return str(message["Content"])

    def _touched(self, openid: str, message: Mapping[str, Any]) -> None:
        event = message.get("Event")
        if event == "unsubscribe":
            self.gone.add(openid)
        elif event in {"CLICK", "subscribe", "SCAN"}:
            self.gone.discard(openid)
            if self.windows.get(openid, (0, 0))[0] < self.clock() + 60:
                self.windows[openid] = (self.clock() + 60, 3)
        elif event is None:
            self.windows[openid] = (self.clock() + TALK_SECONDS, TALK)

    # What the account asks.

    def revoke(self) -> None:
        """Take back every token."""
        self.tokens.clear()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the API."""
        name = request.path.removeprefix("/cgi-bin/")
        self.calls[name] += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        body = await request.read()
        if name == "stable_token":
            return web.json_response(self._token(orjson.loads(body)))
        code = self.faults[name].pop(0) if self.faults[name] else 0
        if code > 0 or code == -1:
            return _refused(code)
        if code == -500:
            return web.Response(status=502)
        if self.tokens.get(request.query.get("access_token", ""), 0) < self.clock():
            return _refused(40001)
        if name == "media/get":
            return await self._media(request)
        if name == "media/upload":
            number = f"media-{next(self._numbers)}"
            self.media[number] = await _uploaded(request.headers, body)
            return web.json_response({"type": "image", "media_id": number})
        if b"\\u" in body:
            return _refused(40033)
        told = orjson.loads(body) if body else {}
        code, more = self._called(name, told)
        if name in self.slow:  # it is done, but the answer comes too late
            self.slow.remove(name)
            await asyncio.sleep(1)
        return web.json_response({"errcode": code, "errmsg": f"told rid: {self.calls[name]:x}", **more})

    async def _media(self, request: web.Request) -> web.StreamResponse:
        number = request.query["media_id"]
        if number == "endless":
            return await _endless(request)
        return web.Response(body=self.media[number]) if number in self.media else _refused(40007)

    async def login(self, request: web.Request) -> web.Response:
        """Answer a web login: a code is good once."""
        if request.query.get("secret") != SECRET:
            return _refused(40125)
        return web.json_response(
            self.logins.pop(request.query.get("code", ""), {"errcode": 40029, "errmsg": "bad code"})
        )

    def _token(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if self.refuse_tokens or told.get("secret") != SECRET or told.get("appid") != APP_ID:
            return {"errcode": 40001, "errmsg": "invalid credential rid: 6"}
        if self.odd_tokens:
            return {"token": "somewhere else"}
        token = next((t for t, until in self.tokens.items() if until > self.clock() + 300), "")
        token = token or f"token-{next(self._numbers)}"
        self.tokens.setdefault(token, self.clock() + 7200)
        return {"access_token": token, "expires_in": int(self.tokens[token] - self.clock())}

    def _called(self, name: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if name in self.quota:
            self.quota[name] -= 1
            if self.quota[name] < 0:
                return 45009, {}
        calls: dict[str, Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]] = {
            "message/custom/send": self._custom,
            "message/template/send": self._template,
            "message/subscribe/bizsend": self._notice,
            "message/mass/send": self._mass,
            "menu/create": self._set_menu,
        }
        if name == "menu/get":
            return (0, {"menu": {"button": self.menu}}) if self.menu else (46003, {})
        if name == "openapi/quota/get":
            return 0, {"quota": {"daily_limit": 500000, "used": 1, "remain": 499999}}
        if name == "callback/check":
            return 0, {"dns": [], "ping": self.pings}
        if name in RIGHTS:
            return (0, {}) if self.grade in RIGHTS[name] else (48001, {})
        if name == "qrcode/create":
            return self._code(told)
        return calls[name](told) if name in calls else (48001, {})

    def _custom(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        openid = told["touser"]
        if self.grade == "passive":
            return 48001, {}
        if openid in self.gone:
            return 43004, {}
        text = _told(told)
        if len(text.encode()) > TEXT_BYTES:
            return 45002, {}
        if told["msgtype"] == "text" and not text.strip():
            return 44004, {}
        until, left = self.windows.get(openid, (0, 0))
        if until < self.clock():
            return 45015, {}
        if not left:
            return 45047, {}
        self.windows[openid] = (until, left - 1)
        return self._shown(openid, text, told)

    def _template(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.grade != "certified-service":
            return 48001, {}
        if told["touser"] in self.gone:
            return 43004, {}
        once = told["touser"], told.get("client_msg_id") or next(self._numbers)
        if once in self.once:
            return 0, {"msgid": self.once[once]}
        for name, value in told["data"].items():
            most = FIELDS.get(name.rstrip("0123456789"), 1000)
            if len(value["value"]) > most or "\n" in value["value"]:
                return 47003, {}
        code, more = self._shown(told["touser"], "，".join(v["value"] for v in told["data"].values()), told)
        self.once[once] = more["msgid"]
        return code, more

    def _notice(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = told["touser"], told["template_id"]
        if not self.consents[key]:
            return 43101, {}
        self.consents[key] -= 1
        return self._template(told)

    def _mass(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.grade != "certified-service":
            return 48001, {}
        if told["clientmsgid"] in self.masses:
            return 45065, {}
        people = told["touser"]
        if not 2 <= len(people) <= 10_000:
            return 40003, {}
        self.masses[told["clientmsgid"]] = str(next(self._numbers))
        for openid in people:
            self.months[openid] += 1
            if self.months[openid] <= 4 and openid not in self.gone:
                self._shown(openid, told["text"]["content"], told)
        return 0, {"msg_id": int(self.masses[told["clientmsgid"]])}

    def _set_menu(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.grade == "passive":
            return 48001, {}
        self.menu = told["button"]
        return 0, {}

    def _code(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        scene = told["action_info"]["scene"]["scene_str"]
        if self.grade != "certified-service" or not 1 <= len(scene) <= 64:
            return 48001, {}
        return 0, {"ticket": "t", "url": f"http://weixin.qq.com/q/{scene}", "expire_seconds": 2592000}

    def _shown(self, openid: str, text: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.shown[openid].append(text)
        self.sent.append(told)
        return 0, {"msgid": next(self._numbers)}

    async def until(self, there: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until something is there."""
        async with asyncio.timeout(seconds):
            while not there():
                await asyncio.sleep(0.02)


async def _endless(request: web.Request) -> web.StreamResponse:
    """Send until nobody listens any more."""
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(bytes(65_536))
    return response


async def _uploaded(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the file in a form."""
    boundary = headers["Content-Type"].partition("boundary=")[2].encode()
    part = body.split(b"--" + boundary)[1]
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def _told(told: Mapping[str, Any]) -> str:
    if told["msgtype"] == "image":
        return ""
    if told["msgtype"] == "msgmenu":
        menu = told["msgmenu"]
        return "\n".join(
            [menu["head_content"], *(row["content"] for row in menu["list"]), menu["tail_content"]]
        )
    return str(told["text"]["content"])


def _signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def _refused(code: int) -> web.Response:
    told = "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist" if code == 40164 else "refused"
    return web.json_response({"errcode": code, "errmsg": f"{told} rid: {code:x}"})


@asynccontextmanager
async def serving(**state: Any) -> AsyncIterator[Server]:
    """Run the platform."""
    server = Server(**state)
    app = web.Application(client_max_size=30_000_000)
    app.router.add_route("*", "/cgi-bin/{name:.*}", server.answer)
    app.router.add_get("/sns/oauth2/access_token", server.login)
    server.line.set()
    async with TestServer(app) as site:
        server.url = str(site.make_url("")).rstrip("/")
        yield server
