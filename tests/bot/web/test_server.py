"""The HTTP side of the chat page: limits, refusals, the stream, files, headers."""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, make_mocked_request
from PIL import Image

from bot.channels.webchat import WebChat
from bot.web import greeting, server, uploads
from bot.web.identity import Identity
from bot.web.limits import Limits
from config.settings import Settings
from models import files, outbox
from models.files import Store
from models.messages import Address, Incoming, Outgoing


class Site:
    """A page's view of a running site."""

    def __init__(self, site: TestServer, page: aiohttp.ClientSession, chat: WebChat) -> None:
        self.url = str(site.make_url("")).rstrip("/")
        self.page = page
        self.chat = chat
        self.got: list[Incoming] = []
        self.fault: Exception | None = None

    async def receive(self, message: Incoming) -> None:
        if self.fault:
            raise self.fault
        self.got.append(message)

    async def say(self, text: str = "您好", **more: object) -> tuple[int, dict]:
        body = {"id": f"message-{len(self.got)}-{id(text)}", "text": text, **more}
        return await self.post("/api/chat/messages", json=body)

    async def post(self, path: str, **more: object) -> tuple[int, dict]:
        async with self.page.post(self.url + path, **more) as answer:
            return answer.status, await answer.json()


async def nothing(_session, _visitor, _first) -> None:
    """Bring no notices."""


@pytest.fixture
async def site(small, tmp_path, clock) -> AsyncIterator[Site]:
    settings = Settings(_env_file=None, data_dir=tmp_path, demo=True)
    chat = WebChat(small, settings, clock, lambda key: f"<{key}>", Store(settings.files), nothing)

    async def broken(_: web.Request) -> web.Response:
        raise KeyError("a fault of the program")

    app = server.build(settings, small, [chat.routes(), [web.get("/broken", broken)]])
    app.on_shutdown.append(chat.close)
    async with (
        TestServer(app) as running,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as page,
    ):
        found = Site(running, page, chat)
        listening = asyncio.create_task(chat.listen(found.receive))
        async with page.get(found.url + "/") as answer:
            assert answer.status == 200
        yield found
        listening.cancel()


async def events(site: Site, number: int, **headers: str) -> list[dict]:
    """Return the next letters of the stream."""
    found: list[dict] = []
    async with asyncio.timeout(10), site.page.get(f"{site.url}/api/chat/events", headers=headers) as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
            if len(found) == number:
                return found
    return found


async def put(site: Site, small, clock, text: str) -> None:
    visitor = site.got[0].sender.id
    async with small.transaction() as session:
        await outbox.put(session, Address("web", visitor), Outgoing(text), due=clock())


async def test_every_answer_carries_its_headers(site):
    for path in ("/", "/demo", "/health/live", "/nothing", "/static/x/chat.css"):
        async with site.page.get(site.url + path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_pages_hold_no_script_or_style_of_their_own(site):
    for path in ("/", "/demo", "/e/photo-contest"):
        async with site.page.get(site.url + path) as answer:
            page = await answer.text()
        assert "<style" not in page
        assert 'style="' not in page
        assert "onclick" not in page
        assert page.count("<script") == page.count('<script src="/static/')


async def test_message_is_stored_for_the_visitor_of_the_cookie(site):
    assert await site.say("您好") == (202, {})

    [message] = site.got
    assert (message.kind, message.text, message.sender.channel) == ("text", "您好", "web")
    assert message.id.startswith(message.sender.id)


def test_cookie_of_other_letters_is_none_of_ours():
    request = make_mocked_request("GET", "/", headers={"Cookie": "visitor=é王"})

    assert Identity(b"a secret for tests", secure=False).of(request) is None


async def test_forged_or_missing_cookie_is_refused(site):
    await site.say()
    for cookie in ("", "forged", "gAAAAABrBYRC" * 8):
        async with aiohttp.ClientSession(cookies={"visitor": cookie}) as stranger:
            async with stranger.post(
                site.url + "/api/chat/messages", json={"id": "message-1", "text": "您好"}
            ) as answer:
                assert answer.status == 401
            async with stranger.get(site.url + "/api/chat/events") as answer:
                assert answer.status == 401
    assert len(site.got) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"id": "short", "text": "1234567890"}', 202),
        (b'{"id": "x", "text": "a"}', 400),
        (b'{"id": "message-1", "kind": "joined"}', 400),
        (b'{"id": "message-1", "text": "a", "more": 1}', 400),
        (json.dumps({"id": "message-1", "text": "字" * 10_000}).encode(), 202),
        (json.dumps({"id": "message-1", "text": "a" * 10_001}).encode(), 413),
        (b"x" * 70_000, 413),
    ],
)
async def test_odd_bodies_are_refused_kindly(site, body, status):
    if status == 202 and b"short" in body:
        body = body.replace(b"short", b"long-enough")
    status_told, told = await site.post("/api/chat/messages", data=io.BytesIO(body))

    assert status_told == status
    assert status == 202 or told.get("text", told.get("fault"))
    assert (await site.say())[0] == 202


