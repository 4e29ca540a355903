"""The whole process in one: it starts, answers, takes over a new edition, and ends when it is told to."""

import asyncio
import logging
import os
import signal
import socket
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
import structlog
from sqlalchemy import select

from bot import app, clock, edition, jobs
from bot.schedule import Schedule, guarded
from config.content import ContentError
from config.settings import Settings
from models import cases, claims, crypto, events, members, migrate, outbox, unanswered
from models import content as shelves
from models.base import Database
from models.cases import Case, Filed
from models.content import TextRow
from models.files import Store
from models.inbox import Received
from models.messages import Address, Outgoing
from models.outbox import Letter
from models.unanswered import Unanswered
from tests.platforms import telegram as platform
from tests.processes import free_port

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def as_before():
    """Give back what a process sets once: keys and logging."""
    before = crypto._Keys.fernet, crypto._Keys.lookup
    handlers = logging.getLogger().handlers[:]
    yield
    crypto._Keys.fernet, crypto._Keys.lookup = before
    logging.getLogger().handlers[:] = handlers
    structlog.reset_defaults()


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", http_port=free_port(), log_level="error")


@asynccontextmanager
async def running(settings):
    """Run the service; leaving ends it as a service manager does."""
    task = asyncio.create_task(app.run(settings))
    async with asyncio.timeout(30), aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        while True:
            if task.done():
                task.result()
            try:
                async with http.get(f"http://127.0.0.1:{settings.http_port}/health/ready") as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        yield http
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 15)


