"""The account's processes when they are killed, or get copies of the same message: each is worked and told once.

`WECHAT_ROUNDS=20 WECHAT_MESSAGES=1000 WECHAT_TEMPLATES=20000 WECHAT_SPEED=50` makes it as large as the goals of the
account; without it is smaller, and quick.
"""

import asyncio
import os
import shutil
import signal
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select

from config.settings import CONTENT_DIR
from models import budgets, crypto, migrate, notices
from models.base import Database
from models.inbox import Received
from models.members import Contact, Member
from models.outbox import Letter
from tests.databases import own_postgres
from tests.models.notices import ring
from tests.platforms import wechat as platform
from tests.processes import serving

ROUNDS = int(os.environ.get("WECHAT_ROUNDS", "1"))
MESSAGES = int(os.environ.get("WECHAT_MESSAGES", "20"))
TEMPLATES = int(os.environ.get("WECHAT_TEMPLATES", "120"))
SPEED = float(os.environ.get("WECHAT_SPEED", "100"))
"""How many letters of a notice may leave in a second."""
AT_ONCE = 8
FORMS = 'forms: [{id: news, fields: {thing1: "{text}", time2: "{when}"}}]'
pytestmark = pytest.mark.timeout(120 + ROUNDS * 20 + MESSAGES + TEMPLATES / SPEED * 2)
ASKED = "会费交多少"


def settings(server: platform.Server, **more: str) -> dict[str, str]:
    account = {name.upper(): value for name, value in platform.SETTINGS.items()}
    return {**account, "WECHAT_API_URL": server.url, "WECHAT_GRADE": server.grade, "DEMO": "false", **more}


async def test_killed_after_the_acknowledgement_loses_nothing_and_tells_nothing_twice(tmp_path):
    async with platform.serving() as server, serving(tmp_path, **settings(server)) as service:
        server.callback = f"{service.url}/wechat/callback"
        for turn in range(ROUNDS):
            members = [f"o-{turn}-{number}" for number in range(12)]
            asked = [asyncio.create_task(server.say(ASKED, one)) for one in members]
            some = turn % 12
            await server.until(lambda members=members, some=some: _told(server, members) > some, 30)
            server.line.clear()
            assert await service.end(signal.SIGKILL) != 0
            await service.start()
            server.line.set()
            await asyncio.gather(*asked)
            await server.until(lambda members=members: _told(server, members) == len(members), 30)
            assert [len(server.shown[one]) for one in members] == [1] * len(members)
            assert {server.shown[one][0] for one in members} == {server.shown[members[0]][0]}
            assert "会费" in server.shown[members[0]][0]


def _told(server: platform.Server, members: list[str]) -> int:
    return sum(bool(server.shown[one]) for one in members)


async def test_copies_to_two_processes_are_worked_once_and_get_the_same_answer(postgres, tmp_path):
    async with (
        own_postgres(postgres, "account") as address,
        platform.serving() as server,
        AsyncExitStack() as ends,
    ):
        await migrate.upgrade(address)
        key = crypto.new_key().decode()
        given = settings(server, DATABASE_URL=address, SECRET_KEY="the same for both", FIELD_KEYS=key)
        starting = [ends.enter_async_context(serving(_folder(tmp_path, n), **given)) for n in "ab"]
        urls = [f"{service.url}/wechat/callback" for service in await asyncio.gather(*starting)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def three(number: int) -> set[str | None]:
            message = server.message(f"o-{number}", MsgType="text", Content=ASKED)
            async with gate:
                first = asyncio.gather(*(server.post(*server.sealed(message), at=url) for url in urls))
                answers = [*await first, await server.post(*server.sealed(message), at=urls[number % 2])]
            return {answer.text for answer in answers}

        told = await asyncio.gather(*(three(number) for number in range(MESSAGES)))
        database = Database(address)
        async with database.transaction() as session:
            worked = await session.scalar(
                select(func.count()).select_from(Received).where(Received.state == "done")
            )
            letters = await session.scalar(select(func.count()).select_from(Letter))
        await database.close()

    late = [
        number for number, answers in enumerate(told) if answers == {None}
    ]  # on a machine that is very busy
    assert len({text for answers in told for text in answers - {None}}) == 1
    assert (worked, letters) == (MESSAGES, MESSAGES)
    assert {one["touser"] for one in server.sent} == {f"o-{number}" for number in late}


def _folder(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    return folder


async def test_notice_by_template_goes_on_after_a_kill_and_reaches_everybody_once(tmp_path):
    content = tmp_path / "content"
    shutil.copytree(CONTENT_DIR, content)
    wechat = content / "wechat.yaml"
    wechat.write_text(wechat.read_text().replace("forms: []", FORMS))
    rate = {"WECHAT_RATE": str(SPEED / budgets.BULK_SHARE), "CONTENT_DIR": str(content)}
    async with platform.serving() as server, serving(tmp_path, **settings(server, **rate)) as service:
        begun = time.monotonic()
        number = await _send_off(Database(f"sqlite:///{tmp_path / 'gonghui.db'}"))
        await server.until(lambda: len(server.sent) >= TEMPLATES // 3, 30 + TEMPLATES / SPEED)
        assert await service.end(signal.SIGKILL) != 0
        await service.start()
        await server.until(lambda: len(server.shown) == TEMPLATES, 60 + TEMPLATES / SPEED)
        took = time.monotonic() - begun
        assert set(Counter(len(told) for told in server.shown.values())) == {1}
    print(f"notice {number}: {TEMPLATES} members in {took:.0f} s, a kill and a start among them")  # noqa: T201 -- for who measures


async def _send_off(database: Database) -> int:
    """Let members follow the account who have not written for days, and send them a notice; return its number."""
    now = datetime.now(UTC)
    async with database.transaction() as session:
        await session.execute(insert(Member), [{"joined_at": now, "wants_news": True}] * TEMPLATES)
        ids = await session.scalars(select(Member.id))
        at = [{"channel": "wechat", "address": f"o-{one}", "member_id": one} for one in ids]
        await session.execute(insert(Contact), at)
        notice = await ring.drafted(session, ring.plan(text="明天停水。", kind="urgent"), now=now)
        await notices.schedule(session, notice.id, "li", now=now)
    await database.close()
    return notice.id
