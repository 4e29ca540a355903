"""A process that hands in: `submits.py URL MEMBER...`, for one member after the other; it begins when a line is said to it."""

import asyncio
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from models import applications, crypto, roster  # noqa: F401 -- members point to the roster
from models.applications import Wanted
from models.base import Database, Refused
from models.members import Member
from models.messages import Address
from tests.models.applications.desk import TUITION

LAST_MINUTE = datetime(2026, 11, 10, 15, 59, 30, tzinfo=UTC)
AT_ONCE = 10


async def hand_in(database: Database, number: int) -> str:
    """Hand in for one member."""
    wanted = Wanted("tuition-aid", TUITION, 1, "演示", "13800000000", {"degree": "本科"})
    try:
        async with database.transaction() as session:
            member = await session.get_one(Member, number)
            at = Address("telegram", str(number))
            await applications.submit(session, member, at, wanted, now=LAST_MINUTE)
    except Refused as refused:
        return refused.reason
    return "handed in"


async def main(url: str, members: list[int]) -> None:
    database, line = Database(url), iter(members)
    told = Counter[str]()

    async def finger() -> None:
        for member in line:
            told[await hand_in(database, member)] += 1

    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(finger() for _ in range(AT_ONCE)))
    print(json.dumps(told))  # noqa: T201 -- read by the test
    await database.close()


if __name__ == "__main__":
    crypto.use([os.environ["TAP_KEY"].encode()], b"a secret for tests")
    asyncio.run(main(sys.argv[1], [int(found) for found in sys.argv[2:]]))
