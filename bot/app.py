"""Puts the machine together and runs it."""

import asyncio
import gc
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, demo, edition, jobs, logs
from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.webchat import WebChat
from bot.channels.wechat import WeChat, login
from bot.delivery import Delivery
from bot.intake import Intake
from bot.mailboxes import Mailboxes
from bot.schedule import Job, Schedule
from bot.web import (
    archive,
    checkin,
    console,
    entrance,
    greeting,
    moving,
    posters,
    publicity,
    server,
    takeaway,
)
from config.content import Content
from config.settings import Settings
from handlers import members as services
from handlers import noticing
from handlers import staff as staff_pages
from handlers.confiding import Ways
from handlers.dialogue import Dialogue
from handlers.router import Router
from handlers.search.index import Index
from models import crypto, leaving, members, migrate
from models.base import Database
from models.files import Store


@dataclass(frozen=True)
class House:
    """All parts of one process, ready to run."""

    settings: Settings
    database: Database
    dialogue: Dialogue
    mailboxes: Mailboxes
    delivery: Delivery
    schedule: Schedule
    channels: tuple[Channel, ...]
    site: web.Application


@asynccontextmanager
async def build(settings: Settings, now: Callable[[], datetime] = clock.now) -> AsyncIterator[House]:
    """Put the parts together; leaving closes them.

    Raises ContentError when the content is wrong.
    """
    crypto.use(settings.fernet_keys(), settings.secret())
    database = Database(settings.database)
    await database.start()
    try:
        async with aiohttp.ClientSession() as http:
            router = Router(services.services())
            first = await edition.first(database, settings, router, now=now())
            dialogue = Dialogue(router, first, _ways(settings))
            yield _assemble(settings, database, dialogue, http, now)
    finally:
        await database.close()


def _ways(settings: Settings) -> Ways:
    """Return where private matters may pass, and our own page where members can safely reach it."""
    channels = frozenset(channel.name for channel in (WebChat, Telegram, WeChat) if channel.private)
    site = settings.public_url.rstrip("/") if settings.is_public else ""
    beside = {WeChat.name: login.address(settings)} if site else {}
    return Ways(channels, site, settings.wechat_grade if settings.wechat_app_id else "", beside)


def _assemble(
    settings: Settings,
    database: Database,
    dialogue: Dialogue,
    http: aiohttp.ClientSession,
    now: Callable[[], datetime],
) -> House:
    store, owner = Store(settings.files), secrets.token_hex(8)

    async def stop(session: AsyncSession, notice: int, channel: str, at: datetime) -> None:
        await noticing.stop_failing(session, dialogue.edition.content, notice, channel, now=at)

    chat = _chat(settings, database, dialogue, store, now)
    telegram = Telegram(settings, http, now, store) if settings.telegram_bot_token is not None else None
    wechat = _wechat(settings, database, dialogue, http, store, now)
    channels: list[Channel] = [chat, *(channel for channel in (telegram, wechat) if channel)]
    intake = Intake(channels, store)
    in_response = {"respond": wechat.respond} if wechat else {}
    mailboxes = Mailboxes(database, dialogue.answers, dialogue.fault, now, intake, **in_response)
    routes = [
        chat.routes(),
        moving.routes(settings, database, lambda: dialogue.edition.content, mailboxes.receive, now),
        *_pages(settings, database, dialogue, store, now),
        _posters(settings, dialogue, telegram, wechat),
        *(channel.routes() for channel in (telegram, wechat) if channel),
        *_console(settings, database, dialogue, store, now),
    ]
    delivery = Delivery(
        database, channels, now, owner, on_gone=leaving.gone, on_moved=members.move, on_failures=stop
    )
    every = jobs.all_jobs(database, mailboxes, dialogue, store, now, owner)
    talks = jobs.of_talks(database, intake, now) | jobs.of_case_talks(database, dialogue, now)
    account: dict[Job, float] = (
        {wechat.spread: jobs.MINUTE, wechat.look_after: jobs.QUARTER} if wechat else {}
    )
    schedule = Schedule({**every, **talks, **account})
    site = server.build(settings, database, routes)
    site.on_shutdown.append(chat.close)
    return House(settings, database, dialogue, mailboxes, delivery, schedule, tuple(channels), site)


