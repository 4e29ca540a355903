"""Many taps at once never oversell, and a process killed in the middle leaves all or nothing."""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import func, select

from models import crypto, migrate, signups
from models.base import Database
from models.members import Member
from models.places import Place
from tests.databases import empty
from tests.models.places import taps
from tests.models.places.desk import Desk
from tests.processes import ROOT

TAP_KEY = crypto.new_key()
PLACES = 100
MEMBERS = int(os.environ.get("TAPPING_MEMBERS", "200"))
ALONE = (PLACES, MEMBERS) if "TAPPING_MEMBERS" in os.environ else (5, 50)
"""Places and members of the race in one process."""
PATIENCE = max(200, MEMBERS // 5)


async def start(url: str, event_id: int, mode: str, members: list[int]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.models.places.taps",
        url,
        str(event_id),
        mode,
        *map(str, members),
        cwd=ROOT,
        env={**os.environ, "TAP_KEY": TAP_KEY.decode()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def race(desk: Desk, url: str, mode: str, count: int) -> tuple[Counter[str], int]:
    """Let two processes tap for every member; return what was told and how many places are held."""
    await desk.open(cap=PLACES)
    async with desk.database.transaction() as session:
        members = [Member(joined_at=taps.NOW) for _ in range(count)]
        session.add_all(members)
    ids = [member.id for member in members]
    both = [await start(url, desk.event_id, mode, random.Random(seed).sample(ids, count)) for seed in (1, 2)]
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    told = sum((Counter(json.loads(said)) for said, _ in answers), Counter[str]())
    async with desk.database.transaction() as session:
        held = await session.scalar(select(func.count()).where(Place.state == "confirmed"))
    return told, held


@pytest.fixture(autouse=True)
def _one_key(monkeypatch):
    """Let the tapping processes read what the test writes."""
    monkeypatch.setattr(crypto._Keys, "fernet", MultiFernet([Fernet(TAP_KEY)]))


@pytest.fixture
async def shared(postgres: str, clock) -> Desk:
    database = Database(postgres)
    await empty(database)
    yield Desk(database, clock)
    await database.close()


@pytest.mark.timeout(PATIENCE)
async def test_two_processes_with_racing_taps_never_oversell(shared, postgres):
    told, held = await race(shared, postgres, "tap", MEMBERS)

    assert told == {"confirmed": PLACES, "waiting": MEMBERS - PLACES, "already": MEMBERS}
    assert held == PLACES


@pytest.mark.timeout(PATIENCE)
async def test_without_the_guard_the_same_race_oversells(shared, postgres):
    _, held = await race(shared, postgres, "unguarded", 2 * PLACES)

    assert held > PLACES


@pytest.mark.timeout(PATIENCE)
async def test_racing_taps_in_one_process_never_oversell_sqlite(small_desk):
    cap, count = ALONE
    await small_desk.open(cap=cap)
    ids = [await small_desk.member(f"m{n}") for n in range(count)]

    told = await asyncio.gather(
        *(taps.tap(small_desk.database, small_desk.event_id, member) for member in (*ids, *ids))
    )

    assert Counter(told) == {"confirmed": cap, "waiting": count - cap, "already": count}


@pytest.mark.timeout(60)
async def test_kill_in_the_middle_of_a_promotion_leaves_all_or_nothing(new_address, clock):
    database = Database(new_address)
    await migrate.create(database)
    desk = Desk(database, clock)
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    process = await start(new_address, desk.event_id, "die", [])
    assert await process.stdout.readline() == b"inside\n"
    process.kill()
    await process.wait()

    assert await desk.states() == {"王": "confirmed", "李": "waiting"}
    assert len(await desk.history("王")) == 1
    assert await desk.on(signups.cancel, "王") == [("王", "cancelled"), ("李", "offered")]
    clock.tick(timedelta(minutes=1).total_seconds())
    assert await desk.sweep() == []
    await database.close()