async def listens_to_signals():
    """Wait until the service has put its own handler in place: a signal before that would end the tests."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(30):
        while signal.SIGTERM not in loop._signal_handlers:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


async def test_service_starts_in_an_empty_folder_answers_and_ends(settings, capsys):
    async with running(settings) as http:
        url = f"http://127.0.0.1:{settings.http_port}"
        async with http.get(url) as page:
            assert page.status == 200
        async with http.post(f"{url}/api/chat/messages", json={"id": "message-1", "text": "欠薪"}) as answer:
            assert answer.status == 202
        async with http.get(f"{url}/api/chat/events") as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    assert "一年内" in line.decode()
                    break

    assert capsys.readouterr().out == f"chat     {url}/\nconsole  {url}/console\n"


async def test_service_speaks_telegram_too(settings):
    async with platform.serving() as server:
        given = settings.model_copy(
            update={
                "telegram_bot_token": Settings(telegram_bot_token=platform.TOKEN).telegram_bot_token,
                "telegram_api_url": server.url,
            }
        )
        async with running(given):
            server.text("欠薪两个月了怎么办")
            await server.until(server.texts, 15)

    assert "一年内" in server.texts()[0]


async def test_process_without_the_web_serves_no_page(settings):
    given = settings.model_copy(update={"role": "delivery,clock"})
    task = asyncio.create_task(app.run(given))
    await listens_to_signals()

    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientError):
            await http.get(f"http://127.0.0.1:{settings.http_port}/health/live")
    assert not task.done()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 15)


async def test_port_in_use_ends_the_start(settings):
    with socket.create_server(("127.0.0.1", settings.http_port)), pytest.raises(OSError, match="in use"):
        await app.run(settings)


async def published(database, given, dialogue):
    """Load the files and let *dialogue* answer with them."""
    await edition.load_files(database, given, now=clock.now())
    dialogue.edition = await edition.first(database, given, dialogue.router, now=clock.now())


async def edit(database, body, key="search.thanks"):
    async with database.transaction() as session:
        row = await session.get_one(TextRow, key)
        row.body, row.source = body, "staff"
        await shelves.publish(session)


async def test_new_edition_is_taken_over_while_the_old_one_answers(database, dialogue, settings):
    await published(database, settings, dialogue)
    before = dialogue.edition
    following = asyncio.create_task(edition.follow(database, dialogue))
    await asyncio.sleep(0)

    await edit(database, {"text": "别客气。"})
    assert dialogue.edition is before
    async with asyncio.timeout(10):
        while dialogue.edition is before:
            await asyncio.sleep(0.02)

    following.cancel()
    assert dialogue.edition.content.texts["search.thanks"].text == "别客气。"
    assert dialogue.edition.content.version == 2


async def test_other_process_hears_of_a_new_edition(postgres, dialogue, settings):
    here, there = Database(postgres), Database(postgres)
    await here.start()
    await published(here, settings, dialogue)
    await there.start()
    following = asyncio.create_task(edition.follow(there, dialogue))
    try:
        async with asyncio.timeout(15):
            while dialogue.edition.content.texts["search.thanks"].text != "别客气。":
                await edit(here, {"text": "别客气。"})
                await asyncio.sleep(0.5)
    finally:
        following.cancel()
        async with here.transaction() as session:
            for table in shelves.TABLES.values():
                await session.execute(table.__table__.delete())
            await session.execute(shelves.ContentState.__table__.delete())
        await here.close()
        await there.close()


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "别客气。", "choices": {"去": "nowhere"}}])
async def test_wrong_edition_is_refused_and_the_old_one_goes_on(small, dialogue, settings, body):
    await published(small, settings, dialogue)
    before = dialogue.edition
    await edit(small, body)

    await edition.refresh(small, dialogue)

    assert dialogue.edition is before


async def test_edition_that_a_rule_of_places_forbids_is_refused_whole(small, dialogue, settings):
    await published(small, settings.model_copy(update={"demo": True}), dialogue)
    before = dialogue.edition
    async with small.transaction() as session:
        table = shelves.TABLES["programmes"]
        for slug, change in (("arts-gala", {"places": 1}), ("board-contest", {"policy": "approve"})):
            row = await session.scalar(select(table).where(table.key == slug))
            row.body = {**row.body, "event": {**row.body["event"], **change}}
        await shelves.publish(session)

    await edition.refresh(small, dialogue)

    assert dialogue.edition is before
    async with small.transaction() as session:
        assert (await events.by_slug(session, "arts-gala")).cap == 60


async def test_same_edition_is_not_built_twice(small, dialogue, settings):
    await published(small, settings, dialogue)
    before = dialogue.edition

    await edition.refresh(small, dialogue)

    assert dialogue.edition is before


async def test_new_wording_leaves_events_as_staff_left_them(small, dialogue, settings):
    await published(small, settings.model_copy(update={"demo": True}), dialogue)
    slug = next(entry.slug for entry in dialogue.edition.content.entries if entry.event)
    async with small.transaction() as session:
        (await events.by_slug(session, slug)).cap = 9
    await edit(small, {"text": "别客气。"})

    await edition.refresh(small, dialogue)

    assert dialogue.edition.content.texts["search.thanks"].text == "别客气。"
    async with small.transaction() as session:
        assert (await events.by_slug(session, slug)).cap == 9


async def test_wrong_files_change_nothing(small, settings, tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content/texts.yaml").write_text("menu: 您想办哪件事？\n", encoding="utf-8")
    given = settings.model_copy(update={"content_dir": tmp_path / "content"})

    with pytest.raises(ContentError):
        await edition.load_files(small, given, now=clock.now())

    async with small.transaction() as session:
        assert await shelves.version(session) == 0


async def test_jobs_of_the_clock_do_their_work(database, dialogue, settings, clock):
    class Boxes:
        swept = 0

        async def sweep(self):
            self.swept += 1

    boxes = Boxes()
    found = jobs.all_jobs(database, boxes, dialogue, Store(settings.files), clock, "me")
    await published(database, settings, dialogue)
    async with database.transaction() as session:
        await outbox.put(session, Address("telegram", "wang"), Outgoing("您好"), due=clock())
    async with database.transaction() as session:
        await claims.claim(session, "telegram", owner="dead", rate=30, now=clock())
        session.add(old_message(clock()))
        long_ago = clock() - timedelta(days=2000)
        member = await members.at_address(session, Address("web", "old"), now=long_ago)
        filed = Filed("wages", "P3", "王芳（演示）", "", "", facts={"what": "x"})
        case = await cases.file(session, member, Address("web", "old"), filed, promised=None, now=long_ago)
        case.state, case.closed_at = "closed", long_ago
        unanswered.note(session, "很久以前问的", "declined", ranked=(), now=long_ago)
    clock.tick(3 * 86_400)

    for job in found:
        await job()

    async with database.transaction() as session:
        assert await session.scalar(select(Letter.state)) == "waiting"
        assert list(await session.scalars(select(Received))) == []
        assert await session.scalar(select(Unanswered)) is None
        assert (await session.scalar(select(Case))).facts == {
            "what": "x"
        }  # cases go when somebody confirms it
    assert boxes.swept == 1
    assert sorted(found.values()) == [1] * 2 + [10] * 3 + [30] * 3 + [60] * 7 + [3600] * 6


def old_message(now) -> Received:
    return Received(
        channel="telegram", chat="wang", platform_id="1", body={}, state="done", received_at=now, retry_at=now
    )


async def test_job_that_fails_does_not_stop_the_clock(caplog):
    ticks = asyncio.Semaphore(0)

    async def failing():
        ticks.release()
        raise RuntimeError("a fault of the program")

    schedule = Schedule({failing: 0.05})
    schedule.start()
    await ticks.acquire()
    await ticks.acquire()
    schedule.stop()
    schedule.stop()
    await asyncio.sleep(0.1)  # a scheduler ended twice would say so now

    assert "SchedulerNotRunningError" not in caplog.text
    await guarded(failing)()


async def test_database_made_by_create_is_not_behind_the_models(small):
    assert await migrate.differences(small) == []
