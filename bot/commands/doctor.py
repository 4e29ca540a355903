"""doctor: one line for each thing that must be right; exit code 1 when one is not."""

import argparse
import secrets
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
from sqlalchemy import func, select

from bot import clock
from bot.channels.telegram import Telegram
from bot.channels.wechat.client import Client
from bot.commands import keys
from bot.commands.base import Commands, command
from config import files
from config.content import Content, ContentError
from config.settings import Settings
from handlers.members import services
from handlers.router import Router
from models import calls, crypto, handoffs, migrate
from models.base import Database, Refused
from models.files import Missing, Store
from models.outbox import Letter

FREE_BYTES = 500_000_000
EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
Line = tuple[bool, str, str]


def add(commands: Commands) -> None:
    """Add the command."""
    command(commands, "doctor", check, "check settings, database, content, channels, disk and clock")


async def check(settings: Settings, _: argparse.Namespace) -> int:
    """Print a line for each check; return 1 when something is wrong."""
    wrong = 0
    async for good, name, told in _lines(settings):
        print(f"{'ok   ' if good else 'WRONG'} {name}: {told}")
        wrong += not good
    return 1 if wrong else 0


async def _lines(settings: Settings) -> AsyncIterator[Line]:
    yield (
        True,
        "settings",
        f"{settings.role}, {settings.database.partition(':')[0]}, demo {'on' if settings.demo else 'off'}",
    )
    yield _keys(settings)
    yield _content(settings)
    async for line in _database(settings):
        yield line
    yield await _files(settings)
    yield _disk(settings)
    yield clock.now() > EARLIEST, "clock", clock.now().isoformat(timespec="seconds")
    yield await _telegram(settings)
    if settings.telegram_bot_token is not None:
        yield _private(settings)
    for line in await _wechat(settings):
        yield line


def _keys(settings: Settings) -> Line:
    if settings.secret_key and settings.field_keys:
        return True, "keys", "set"
    return (
        True,
        "keys",
        "they lie only in DATA_DIR: losing it loses every encrypted field, keep a copy elsewhere",
    )


def _content(settings: Settings) -> Line:
    try:
        content = Content.of(files.read(settings.content_dir))
        Router(services()).check(content)
    except ContentError as error:
        return False, "content", str(error)
    today = clock.now().date()
    old = sum(1 for entry in content.entries if entry.valid_until and entry.valid_until < today)
    return True, "content", f"{len(content.entries)} entries, {old} past their date"


async def _database(settings: Settings) -> AsyncIterator[Line]:
    if settings.database.startswith("sqlite") and not settings.data_dir.exists():
        yield False, "database", "there is none yet: run_bot.py migrate"
        return
    database = Database(settings.database)
    try:
        await database.start()
        behind = await migrate.behind(database)
        yield (
            not behind,
            "database",
            "tables are not up to date: run_bot.py migrate" if behind else "answers, tables up to date",
        )
        if not behind:
            yield await _queues(database)
            if settings.field_keys and len(settings.fernet_keys()) > 1:
                yield await _secrets(settings, database)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the doctor says so and goes on
        yield False, "database", f"does not answer ({type(error).__name__})"
    finally:
        await database.close()


async def _queues(database: Database) -> Line:
    async with database.transaction() as session:
        stuck = await session.scalar(select(func.count()).where(Letter.state.in_(("failed", "unknown")))) or 0
        old = clock.now() - timedelta(minutes=10)
        late = (Letter.state == "waiting", Letter.due < old, Letter.channel != calls.CHANNEL)
        held = await session.scalar(select(func.count()).where(*late)) or 0
        to_call = len(await calls.waiting(session, now=clock.now()))
        people = await handoffs.waiting(session)
    letters = f"{held} letters wait longer than ten minutes, {stuck} failed"
    return True, "queues", f"{letters}, {people} members wait for a person, {to_call} for a call"


async def _secrets(settings: Settings, database: Database) -> Line:
    crypto.use(settings.fernet_keys(), b"nothing is looked up")
    if old := await keys.behind(database):
        return True, "secrets", f"{old} rows still lie under an old key: run_bot.py rotate-keys"
    return True, "secrets", "all lie under the first of FIELD_KEYS, the others can go"


async def _files(settings: Settings) -> Line:
    if not settings.files_url and not settings.data_dir.exists():
        return True, "files", "a folder in DATA_DIR, to be made"
    store, body = Store(settings.files), secrets.token_bytes(16)
    try:
        kept = await store.put(body, "application/octet-stream")
        same = await store.get(kept.hash) == body
        await store.delete(kept.hash)
    except (Refused, Missing):
        return False, "files", "FILES_URL cannot be written and read"
    return same, "files", f"{settings.files.partition(':')[0]}, can be written and read"


def _disk(settings: Settings) -> Line:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    free = shutil.disk_usage(folder).free
    return free > FREE_BYTES, "disk", f"{free // 1_000_000} MB free"


def _private(settings: Settings) -> Line:
    """Say where private forms go that begin on Telegram, which must not carry them."""
    if settings.is_public:
        return True, "private", "forms go on at PUBLIC_URL, by a one-time link"
    return (
        True,
        "private",
        "PUBLIC_URL is not public https: private forms on Telegram give the telephone and a person",
    )


async def _wechat(settings: Settings) -> list[Line]:
    """Say how the account is set up, and what WeChat says to it."""
    if not settings.wechat_app_id:
        return [(True, "wechat", "off (no WECHAT_APP_ID)")]
    told = f"{settings.wechat_grade}, {settings.wechat_mode}, callback at {settings.public_url or '…'}/wechat/callback"
    safe = settings.wechat_mode != "plain"
    lines = [(safe, "wechat", told if safe else f"{told}: whoever sees one address can forge messages")]
    if settings.wechat_app_secret:
        async with aiohttp.ClientSession() as http:
            lines += [
                (good, f"wechat {what}", said)
                for good, what, said in await Client(settings, http, clock.now).checks()
            ]
    return lines


async def _telegram(settings: Settings) -> Line:
    if settings.telegram_bot_token is None:
        return True, "telegram", "off (no TELEGRAM_BOT_TOKEN)"
    async with aiohttp.ClientSession() as http:
        good, told = await Telegram(settings, http, clock.now, Store(settings.files)).check()
    return good, "telegram", told
