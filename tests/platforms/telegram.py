"""A small Bot API server that behaves like Telegram: delivers updates, takes letters, refuses what Telegram refuses."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "1:a-token-for-tests"


LARGEST_FILE = 20_000_000


class Answer(Exception):
    """What the server answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class Letter:
    """A message in a chat, as the member sees it now; *at* is when it arrived."""

    id: int
    chat: str
    text: str
    keyboard: list[list[dict[str, str]]]
    at: float
    edits: int = 0
    file: bytes = b""


@dataclass
class Server:
    """The state of the platform; faults are answered once each, in order, to a *faulty* chat once."""

    url: str = ""
    letters: list[Letter] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    faults: list[Answer | str] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    broken_files: int = 0
    uploads: int = 0
    old: set[int] = field(default_factory=set)
    commands: dict[str, list[str]] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    rate: int = 0
    per_chat: int = 0
    _number: int = 100
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def text(self, said: str, chat: str = "7", language: str = "zh-hans") -> dict[str, Any]:
        """Let a member say something."""
        return self._message(chat, language, text=said)

    def sent(self, chat: str = "7", **content: Any) -> dict[str, Any]:
        """Let a member send what is not text."""
        return self._message(chat, "zh-hans", **content)

    def picture(self, body: bytes, chat: str = "7", *, original: bool = False) -> dict[str, Any]:
        """Let a member send a picture: as a photo, or the original as a file."""
        name = f"picture{self._next()}"
        self.files[name] = body
        told = {"file_id": name, "file_unique_id": name, "file_size": len(body)}
        if original:
            return self.sent(chat, document={**told, "file_name": "IMG_0001.JPG", "mime_type": "image/jpeg"})
        return self.sent(chat, photo=[{**told, "width": 1280, "height": 960}])

    def press(self, letter: Letter, label: str) -> dict[str, Any]:
        """Let a member press a button."""
        data = next(b["callback_data"] for row in letter.keyboard for b in row if b["text"] == label)
        shown = {"message_id": letter.id, "date": 1, "chat": self._chat(letter.chat), "text": letter.text}
        shown["reply_markup"] = {"inline_keyboard": letter.keyboard}
        who = self._who(letter.chat, "zh-hans")
        return self._update(
            callback_query={
                "id": f"q{self._next()}",
                "from": who,
                "chat_instance": "1",
                "message": shown,
                "data": data,
            }
        )

    def block(self, chat: str = "7") -> dict[str, Any]:
        """Let a member block the bot."""
        self.blocked.add(chat)
        who = self._who(chat, "zh-hans")
        change = {"chat": self._chat(chat), "from": who, "date": 1}
        old, new = ({"user": who, "status": status} for status in ("member", "kicked"))
        new["until_date"] = 0
        return self._update(my_chat_member={**change, "old_chat_member": old, "new_chat_member": new})

    async def post(self, update: dict[str, Any], secret: str, url: str) -> int:
        """Deliver one update to a webhook and return the answer's status."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with aiohttp.ClientSession() as http, http.post(url, json=update, headers=headers) as answer:
            return answer.status

    async def until(self, there: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until something is there."""
        async with asyncio.timeout(seconds):
            while not there():
                await asyncio.sleep(0.01)

    def texts(self, chat: str = "7") -> list[str]:
        """Return what a chat shows."""
        return [letter.text for letter in self.letters if letter.chat == chat]

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _chat(self, chat: str) -> dict[str, Any]:
        return {
            "id": int(chat),
            "type": "private" if int(chat) > 0 else "group",
            "first_name": "会员（演示）",
        }

    def _who(self, chat: str, language: str) -> dict[str, Any]:
        return {
            "id": abs(int(chat)),
            "is_bot": False,
            "first_name": "会员（演示）",
            "language_code": language,
        }

    def _message(self, chat: str, language: str, **content: Any) -> dict[str, Any]:
        message = {
            "message_id": self._next(),
            "date": 1,
            "chat": self._chat(chat),
            "from": self._who(chat, language),
        }
        return self._update(message={**message, **content})

    def _update(self, **content: Any) -> dict[str, Any]:
        update = {"update_id": self._next(), **content}
        self.updates.append(update)
        self._news.set()
        return update

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        method = request.match_info["method"]
        self.calls.append(method)
        if request.match_info["token"] != TOKEN:
            return web.json_response(
                {"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401
            )
        fault = self.faults.pop(0) if self.faults and method.startswith(("send", "edit")) else None
        if fault == "drop":
            request.transport.close()
            return web.Response()
        try:
            if isinstance(fault, Answer):
                raise fault
            result = await getattr(self, f"_{method}")(await self._read(request))
        except Answer as answer:
            return web.json_response(answer.body, status=answer.status)
        if fault == "drop after":
            request.transport.close()
            return web.Response()
        return web.json_response({"ok": True, "result": result})

    async def _read(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return json.loads(await request.read())
        if not request.content_type.startswith("multipart/"):
            return {}
        fields: dict[str, Any] = {}
        for name, value in (await request.post()).items():
            fields[name] = value.file.read() if isinstance(value, web.FileField) else value
        return fields

    async def _getFile(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        body = self.files.get(said["file_id"])
        if body is None:
            raise Answer(400, "Bad Request: invalid file_id")
        if len(body) > LARGEST_FILE:
            raise Answer(400, "Bad Request: file is too big")
        path = f"photos/{said['file_id']}.jpg"
        return {"file_id": said["file_id"], "file_unique_id": said["file_id"], "file_path": path}

    async def give(self, request: web.Request) -> web.Response:
        """Give a file out, under the path that getFile told; a fault is answered first."""
        if self.broken_files:
            self.broken_files -= 1
            return web.Response(status=502)
        return web.Response(body=self.files[request.match_info["name"]])

    async def _getMe(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        return {"id": 1, "is_bot": True, "first_name": "工会小助手（演示）", "username": "demo_bot"}

    async def _getWebhookInfo(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }

    async def _setWebhook(self, said: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        if not str(said.get("url", "")).startswith("http") or len(str(said.get("secret_token", ""))) > 256:
            raise Answer(400, "Bad Request: bad webhook")
        self.webhook = said
        return True

    async def _deleteWebhook(self, _: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        self.webhook = {}
        return True

    async def _setMyCommands(self, said: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        self.commands[said.get("language_code", "")] = [command["command"] for command in said["commands"]]
        return True

    async def _setChatMenuButton(self, _: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        return True

    async def _getUpdates(self, said: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: N802 -- Telegram's name
        if self.webhook:
            raise Answer(409, "Conflict: can't use getUpdates method while webhook is active")
        self.updates = [update for update in self.updates if update["update_id"] >= said.get("offset", 0)]
        if not self.updates:
            self._news.clear()
            try:
                async with asyncio.timeout(min(said.get("timeout", 0), 2)):
                    await self._news.wait()
            except TimeoutError:
                pass
        return self.updates[:100]

    async def _answerCallbackQuery(self, said: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        self.acknowledged.append(said["callback_query_id"])
        return True

    async def _sendMessage(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        return self._shown(self._new(said, said.get("text", ""), 4096))

    async def _sendPhoto(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        letter = self._new(said, said.get("caption", " "), 1024)
        body = next((value for value in said.values() if isinstance(value, bytes)), b"")
        known = str(said.get("photo") or said.get("document") or "")
        self.uploads += bool(body)
        letter.file = body or self.files.get(known, b"")
        name = known if known in self.files else f"kept{letter.id}"
        self.files.setdefault(name, body)
        told = {"file_id": name, "file_unique_id": name, "file_size": len(letter.file)}
        if "document" in said:
            return {**self._shown(letter), "document": told}
        return {**self._shown(letter), "photo": [{**told, "width": 1, "height": 1}]}

    async def _deleteMessage(self, said: dict[str, Any]) -> bool:  # noqa: N802 -- Telegram's name
        found = [letter for letter in self.letters if letter.id == said.get("message_id")]
        if not found:
            raise Answer(400, "Bad Request: message to delete not found")
        if found[0].id in self.old:
            raise Answer(400, "Bad Request: message can't be deleted for everyone")
        self.letters.remove(found[0])
        return True

    _sendDocument = _sendPhoto  # noqa: N815 -- Telegram's name

    async def _editMessageText(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 -- Telegram's name
        found = [letter for letter in self.letters if letter.id == said.get("message_id")]
        if not found:
            raise Answer(400, "Bad Request: message to edit not found")
        if found[0].file:
            raise Answer(400, "Bad Request: there is no text in the message to edit")
        keyboard = self._keyboard(said)
        if (found[0].text, found[0].keyboard) == (said["text"], keyboard):
            raise Answer(
                400, "Bad Request: message is not modified: specified new message content is the same"
            )
        self._check(said, said["text"], 4096)
        found[0].text, found[0].keyboard, found[0].edits = said["text"], keyboard, found[0].edits + 1
        return self._shown(found[0])

    def _new(self, said: dict[str, Any], text: str, limit: int) -> Letter:
        chat = str(said.get("chat_id", ""))
        self._check(said, text, limit)
        letter = Letter(self._next(), chat, text, self._keyboard(said), time.monotonic())
        self.letters.append(letter)
        return letter

    def _check(self, said: dict[str, Any], text: str, limit: int) -> None:
        chat, now = str(said.get("chat_id", "")), time.monotonic()
        if chat in self.unknown or not chat.lstrip("-").isdigit():
            raise Answer(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Answer(403, "Forbidden: bot was blocked by the user")
        if chat in self.faulty:
            self.faulty.discard(chat)
            raise Answer(502, "Bad Gateway")
        if not text:
            raise Answer(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > limit:
            raise Answer(400, "Bad Request: message is too long")
        recent = list(takewhile(lambda letter: now - letter.at < 1, reversed(self.letters)))
        if self.rate and len(recent) >= self.rate:
            raise Answer(429, "Too Many Requests: retry after 1", retry_after=1)
        if self.per_chat and sum(letter.chat == chat for letter in recent) >= self.per_chat:
            raise Answer(429, "Too Many Requests: retry after 1", retry_after=1)

    def _keyboard(self, said: dict[str, Any]) -> list[list[dict[str, str]]]:
        markup = said.get("reply_markup") or {}
        rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        if len(buttons) > 100:
            raise Answer(400, "Bad Request: too many buttons")
        for button in buttons:
            if len(set(button) & {"callback_data", "url"}) != 1 or not button["text"]:
                raise Answer(400, "Bad Request: BUTTON_TYPE_INVALID")
            if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
                raise Answer(400, "Bad Request: BUTTON_DATA_INVALID")
        return rows

    def _shown(self, letter: Letter) -> dict[str, Any]:
        return {"message_id": letter.id, "date": 1, "chat": self._chat(letter.chat), "text": letter.text}


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """Run a server on a free port of this machine."""
    server = Server()
    app = web.Application(client_max_size=60_000_000)
    app.add_routes(
        [
            web.post("/bot{token}/{method}", server.handle),
            web.get("/bot{token}/{method}", server.handle),
            web.get("/file/bot{token}/photos/{name}.jpg", server.give),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