async def test_message_from_another_site_is_refused(site):
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        status, _ = await site.post(
            "/api/chat/messages", json={"id": "message-1", "text": "您好"}, headers=headers
        )
        assert status == 403
    assert site.got == []
    assert (await site.post("/api/chat/messages", json={"id": "message-1"}, headers={"Origin": site.url}))[
        0
    ] == 202


async def test_fast_writer_is_slowed_and_others_are_not(site, clock):
    told = [(await site.say())[0] for _ in range(12)]
    assert told == [202] * 10 + [429] * 2

    clock.tick(1)
    assert [(await site.say())[0] for _ in range(2)] == [202, 429]


def test_limits_forget_visitors_who_left(clock, monkeypatch):
    monkeypatch.setattr("bot.web.limits.VISITORS", 5)
    limits = Limits(clock)
    for number in range(20):
        assert limits.allow(str(number))
        clock.tick(2)
    assert len(limits._full_at) <= 7


async def test_unstored_message_is_told_and_may_be_sent_again(site):
    site.fault = OSError("the database is away")
    assert await site.say() == (503, {"text": "<fault.lost>"})

    site.fault = None
    assert await site.say() == (202, {})


async def test_stream_brings_letters_and_goes_on_where_it_was(site, small, clock):
    await site.say()
    for text in ("一", "二", "三"):
        await put(site, small, clock, text)

    first = await events(site, 3)
    again = await events(site, 3)
    assert [letter["text"] for letter in first] == [letter["text"] for letter in again] == ["一", "二", "三"]

    rest = await events(site, 1, **{"Last-Event-ID": str(first[1]["id"])})
    assert [letter["text"] for letter in rest] == ["三"]
    assert [letter["text"] for letter in await events(site, 1)] == ["三"]

    assert (await site.post("/api/chat/seen", data=str(first[2]["id"])))[0] == 200
    await put(site, small, clock, "四")
    assert [letter["text"] for letter in await events(site, 1)] == ["四"]


async def test_open_stream_is_woken_by_a_new_letter(site, small, clock):
    await site.say()
    listening = asyncio.create_task(events(site, 1))
    while not site.chat._streams:
        await asyncio.sleep(0.01)
    await put(site, small, clock, "一")

    assert [letter["text"] for letter in await asyncio.wait_for(listening, 3)] == ["一"]


async def test_visitor_has_five_streams_at_most(site):
    await site.say()
    streams = [await site.page.get(site.url + "/api/chat/events") for _ in range(6)]
    assert [stream.status for stream in streams] == [200] * 5 + [503]

    for stream in streams:
        stream.close()


async def test_seen_takes_only_a_number(site):
    for body in ("", "x", "-1", "1.5"):
        assert (await site.post("/api/chat/seen", data=body))[0] == 400


def picture(kind: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, kind)
    return made.getvalue()


def form(content: bytes, name: str = "photo") -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field(name, io.BytesIO(content), filename="x")
    return made


