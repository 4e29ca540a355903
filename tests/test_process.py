"""run_bot.py as a process: start, talk, kill, start again; nothing lost, nothing done twice."""

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys

import aiohttp
import pytest

from tests.platforms import telegram as platform
from tests.processes import ROOT, Service, asked, free_port, serving

pytestmark = pytest.mark.timeout(120)
SECRET = "a-secret-for-tests"
QUESTIONS = [f"欠薪{number}个月了怎么办" for number in range(1, 21)]


def settings(server: platform.Server, **more: str) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": platform.TOKEN, "TELEGRAM_API_URL": server.url, "DEMO": "false", **more}


@pytest.fixture(params=["polling", "webhook"])
async def platform_and_way(request):
    async with platform.serving() as server:
        yield server, request.param


def ways(server, way: str) -> dict[str, str]:
    if way == "polling":
        return settings(server)
    public = "https://demo.example.org"
    return settings(server, TELEGRAM_MODE="webhook", TELEGRAM_WEBHOOK_SECRET=SECRET, PUBLIC_URL=public)


async def deliver(server, way: str, service: Service, update: dict) -> None:
    """Let Telegram deliver an update; over the webhook it tries again until it is taken."""
    if way == "webhook":
        for _ in range(400):
            try:
                if await server.post(update, SECRET, f"{service.url}/telegram/webhook") == 200:
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        pytest.fail("the webhook never took the update")


async def test_twenty_quick_texts_are_answered_in_order_and_others_do_not_wait(platform_and_way, tmp_path):
    server, way = platform_and_way
    async with serving(tmp_path, **ways(server, way)) as service:
        updates = [server.text(f"第{number}问：{question}") for number, question in enumerate(QUESTIONS)]
        other = server.text("摄影比赛啥时候", chat="8")

        async def deliver_all() -> None:
            for update in (*updates, updates[-1]):
                await deliver(server, way, service, update)

        await asyncio.gather(deliver_all(), deliver(server, way, service, other))
        await server.until(lambda: len(server.texts()) >= 20 and server.texts("8"), 40)
        await asyncio.sleep(0.5)
        order = [letter.chat for letter in server.letters]

    assert len(server.texts()) == 20
    assert len(server.texts("8")) == 1
    assert order.index("8") < 20
    database = sqlite3.connect(tmp_path / "gonghui.db")
    rows = database.execute("SELECT id, platform_id FROM inbox WHERE chat = '7' ORDER BY id").fetchall()
    database.close()
    assert [number for _, number in rows] == [str(update["update_id"]) for update in updates]


async def test_killed_while_answering_loses_no_text(platform_and_way, tmp_path):
    server, way = platform_and_way
    given = ways(server, way)
    async with serving(tmp_path, **given) as service:
        updates = [server.text(question) for question in QUESTIONS]
        posting = [asyncio.create_task(deliver(server, way, service, update)) for update in updates]
        await server.until(lambda: len(server.texts()) >= 3, 30)
        assert await service.end(signal.SIGKILL) != 0
        await service.start()
        await asyncio.gather(*posting)
        await server.until(lambda: len(server.texts()) >= 20, 60)
        await asyncio.sleep(1)

    assert 20 <= len(server.texts()) <= 22  # a reply under way at the kill may be sent twice, none is lost
    database = sqlite3.connect(tmp_path / "gonghui.db")
    answered = database.execute("SELECT count(*) FROM inbox WHERE state = 'done' AND chat = '7'").fetchone()
    letters = database.execute("SELECT count(*) FROM outbox").fetchone()
    database.close()
    assert answered == (20,)
    assert letters == (20,)


async def test_page_answers_and_goes_on_after_a_kill(tmp_path):
    async with (
        serving(tmp_path, DEMO="true") as service,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as page,
    ):
        async with page.get(service.url) as answer:
            assert "海淀工会小助手" in await answer.text()
        assert "1000元" in await asked(page, service.url, "message-1", "我本科毕业了能补多少钱", after=0)

        await service.end(signal.SIGKILL)
        await service.start()

        answered = await asked(page, service.url, "message-2", "摄影比赛啥时候", after=1)
        assert re.search(r"摄影大赛（演示） · 每人最多5幅\\n\d+月\d+日", answered)
        async with page.get(f"{service.url}/demo") as answer:
            assert answer.status == 200
        assert await service.end(signal.SIGTERM) == 0
        assert "Traceback" not in service.log()


async def test_the_command_itself_serves_until_it_is_told_to_end(tmp_path):
    port = free_port()
    given = {**os.environ, "DATA_DIR": str(tmp_path), "HTTP_PORT": str(port), "DEMO": "false"}
    command = (sys.executable, "run_bot.py", "serve")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL)
    async with aiohttp.ClientSession() as http:
        for _ in range(900):
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"http://127.0.0.1:{port}/health/ready") as answer:
                    if answer.status == 200:
                        break
            await asyncio.sleep(0.1)
    process.terminate()
    assert await process.wait() == 0
