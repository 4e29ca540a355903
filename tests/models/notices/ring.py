"""A town of members and a postman for tests of notices."""

from collections import Counter
from typing import Any

from sqlalchemy import insert, select

from config.notices import Plan
from models import budgets, claims, dispatch, expansion, nets, notices, outbox
from models.members import Contact, Member
from models.outbox import Letter

RATE = 1e6


def plan(**said: Any) -> Plan:
    """Return a short notice to everybody, changed as *said*."""
    told = {
        "title": "停水",
        "text": "{name}，明天停水。",
        "topic": "activities",
        "audience": {"everybody": True},
    }
    return Plan.model_validate(told | said)


async def settle_in(session, number: int, *, now, channel: str = "telegram", **more: Any) -> None:
    """Let *number* members move in, each with an address m1, m2 … on *channel*."""
    people = [
        {"name": f"会员{n}", "joined_at": now, "wants_news": True, **more} for n in range(1, number + 1)
    ]
    before = len(list(await session.scalars(select(Member.id))))
    await session.execute(insert(Member), people)
    addresses = [
        {"channel": channel, "address": f"m{before + n}", "member_id": before + n}
        for n in range(1, number + 1)
    ]
    await session.execute(insert(Contact), addresses)


async def drafted(session, told: Plan, *, by: str = "wang", size: int = 0, now) -> notices.Notice:
    """Return an approved notice."""
    notice = await notices.draft(session, told, by, now=now)
    return await notices.approve(session, notice.id, "li", size=size, now=now)


async def sent_off(database, clock, told: Plan) -> int:
    """Draft, approve, schedule and expand a notice; return its number."""
    async with database.transaction() as session:
        notice = await drafted(session, told, now=clock())
        await notices.schedule(session, notice.id, "li", now=clock())
    await expand(database, clock)
    return notice.id


async def expand(database, clock, *, owner: str = "me") -> list[int]:
    """Write the letters of all notices whose time has come; return which."""
    won = []
    while True:
        async with database.transaction() as session:
            number = await expansion.win(session, owner=owner, now=clock())
        if number is None:
            return won
        won.append(number)
        more = True
        while more:
            async with database.transaction() as session:
                more = await expansion.write(session, number, owner=owner, now=clock())


async def claim(database, clock, *, owner: str = "me", channel: str = "telegram") -> list[Letter]:
    """Take what may leave now, as the postman does."""
    async with database.transaction() as session:
        budget = await budgets.locked(session, channel, now=clock())
        budget.next_at = budget.bulk_next_at = clock()
        taken = await claims.claim(session, channel, owner=owner, rate=RATE, now=clock())
        return await dispatch.prepare(session, taken.letters, now=clock())


async def deliver(
    database, clock, *, owner: str = "me", state: str = "sent", most: int = 10**6
) -> list[Letter]:
    """Send everything that may leave; return the letters."""
    left: list[Letter] = []
    while len(left) < most and (letters := await claim(database, clock, owner=owner)):
        async with database.transaction() as session:
            for letter in letters:
                await outbox.settle(
                    session, letter, state, owner=owner, now=clock(), platform_id=str(letter.id)
                )
        left += letters
    return left


async def states(database, number: int) -> Counter[str]:
    """Count the letters of a notice by state."""
    async with database.transaction() as session:
        return Counter(await session.scalars(select(Letter.state).where(Letter.notice_id == number)))


async def watch(database, clock) -> list[tuple[str, int]]:
    """Look at all notices as the clock does each minute, and clear up; return the alarms."""
    async with database.transaction() as session:
        alarms = await nets.missed(session, now=clock()) + await nets.watch(session, now=clock())
    more = 1
    while more:
        async with database.transaction() as session:
            more = await nets.close(session, now=clock())
    return [(alarm.what, alarm.notice.id) for alarm in alarms]


async def state(database, number: int) -> str:
    """Return the state of a notice."""
    async with database.transaction() as session:
        return (await session.get_one(notices.Notice, number)).state