async def test_picture_is_kept_once_by_its_content(site, tmp_path):
    for number in range(2):
        assert await site.post(f"/api/chat/files?id=photo-{number}", data=form(picture())) == (202, {})

    first, second = site.got
    assert (first.kind, first.file) == ("photo", second.file)
    kept = [file for file in (tmp_path / "files").rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in kept] == [picture()]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"GIF89a", picture()[:60], b"%PDF-1.4"])
async def test_file_that_is_no_picture_is_refused_and_not_kept(site, tmp_path, content):
    assert await site.post("/api/chat/files", data=form(content)) == (415, {"text": "<fault.picture>"})
    assert [file for file in (tmp_path / "files").rglob("*") if file.is_file()] == []
    assert (await site.post("/api/chat/files", data=form(content, "file")))[0] == 202


async def test_too_big_a_file_is_refused_and_not_kept(site, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    assert await site.post("/api/chat/files", data=form(b"x" * 101, "file")) == (413, {"text": "<fault.big>"})
    assert [file for file in (tmp_path / "files").rglob("*") if file.is_file()] == []


async def test_full_disk_is_told(site, monkeypatch):
    monkeypatch.setattr(files, "SPARE_BYTES", 2**60)
    assert await site.post("/api/chat/files", data=form(picture())) == (507, {"text": "<fault.full>"})


async def test_bomb_is_no_picture(site, monkeypatch):
    monkeypatch.setattr(uploads.Image, "MAX_IMAGE_PIXELS", 10)
    assert (await site.post("/api/chat/files", data=form(picture())))[0] == 415


@pytest.mark.parametrize("body", [b"x", form(b"x", "other")])
async def test_upload_of_another_shape_is_refused(site, body):
    assert await site.post("/api/chat/files", data=io.BytesIO(body) if isinstance(body, bytes) else body) == (
        400,
        {"text": "<fault.lost>"},
    )


async def test_health_tells_strangers_nothing(site, small, tmp_path):
    async with site.page.get(site.url + "/health/live") as answer:
        assert await answer.text() == "ok"
    async with site.page.get(site.url + "/health/ready") as answer:
        assert answer.status == 200
    async with site.page.get(
        site.url + "/health/ready", headers={"X-Forwarded-For": "203.0.113.9"}
    ) as answer:
        assert answer.status == 404

    settings = Settings(_env_file=None, data_dir=tmp_path, metrics_token="t")
    async with TestServer(server.build(settings, small, [])) as other, aiohttp.ClientSession() as page:
        far = {"X-Forwarded-For": "203.0.113.9"}
        for told, status in (("Bearer t", 200), ("Bearer x", 404)):
            async with page.get(
                other.make_url("/health/ready"), headers={**far, "Authorization": told}
            ) as answer:
                assert answer.status == status


async def test_fault_of_a_page_is_a_number_that_the_log_holds(site, capsys):
    async with site.page.get(site.url + "/broken") as answer:
        assert answer.status == 500
        number = (await answer.json())["fault"]

    assert number in capsys.readouterr().out


async def test_static_files_are_ours_alone(site):
    for path, status in (
        ("/static/x/chat.css", 200),
        ("/static/x/nothing.css", 404),
        ("/static/x/server.py", 404),
        ("/static/x/..%2Fserver.py", 404),
    ):
        async with site.page.get(site.url + path) as answer:
            assert answer.status == status


async def test_two_demo_phones_are_two_members(site):
    for phone in ("1", "2"):
        async with site.page.get(f"{site.url}/?phone={phone}") as answer:
            assert answer.status == 200
        assert (
            await site.post(f"/api/chat/messages?phone={phone}", json={"id": "message-1", "text": phone})
        )[0] == 202

    assert len({message.sender.id for message in site.got}) == 2


def test_greeting_prints_where_to_go():
    assert greeting.lines(Settings(_env_file=None)) == [
        "chat     http://127.0.0.1:8080/",
        "console  http://127.0.0.1:8080/console",
    ]
    assert (
        greeting.lines(Settings(_env_file=None, demo=True, http_host="localhost"))[2]
        == "demo     http://localhost:8080/demo"
    )
    code = greeting.lines(Settings(_env_file=None, http_host="0.0.0.0"))
    assert code[2].startswith("phone    http://")
    assert "▄" in code[3]