def _posters(
    settings: Settings, dialogue: Dialogue, telegram: Telegram | None, wechat: WeChat | None
) -> Iterable[web.AbstractRouteDef]:
    """Return the addresses of posters and their codes, one for each channel that there is."""
    return posters.routes(
        settings,
        lambda: dialogue.edition.content,
        lambda: telegram.username if telegram else "",
        wechat.code if wechat else None,
    )


def _wechat(
    settings: Settings,
    database: Database,
    dialogue: Dialogue,
    http: aiohttp.ClientSession,
    store: Store,
    now: Callable[[], datetime],
) -> WeChat | None:
    """Return the Official Account, if there is one; unasked it reaches members only with a form for letters in time."""
    timely = any("timely" in form.kinds for form in dialogue.edition.content.wechat.forms)
    reached = settings.wechat_grade == "certified-service" and timely
    members.are_fetched(*(() if reached else (WeChat.name,)))
    if not settings.wechat_app_id:
        return None
    return WeChat(settings, http, database, now, lambda: dialogue.edition.content, store)


def _chat(
    settings: Settings, database: Database, dialogue: Dialogue, store: Store, now: Callable[[], datetime]
) -> WebChat:
    async def bring(session: AsyncSession, visitor: str, first: bool) -> None:
        await noticing.bring(session, dialogue.edition.content, visitor, first=first, now=now())

    def text(key: str) -> str:
        return dialogue.edition.content.texts[key].text

    return WebChat(database, settings, now, text, store, bring)


def _pages(
    settings: Settings, database: Database, dialogue: Dialogue, store: Store, now: Callable[[], datetime]
) -> tuple[Iterable[web.AbstractRouteDef], ...]:
    """Return the addresses of what is opened without a login: what members take away, back issues, lists, the door."""

    def content() -> Content:
        return dialogue.edition.content

    return (
        takeaway.routes(settings, database, now, store),
        archive.routes(database, content),
        publicity.routes(database, content, now),
        checkin.routes(settings, database, content, now),
    )


def _console(
    settings: Settings,
    database: Database,
    dialogue: Dialogue,
    store: Store,
    now: Callable[[], datetime],
) -> tuple[Iterable[web.AbstractRouteDef], ...]:
    """Return the addresses of the staff console."""

    def edition() -> tuple[Content, Index]:
        return dialogue.edition.content, dialogue.edition.index

    door = entrance.Entrance(settings, database, lambda: dialogue.edition.content, now)
    inside = console.Inside(settings, database, edition, store, dialogue.ways, now, dialogue.router.check)
    return entrance.routes(door), console.routes(inside, door, staff_pages.pages())


async def run(settings: Settings) -> None:
    """Serve until a signal ends it; a second signal ends it at once."""
    logs.set_up(settings)
    if settings.database.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await migrate.upgrade(settings.database)
    async with build(settings) as house:
        told = await demo.move_in(house.database, now=clock.now()) if settings.demo else []
        gc.collect()
        gc.freeze()  # code and content stay: a collection that looks through them holds up all answers for 0.1 s
        await _run(house, _stop_signal(), told)


async def _run(house: House, stop: asyncio.Event, told: list[str]) -> None:
    roles, settings = house.settings.roles, house.settings
    runner = web.AppRunner(house.site, access_log=None, shutdown_timeout=3)
    await runner.setup()
    tasks = [
        asyncio.create_task(house.mailboxes.run(), name="mailboxes"),
        asyncio.create_task(edition.follow(house.database, house.dialogue), name="content"),
    ]
    tasks += [
        asyncio.create_task(channel.listen(house.mailboxes.receive), name=channel.name)
        for channel in house.channels
    ]
    if "delivery" in roles:
        tasks.append(asyncio.create_task(house.delivery.run(), name="delivery"))
    if "clock" in roles:
        house.schedule.start()
    try:
        if "web" in roles:
            await web.TCPSite(runner, settings.http_host, settings.http_port).start()
            print(*greeting.lines(settings), *told, sep="\n", flush=True)  # noqa: T201 -- the addresses, for the person who started it
        waiting = asyncio.create_task(stop.wait(), name="stop")
        done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            task.result()
    finally:
        house.schedule.stop()
        await runner.cleanup()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _stop_signal() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
    return stop
