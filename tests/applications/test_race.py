"""Many hand in at the last minute through two processes: none is lost, none is there twice."""

import asyncio
import json
import os
import sys
from collections import Counter

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import select

from models import crypto
from models.applications import Application, ApplicationStep
from models.base import Database
from models.members import Member
from tests.applications import submits
from tests.databases import empty
from tests.processes import ROOT

TAP_KEY = crypto.new_key()
MEMBERS = int(os.environ.get("APPLYING_MEMBERS", "100"))
PATIENCE = max(120, MEMBERS // 2)


@pytest.fixture(autouse=True)
def _one_key(monkeypatch):
    """Let the test read what the processes write."""
    monkeypatch.setattr(crypto._Keys, "fernet", MultiFernet([Fernet(TAP_KEY)]))


async def begin(url: str, members: list[int]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.applications.submits",
        url,
        *map(str, members),
        cwd=ROOT,
        env={**os.environ, "TAP_KEY": TAP_KEY.decode()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


@pytest.mark.timeout(PATIENCE)
async def test_nobody_is_lost_and_nobody_is_there_twice(postgres):
    database = Database(postgres)
    await empty(database)
    async with database.transaction() as session:
        members = [Member(joined_at=submits.LAST_MINUTE) for _ in range(MEMBERS)]
        session.add_all(members)
    ids = [member.id for member in members]

    both = [await begin(postgres, ids) for _ in range(2)]  # in the same order: each pair of taps races
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in both))

    told = sum((Counter(json.loads(said)) for said, _ in answers), Counter[str]())
    async with database.transaction() as session:
        found = list(await session.scalars(select(Application)))
        steps = list(await session.scalars(select(ApplicationStep.application_id)))
    await database.close()
    assert told == {"handed in": MEMBERS, "applied_open": MEMBERS}
    assert sorted(one.member_id for one in found) == sorted(ids)
    assert len({one.number for one in found}) == MEMBERS
    assert sorted(steps) == sorted(one.id for one in found)
