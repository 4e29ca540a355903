"""Sign-ups with contention: many members tap for few places at once, on SQLite and on PostgreSQL."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from benchmarks.report import Row, figure, versus
from benchmarks.turns import databases
from models import publishing, signups
from models.base import Database
from models.events import Event
from models.members import Member
from models.signups import Wish

MEMBERS, PLACES, AT_ONCE, ROUNDS = 200, 50, 16, 3


async def rows() -> list[Row]:
    """Let every member tap once, several at a time; count answered taps a second."""
    async with databases() as (sqlite, postgres):
        speed: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
        for round_ in range(ROUNDS + 1):
            for database in (sqlite, postgres):
                rate = await _taps(database, round_)
                if round_:
                    speed[database.kind].append(rate)
    ours, theirs = (sorted(speed[kind])[ROUNDS // 2] for kind in ("sqlite", "postgresql"))
    how = f"{MEMBERS} members, {PLACES} places, {AT_ONCE} taps at once; {figure(1000 / ours)} ms a tap"
    return [versus("sign-ups with contention, SQLite", ours, theirs, "/s", against="PostgreSQL", how=how)]


async def _taps(database: Database, round_: int) -> float:
    now = datetime.now(UTC)
    values = {
        "slug": f"event-{round_}",
        "kind": "contest",
        "title": "演示",
        "cap": PLACES,
        "starts": now + timedelta(9),
    }
    async with database.transaction() as session:
        event, _ = await publishing.publish(session, values, by="bench", now=now)
        members = [Member(joined_at=now) for _ in range(MEMBERS)]
        session.add_all(members)
    places = asyncio.Semaphore(AT_ONCE)

    async def tap(number: int) -> None:
        async with places, database.transaction() as session:
            found = await session.get_one(Event, event.id)
            await signups.sign_up(
                session, found, Wish(member_id=number, channel="bench"), now=datetime.now(UTC)
            )

    begun = time.perf_counter()
    await asyncio.gather(*(tap(member.id) for member in members))
    return MEMBERS / (time.perf_counter() - begun)
