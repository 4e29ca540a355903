"""A process that taps: `taps.py URL EVENT tap|unguarded|die MEMBER...`; it begins when a line is said to it."""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select

from models import crypto, deadlines, events, places, signups
from models.base import Database
from models.events import Event
from models.places import Place
from models.signups import Wish

NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)
AT_ONCE = 10


async def _nothing(*_: object) -> None:
    return


def _take_the_guard_off() -> None:
    events.lock = _nothing  # type: ignore[assignment] -- the control run
    places.number = _nothing  # type: ignore[assignment] -- its unique key is a second guard


def _stop_inside(*_: object, **__: object) -> datetime:
    print("inside", flush=True)  # noqa: T201 -- heard by the test
    time.sleep(60)
    raise TimeoutError


async def tap(database: Database, event_id: int, member: int) -> str:
    """Sign one member up."""
    async with database.transaction() as session:
        event = await session.get_one(Event, event_id)
        wish = Wish(member_id=member, channel="web")
        return (await signups.sign_up(session, event, wish, now=NOW))[0].what


async def give_back(database: Database, event_id: int) -> None:
    """Cancel the first place that is confirmed."""
    async with database.transaction() as session:
        place = (
            await session.scalars(select(Place).where(Place.event_id == event_id, Place.state == "confirmed"))
        ).one()
        await signups.cancel(session, place, now=NOW)


async def main(url: str, event_id: int, mode: str, members: list[int]) -> None:
    database = Database(url)
    if mode == "die":
        deadlines.offered_until = _stop_inside
        await give_back(database, event_id)
    if mode == "unguarded":
        _take_the_guard_off()
    told, line = Counter[str](), iter(members)

    async def finger() -> None:
        for member in line:
            try:
                told[await tap(database, event_id, member)] += 1
            except Exception as error:  # noqa: BLE001 -- counted, and none is expected
                told[f"{type(error).__name__}: {error}"] += 1

    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(finger() for _ in range(AT_ONCE)))
    print(json.dumps(told))  # noqa: T201 -- read by the test
    await database.close()


if __name__ == "__main__":
    crypto.use([os.environ["TAP_KEY"].encode()], b"a secret for tests")
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], [int(found) for found in sys.argv[4:]]))
