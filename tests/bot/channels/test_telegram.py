"""The Telegram channel against a server that refuses what Telegram refuses."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import Moved, TryLater, Unreachable
from bot.channels.telegram import Telegram
from bot.clock import now
from config.settings import Settings
from models.attachments import Attachment
from models.files import Store
from models.messages import Choice, Incoming, Outgoing
from tests.platforms import telegram as platform

SECRET = "a-secret-for-tests"
HELLO = Outgoing("您好", (Choice("菜单", "menu"), Choice("转人工", "human")))


@pytest.fixture
async def server() -> AsyncIterator[platform.Server]:
    async with platform.serving() as found:
        yield found


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def channel(server, http, *, store=None, **settings) -> Telegram:
    given = {"telegram_bot_token": platform.TOKEN, "telegram_api_url": server.url, **settings}
    return Telegram(Settings(_env_file=None, **given), http, now, store or Store("file:///nowhere"))


@pytest.fixture
def telegram(server, http) -> Telegram:
    return channel(server, http)


async def test_letter_arrives_with_its_buttons(telegram, server):
    number = await telegram.send("7", HELLO)

    assert [(str(letter.id), letter.text) for letter in server.letters] == [(number, "您好")]
    assert server.letters[0].keyboard == [
        [{"text": "菜单", "callback_data": "menu"}, {"text": "转人工", "callback_data": "human"}]
    ]


async def test_letter_is_edited_in_place(telegram, server):
    first = await telegram.send("7", HELLO)
    again = await telegram.send("7", Outgoing("详细", replaces=first))
    same = await telegram.send("7", Outgoing("详细", replaces=first))

    assert (again, same) == (first, first)
    assert [(letter.text, letter.edits) for letter in server.letters] == [("详细", 1)]


async def test_letter_that_cannot_be_edited_is_sent_anew(telegram, server):
    assert await telegram.send("7", Outgoing("详细", replaces="999")) == str(server.letters[0].id)


async def test_long_text_is_cut_at_a_paragraph(telegram, server):
    await telegram.send("7", Outgoing("\n".join("工会😀" * 100 for _ in range(20))))

    text = server.letters[0].text
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert text.endswith("😀\n…")


async def test_picture_goes_as_a_file(telegram, server, tmp_path):
    picture = tmp_path / "ticket.png"
    picture.write_bytes(b"not really a picture")

    await telegram.send("7", Outgoing("签到码", picture=str(picture)))
    await telegram.send("7", Outgoing("名单", file=str(picture)))

    assert [(letter.text, letter.file) for letter in server.letters] == [
        ("签到码", b"not really a picture"),
        ("名单", b"not really a picture"),
    ]


@pytest.mark.parametrize(
    ("fault", "lane", "expected"),
    [
        (platform.Answer(403, "Forbidden: bot was blocked by the user"), "reply", Unreachable("blocked")),
        (platform.Answer(403, "Forbidden: user is deactivated"), "reply", Unreachable("gone")),
        (platform.Answer(400, "Bad Request: chat not found"), "reply", Unreachable("gone")),
        (platform.Answer(400, "Bad Request: something new"), "reply", Unreachable("refused")),
        (platform.Answer(429, "Too Many Requests", retry_after=3), "reply", TryLater(3, holds="chat")),
        (platform.Answer(429, "Too Many Requests", retry_after=3), "bulk", TryLater(3, holds="lane")),
        (platform.Answer(400, "group upgraded", migrate_to_chat_id=-1007), "reply", Moved("-1007")),
        (platform.Answer(500, "Internal Server Error"), "reply", TryLater(5, unknown=True)),
        (platform.Answer(502, "Bad Gateway"), "reply", TryLater(5, unknown=True)),
        (platform.Answer(401, "Unauthorized"), "reply", TryLater(60, holds="lane")),
        ("drop", "reply", TryLater(5, unknown=True)),
        ("drop after", "reply", TryLater(5, unknown=True)),
    ],
)
async def test_refusal_is_told_in_the_words_of_every_channel(telegram, server, fault, lane, expected):
    server.faults = [fault]

    with pytest.raises(type(expected)) as told:
        await telegram.send("7", Outgoing("您好", lane=lane))

    assert vars(told.value) == vars(expected)
    assert platform.TOKEN not in str(told.value)
    assert told.value.__cause__ is None


async def test_platform_that_is_away_is_tried_later(http):
    away = Telegram(
        Settings(_env_file=None, telegram_bot_token=platform.TOKEN, telegram_api_url="http://127.0.0.1:9"),
        http,
        now,
        Store("file:///nowhere"),
    )

    with pytest.raises(TryLater):
        await away.send("7", HELLO)
    assert (await away.check())[0] is False


async def test_check_names_the_bot(telegram):
    assert await telegram.check() == (True, "@demo_bot, polling, 0 pending, last error: none")


class Inbox:
    """Takes messages; fails the first times when told so."""

    def __init__(self, failures: int = 0) -> None:
        self.got: list[Incoming] = []
        self.failures = failures

    async def receive(self, message: Incoming) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.got.append(message)


async def test_polling_passes_every_kind_on(telegram, server):
    inbox = Inbox()
    running = asyncio.create_task(telegram.listen(inbox.receive))
    file = {"file_id": "f1", "file_unique_id": "u1"}
    who = {"id": 7, "is_bot": False, "first_name": "会员（演示）"}
    server.text("您好")
    server.text("/start photo-contest")
    server.sent(
        photo=[{**file, "width": 1, "height": 1}, {**file, "file_id": "f2", "width": 9, "height": 9}],
        caption="晨练",
    )
    server.sent(document=file)
    server.sent(voice={**file, "duration": 1})
    server.sent(video={**file, "width": 1, "height": 1, "duration": 1})
    server.sent(
        sticker={**file, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    )
    server.sent(contact={"phone_number": "13800000000", "first_name": "会员（演示）"})
    server.sent(contact={"phone_number": "13800000000", "first_name": "会员（演示）", "user_id": 8})
    server.sent(contact={"phone_number": "13800000000", "first_name": "会员（演示）", "user_id": 7})
    server.sent(location={"latitude": 39.96, "longitude": 116.3})
    server.sent(dice={"emoji": "🎲", "value": 3})
    server._update(
        edited_message={"message_id": 1, "date": 1, "chat": server._chat("7"), "from": who, "text": "改了"}
    )
    server._update(something_new={"chat": 7})
    server.block()
    await server.until(lambda: len(inbox.got) == 13)
    running.cancel()

    assert [(m.kind, m.text, m.value, m.file) for m in inbox.got] == [
        ("text", "您好", "", ""),
        ("start", "", "photo-contest", ""),
        ("photo", "晨练", "", "telegram:f2"),
        ("file", "", "", "telegram:f1"),
        ("voice", "", "", "telegram:f1"),
        ("video", "", "", "telegram:f1"),
        ("sticker", "", "", ""),
        ("contact", "13800000000", "", ""),
        ("contact", "13800000000", "", ""),
        ("contact", "13800000000", "own", ""),
        ("location", "", "39.96000,116.30000", ""),
        ("other", "", "", ""),
        ("blocked", "", "", ""),
    ]
    assert server.commands == {"": ["menu", "my", "human", "help"], "en": ["menu", "my", "human", "help"]}


async def test_press_names_its_button_and_is_acknowledged(telegram, server):
    inbox = Inbox()
    running = asyncio.create_task(telegram.listen(inbox.receive))
    await telegram.send("7", HELLO)
    server.press(server.letters[0], "转人工")
    await server.until(lambda: bool(server.acknowledged))
    running.cancel()

    assert [(m.kind, m.text, m.value, m.message) for m in inbox.got] == [
        ("press", "转人工", "human", str(server.letters[0].id))
    ]


async def test_polled_update_comes_again_until_it_is_stored(telegram, server, monkeypatch):
    monkeypatch.setattr("bot.channels.telegram.channel.PAUSE", 0.01)
    inbox = Inbox(failures=2)
    server.text("您好")
    running = asyncio.create_task(telegram.listen(inbox.receive))
    await server.until(lambda: len(inbox.got) == 1)
    await server.until(lambda: not server.updates)
    running.cancel()

    assert inbox.got[0].text == "您好"


@pytest.fixture
async def hook(server, http) -> AsyncIterator[tuple[Telegram, Inbox, str]]:
    telegram = channel(
        server,
        http,
        telegram_mode="webhook",
        telegram_webhook_secret=SECRET,
        public_url="https://demo.example.org",
    )
    app = web.Application(client_max_size=64_000)
    app.add_routes(telegram.routes())
    inbox = Inbox()
    running = asyncio.create_task(telegram.listen(inbox.receive))
    async with TestServer(app) as site:
        await server.until(lambda: bool(server.webhook))
        yield telegram, inbox, str(site.make_url("/telegram/webhook"))
    running.cancel()


async def test_webhook_stores_before_it_acknowledges(server, hook):
    _, inbox, url = hook
    inbox.failures = 1
    update = server.text("您好")

    assert [await server.post(update, SECRET, url) for _ in range(3)] == [503, 200, 200]
    assert [message.text for message in inbox.got] == ["您好", "您好"]
    assert server.webhook["secret_token"] == SECRET


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x"])
async def test_wrong_secret_is_refused_before_anything_is_read(server, hook, secret):
    _, inbox, url = hook

    assert await server.post(server.text("您好"), secret, url) == 401
    assert inbox.got == []
    assert await server.post(server.text("您好"), SECRET, url) == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b'"text"', 400),
        (b"x" * 5_000_000, 413),
        (b'{"update_id": 5}', 200),
    ],
)
async def test_odd_bodies_are_refused_and_the_next_update_is_taken(server, hook, http, body, status):
    _, inbox, url = hook
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}

    async with http.post(url, data=BytesIO(body), headers=headers) as answer:
        assert answer.status == status
    assert await server.post(server.text("还在"), SECRET, url) == 200
    assert [message.text for message in inbox.got] == ["还在"]


async def test_message_is_taken_back_as_long_as_telegram_lets_it_go(server, http):
    sender = channel(server, http)
    numbers = [await sender.send("7", Outgoing(text)) for text in ("一", "二", "三")]
    server.old.add(int(numbers[1]))

    assert await sender.send("7", Outgoing("", removes=numbers[0])) == numbers[0]
    assert await sender.send("7", Outgoing("", removes=numbers[0])) == numbers[0]  # it is gone already
    with pytest.raises(Unreachable) as told:
        await sender.send("7", Outgoing("", removes=numbers[1]))
    assert told.value.reason == "refused"
    assert server.texts() == ["二", "三"]


async def test_file_of_ours_is_carried_up_once_for_all(server, http, tmp_path):
    store = Store(tmp_path.as_uri())
    kept = Attachment((await store.put(b"%PDF-demo", "application/pdf")).hash, "日程.pdf")
    sender = channel(server, http, store=store)

    await asyncio.gather(
        *(sender.send(str(chat), Outgoing("日程", file=kept.reference)) for chat in range(1, 6))
    )

    assert server.uploads == 1
    assert [letter.file for letter in server.letters] == [b"%PDF-demo"] * 5


async def test_file_that_the_store_does_not_give_is_tried_later(server, http, tmp_path):
    sender = channel(server, http, store=Store(tmp_path.as_uri()))

    with pytest.raises(TryLater):
        await sender.send("7", Outgoing("日程", file=Attachment("0" * 64, "日程.pdf").reference))
    assert server.letters == []
