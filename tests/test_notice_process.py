"""Notices by three processes on one PostgreSQL, while two of them are killed and Telegram has bad moments.

`NOTICE_MEMBERS=20000 NOTICE_RATE=300` makes the first test as large as a district; without it is smaller, and quick.
"""

import asyncio
import os
import random
import signal
import statistics
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, update

from models import claims, crypto, expansion, migrate, nets, notices  # noqa: F401 -- letters belong to notices
from models.base import Database
from models.members import Contact, Member
from models.notices import Notice, NoticeStep
from models.outbox import Letter
from tests.databases import own_postgres
from tests.models.notices import ring
from tests.pace import fullest_second
from tests.platforms import telegram as platform
from tests.processes import Service, serving

MEMBERS, RATE = int(os.environ.get("NOTICE_MEMBERS", "900")), float(os.environ.get("NOTICE_RATE", "150"))
pytestmark = [pytest.mark.timeout(120 + MEMBERS / RATE * 4), pytest.mark.asyncio(loop_scope="module")]
BULK, FIRST, SPELL = 0.8, 1000, 3
KEY = crypto.new_key()
ALIVE = timedelta(seconds=10)
"""How long a letter may be under way in a process that lives; a send takes a part of a second."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(postgres):
    """The address of a PostgreSQL of its own, tables made."""
    async with own_postgres(postgres, "notices") as found:
        await migrate.upgrade(found)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def base(address):
    """The database as the tests look into it."""
    database = Database(address)
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform_():
    async with platform.serving() as found:
        found.rate = int(RATE)
        yield found


@pytest.fixture
def server(platform_):
    """The platform, as if nothing had arrived before."""
    platform_.letters.clear()
    return platform_


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(address, platform_, tmp_path_factory):
    """Three processes that share the database."""
    told = {
        "DATABASE_URL": address, "TELEGRAM_BOT_TOKEN": platform.TOKEN, "TELEGRAM_API_URL": platform_.url,
        "TELEGRAM_RATE": str(RATE), "FIELD_KEYS": KEY.decode(), "SECRET_KEY": "a secret for three processes",
        "DEMO": "false",
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        folders = [tmp_path_factory.mktemp(f"process{number}") for number in range(3)]
        first = await stack.enter_async_context(serving(folders[0], **told))  # it publishes the content
        others = [stack.enter_async_context(serving(folder, **told)) for folder in folders[1:]]
        yield [first, *await asyncio.gather(*others)]


async def settle_in(base: Database, number: int, *unions: str) -> list[str]:
    """Let members move in, the first into the first of *unions* and so on; return their chats."""
    async with base.transaction() as session:
        people = [
            {"union_name": unions[n % len(unions)], "joined_at": now(), "wants_news": True}
            for n in range(number)
        ]
        before = await session.scalar(select(func.max(Member.id))) or 0
        await session.execute(insert(Member), people)
        ids = await session.scalars(select(Member.id).where(Member.id > before).order_by(Member.id))
        at = [{"channel": "telegram", "address": str(FIRST + id_), "member_id": id_} for id_ in ids]
        await session.execute(insert(Contact), at)
    return [contact["address"] for contact in at]


async def send(base: Database, union: str, *, send_at: datetime | None = None) -> int:
    """Write, approve and schedule a notice that may leave at any hour."""
    async with base.transaction() as session:
        told = ring.plan(kind="urgent", audience={"unions": [union]})
        notice = await ring.drafted(session, told, now=now())
        await notices.schedule(session, notice.id, "li", send_at=send_at, now=now())
        return notice.id


async def state(base: Database, number: int) -> str:
    return await ring.state(base, number)


async def until(base: Database, number: int, wanted: str, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while await state(base, number) != wanted:
            await asyncio.sleep(0.2)


async def until_done(base: Database, number: int, seconds: float) -> None:
    """Wait for the end of a notice without the minute after a kill: till leases end and the nets are drawn again."""
    async with asyncio.timeout(seconds):
        while await state(base, number) != "done":
            dead = (Letter.state == "leased", Letter.leased_until < now() + claims.LEASE - ALIVE)
            async with base.transaction() as session:
                await session.execute(update(Letter).where(*dead).values(leased_until=now()))
                await nets.watch(session, now=now())
            await asyncio.sleep(0.2)


async def kill_at(service: Service, server: platform.Server, base: Database, letters: int) -> int:
    """Kill a service when so many letters have arrived; return how many were under way, and start it again."""
    await server.until(lambda: len(server.letters) >= letters, 60 + MEMBERS / RATE * 3)
    await service.end(signal.SIGKILL)
    async with base.transaction() as session:
        leased = await session.scalar(select(func.count()).where(Letter.state == "leased"))
    await service.start()
    return leased


async def test_killed_processes_lose_nothing_and_the_rate_is_kept(base, server, town):
    chance = random.Random(4)
    chats = await settle_in(base, MEMBERS, "district")
    server.blocked = set(chance.sample(chats, max(3, MEMBERS // 100)))
    server.faulty = set(chance.sample(sorted(set(chats) - server.blocked), max(3, MEMBERS // 200)))
    number = await send(base, "district")

    leased = await kill_at(town[1], server, base, int(MEMBERS * chance.uniform(0.2, 0.35)))
    server.faults.append(platform.Answer(429, "Too Many Requests: retry after 2", retry_after=2))
    leased += await kill_at(town[2], server, base, int(MEMBERS * chance.uniform(0.5, 0.7)))
    await until_done(base, number, 150 + MEMBERS / RATE * 2)

    got = Counter(letter.chat for letter in server.letters)
    repeats = sum(times - 1 for times in got.values())
    assert set(got) == set(chats) - server.blocked
    assert repeats <= leased
    async with base.transaction() as session:
        dead = set(await session.scalars(select(Contact.address).where(Contact.dead_at.is_not(None))))
        by_state = dict(
            (await session.execute(select(Letter.state, func.count()).group_by(Letter.state))).all()
        )
    assert dead == server.blocked
    assert by_state == {"sent": MEMBERS - len(dead), "gone": len(dead)}
    times = [letter.at for letter in server.letters]
    assert fullest_second(times) <= RATE
    told = (MEMBERS, repeats, leased, fullest_second(times), round(used(times), 3))
    print("members %d, repeats %d of %d under way, fullest second %d, share used %.3f" % told)  # noqa: T201, UP031 -- for who measures


def used(times: list[float]) -> float:
    """Return the share of what notices may use, in the middle one of the spells of three seconds."""
    spells = Counter(int((at - times[0]) / SPELL) for at in times)
    return statistics.median(spells[spell] for spell in range(max(spells))) / (RATE * BULK * SPELL)


async def test_two_hundred_notices_at_the_same_second_each_go_once(base, server, town):
    unions = [f"union {n}" for n in range(200)]
    chats = await settle_in(base, 200, *unions)
    at = now() + timedelta(seconds=4)
    numbers = [await send(base, union, send_at=at) for union in unions]

    await server.until(lambda: len(server.letters) >= 200, 60)
    await asyncio.sleep(2)

    assert Counter(letter.chat for letter in server.letters) == dict.fromkeys(chats, 1)
    begun = select(NoticeStep.notice_id, func.count()).where(
        NoticeStep.became == notices.EXPANDING, NoticeStep.notice_id.in_(numbers)
    )
    async with base.transaction() as session:
        rows = (await session.execute(begun.group_by(NoticeStep.notice_id))).all()
    assert dict(rows) == dict.fromkeys(numbers, 1)


async def test_processes_asleep_over_the_time_send_late_or_not_at_all(base, server, town):
    chats = await settle_in(base, 5, "asleep")
    for service in town:
        os.kill(service.pid, signal.SIGSTOP)
    late, lost = [await send(base, "asleep", send_at=now() + timedelta(seconds=1)) for _ in range(2)]
    async with base.transaction() as session:
        (await session.get_one(Notice, lost)).send_until = now() + timedelta(seconds=2)
    await asyncio.sleep(3)
    for service in town:
        os.kill(service.pid, signal.SIGCONT)

    await server.until(lambda: len(server.letters) >= 5, 20)
    await asyncio.sleep(1)

    assert Counter(letter.chat for letter in server.letters) == dict.fromkeys(chats, 1)
    assert await state(base, late) in {"running", "done"}
    assert await state(base, lost) in {"scheduled", "missed"}


async def test_twenty_pauses_under_load_lose_and_repeat_nothing(base, server, town):
    chats = await settle_in(base, 400, "paused")
    number = await send(base, "paused")
    await until(base, number, "running", 20)
    for turn in range(20):
        async with base.transaction() as session:
            await notices.pause(session, number, "li", reason="tests", now=now())
        if turn == 10:
            await asyncio.sleep(0.5)  # letters under way come to their end
            still = len(server.letters)
            await asyncio.sleep(0.5)
            assert len(server.letters) == still < 400
        async with base.transaction() as session:
            await notices.resume(session, number, "li", now=now())
        await asyncio.sleep(0.05)

    await server.until(lambda: len(server.letters) >= 400, 60)
    await asyncio.sleep(0.5)
    assert Counter(letter.chat for letter in server.letters) == dict.fromkeys(chats, 1)
