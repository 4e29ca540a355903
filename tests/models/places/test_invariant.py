"""Ten thousand random steps, and after each: nothing oversold, nobody twice, nobody forgotten, nobody overtaken."""

import os
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Integer, Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import allotment, draws, merger, offers, places, postponement, publishing, signups
from models.base import Refused
from models.events import Category, Event, Reservation
from models.members import Member
from models.places import HOLDING, IN, Place
from models.signups import Wish

EVENTS, STEPS, PEOPLE = int(os.environ.get("WALKS", "6")), 200, 12
UNIONS = ("", "北冶", "佳讯")
GROUPS = ("个人", "团体")
HERE = bindparam("event_id", type_=Integer)
PLACES = select(
    Place.id,
    Place.member_id,
    Place.state,
    Place.party,
    Place.category_id,
    Place.union,
    Place.priority,
    Place.draw_rank,
    Place.joined_at,
    Place.passes,
    Place.who,
).where(Place.event_id == HERE)
GROUPS_NOW = select(Category.id, Category.cap, Category.open).where(Category.event_id == HERE)
KEPT_NOW = select(Reservation.union, Reservation.seats).where(
    Reservation.event_id == HERE, Reservation.released.is_(False)
)


class Picture:
    """What an event looks like between two steps, counted without the code under test."""

    def __init__(self, event: Event, rows: list[Any], groups: list[Any], kept: list[Any]) -> None:
        self.cap = 10**6 if event.cap is None else event.cap
        self.rows = {row.id: row for row in rows}
        self.groups = {key: (cap, is_open) for key, cap, is_open in groups}
        self.kept = dict(map(tuple, kept))

    def held(self, without: int = 0, **by: Any) -> int:
        return sum(
            row.party
            for row in self.rows.values()
            if row.state in HOLDING
            and row.id != without
            and all(getattr(row, name) == value for name, value in by.items())
        )

    def used(self, union: str | None = None, without: int = 0) -> int:
        """Count what is held and what is kept for others than *union*."""
        kept = sum(
            max(0, seats - self.held(without, union=other))
            for other, seats in self.kept.items()
            if other != union
        )
        return self.held(without) + kept

    def room(self, row: Row[Any], without: int = 0) -> int:
        group = self.groups.get(row.category_id, (None, True))[0]
        common = self.cap - self.used(row.union, without)
        own = common if group is None else group - self.held(without, category_id=row.category_id)
        return max(0, min(common, own))

    def line(self) -> list[Row[Any]]:
        waiting = [row for row in self.rows.values() if row.state == "waiting"]
        return sorted(waiting, key=lambda row: (-row.priority, row.draw_rank, row.joined_at, row.id))

    def asks(self, row: Row[Any]) -> bool:
        return bool(self.groups.get(row.category_id, (None, True))[1])


class Walk:
    """One event that random things happen to."""

    def __init__(self, session: AsyncSession, event: Event, people: list[int], dice: random.Random) -> None:
        self.session, self.event, self.people, self.dice = session, event, people, dice
        self.now = datetime(2026, 11, 10, 2, tzinfo=UTC)
        self.steps: dict[Callable[[], Awaitable[Any]], int] = {
            self.sign_up: 8,
            self.confirm: 4,
            self.decline: 1,
            self.cancel: 4,
            self.approve: 3,
            self.time: 3,
            self.cap: 1,
            self.priority: 1,
            self.group: 1,
            self.regroup: 1,
            self.reserve: 1,
            self.by_hand: 1,
            self.draw: 1,
            self.answer: 1,
            self.merge: 1,
        }

    async def picture(self) -> Picture:
        here = {"event_id": self.event.id}
        found = [list(await self.session.execute(query, here)) for query in (PLACES, GROUPS_NOW, KEPT_NOW)]
        self.last = Picture(self.event, *found)
        return self.last

    async def some(self, *states: str) -> Place:
        """Return a place in one of *states*, most often."""
        rows = sorted(self.last.rows)
        wanted = [key for key in rows if self.last.rows[key].state in states] or rows
        if not wanted:
            raise Refused("nobody")
        return await self.session.get_one(Place, self.dice.choice(wanted))

    async def sign_up(self) -> None:
        person = self.dice.randrange(PEOPLE)
        wish = Wish(
            member_id=self.people[person],
            channel="web",
            party=self.dice.choice((1, 1, 1, 2, 3)),
            category=self.dice.choice(GROUPS),
            union=UNIONS[person % 3],
            name=f"n{person // 2}" if person < 4 else "",  # two records of one person, twice
            phone="13800000000",
        )
        await signups.sign_up(self.session, self.event, wish, now=self.now)

    async def confirm(self) -> None:
        await offers.confirm(self.session, await self.some("offered"), now=self.now)

    async def decline(self) -> None:
        await offers.decline(self.session, await self.some("offered"), now=self.now)

    async def cancel(self) -> None:
        place = await self.some("confirmed", "waiting")
        if self.dice.random() < 0.1:
            await signups.reject(self.session, place, "刘", reason="不符合", now=self.now)
        else:
            by = self.dice.choice(("member", "刘"))
            await signups.cancel(self.session, place, by=by, reason="退", now=self.now)

    async def approve(self) -> None:
        await signups.approve(self.session, await self.some("pending_approval"), "刘", now=self.now)

    async def time(self) -> None:
        self.now += timedelta(hours=self.dice.choice((1, 6, 30)))
        await offers.sweep(self.session, now=self.now)

    async def cap(self) -> None:
        group = self.dice.choice(("", *GROUPS))
        await allotment.change_cap(
            self.session, self.event, self.dice.choice((2, 4, 6, 8)), category=group, now=self.now
        )

    async def priority(self) -> None:
        await allotment.change_priority(
            self.session,
            await self.some("waiting"),
            self.dice.randrange(3),
            by="刘",
            reason="带队",
            now=self.now,
        )

    async def group(self) -> None:
        await allotment.set_category_open(
            self.session,
            self.event,
            self.dice.choice(GROUPS),
            is_open=self.dice.random() < 0.7,
            by="刘",
            now=self.now,
        )

    async def regroup(self) -> None:
        await allotment.move_category(
            self.session,
            await self.some("waiting"),
            self.dice.choice(GROUPS),
            by="刘",
            reason="改组",
            now=self.now,
        )

    async def reserve(self) -> None:
        union = self.dice.choice(UNIONS[1:])
        if self.dice.random() < 0.5:
            await allotment.drop_reservation(self.session, self.event, union, now=self.now)
        else:
            release = self.now + timedelta(hours=self.dice.randrange(48))
            count = self.dice.randrange(3)
            await allotment.reserve(self.session, self.event, union, count, release_at=release, now=self.now)

    async def by_hand(self) -> None:
        await offers.by_hand(self.session, await self.some("waiting"), "刘", now=self.now)

    async def draw(self) -> None:
        await draws.draw(self.session, self.event, now=self.now)

    async def answer(self) -> None:
        if self.dice.random() < 0.2 and self.event.starts is not None:
            later = self.event.starts + timedelta(days=1)
            await postponement.move(self.session, self.event, later, by="刘", now=self.now)
        place = await self.some("confirmed")
        await postponement.answer(self.session, place, comes=self.dice.random() < 0.5, now=self.now)

    async def merge(self) -> None:
        pair = self.dice.choice(((0, 1), (2, 3), (3, 2)))
        kept, gone = [await self.session.get_one(Member, self.people[number]) for number in pair]
        await merger.merge(self.session, kept, gone, by="刘", now=self.now)

    async def step(self) -> str:
        """Do one thing; a refusal rolls back, as in a turn."""
        (act,) = self.dice.choices(list(self.steps), list(self.steps.values()))
        try:
            async with self.session.begin_nested():
                await act()
        except Refused:
            await self.session.refresh(self.event)
        self.now += timedelta(minutes=1)
        return act.__name__


def check(before: Picture, after: Picture, event: Event, act: str, now: datetime) -> None:
    """Hold two pictures of an event against the invariant."""
    assert after.held() <= max(after.cap, before.held())
    if act != "reserve":
        assert after.used() <= max(after.cap, before.used())
    for key, (cap, _) in after.groups.items():
        assert cap is None or after.held(category_id=key) <= max(cap, before.held(category_id=key))
    inside = [row for row in after.rows.values() if row.state in IN]
    assert len({row.member_id for row in after.rows.values()}) == len(after.rows)
    named = [row.who for row in inside if row.who]
    assert len(set(named)) == len(named)
    if event.offers(now):
        _nobody_is_forgotten(after)
    _nobody_is_overtaken(before, after, act)


def _nobody_is_forgotten(after: Picture) -> None:
    kept_for = False
    for row in filter(after.asks, after.line()):
        room = after.room(row)
        assert room < row.party or kept_for, f"{row.id} waits beside a free place"
        kept_for = kept_for or (row.passes >= offers.MAX_PASSES and room > 0)


def _nobody_is_overtaken(before: Picture, after: Picture, act: str) -> None:
    def new(state: str) -> list[Row[Any]]:
        def was(row: Row[Any]) -> str:
            return str(before.rows[row.id].state) if row.id in before.rows else ""

        return [row for row in after.rows.values() if row.state == state and was(row) not in (*HOLDING,)]

    if act in ("sign_up", "approve") and new("confirmed"):
        assert before.line() == []
    if act == "by_hand":
        return
    for row in new("offered"):
        for ahead in filter(after.asks, after.line()):
            key = (-row.priority, row.draw_rank, row.joined_at, row.id)
            if (-ahead.priority, ahead.draw_rank, ahead.joined_at, ahead.id) < key:
                assert after.room(ahead, without=row.id) < ahead.party


async def _history_is_whole(session: AsyncSession, event: Event) -> None:
    for place in await session.scalars(select(Place).where(Place.event_id == event.id)):
        lines = await places.history(session, place)
        merged = any(line.what == "member" for line in lines)  # two histories in one
        assert merged or [line for line in lines if line.what == "state"][-1].became == place.state


@pytest.mark.timeout(400)
async def test_invariant_holds_after_each_step(database):
    dice = random.Random(20261110)
    done: dict[str, int] = {}
    for number in range(EVENTS):
        async with database.transaction() as session:
            members = [Member(joined_at=datetime(2026, 11, 1, tzinfo=UTC)) for _ in range(PEOPLE)]
            session.add_all(members)
            walk = Walk(session, await _publish(session, number), [], dice)
            walk.people = [member.id for member in members]
            before = await walk.picture()
            for _ in range(STEPS):
                act = await walk.step()
                after = await walk.picture()
                check(before, after, walk.event, act, walk.now - timedelta(minutes=1))
                for row in after.rows.values():
                    if row.id in before.rows and before.rows[row.id].state != row.state:
                        done[row.state] = done.get(row.state, 0) + 1
                before = after
            await _history_is_whole(session, walk.event)
    reached = {"confirmed", "waiting", "offered", "declined", "expired", "cancelled", "rejected"}
    assert {state for state, count in done.items() if count > EVENTS / 3} >= reached


async def _publish(session: AsyncSession, number: int) -> Event:
    policy = ("fcfs", "fcfs", "approve", "lottery")[number % 4]
    event, _ = await publishing.publish(
        session,
        {
            "slug": f"e{number}",
            "kind": "contest",
            "title": "象棋",
            "starts": datetime(2026, 12, 20, 1, tzinfo=UTC),
            "cap": (6, None, 4)[number % 3],
            "party_max": 3,
            "policy": policy,
            "lottery_at": datetime(2026, 11, 11, tzinfo=UTC) if policy == "lottery" else None,
            "categories": [{"name": "个人", "cap": 4}, {"name": "团体"}],
            "reservations": [{"union": "北冶", "seats": 2}],
        },
        by="staff",
        now=datetime(2026, 11, 10, 2, tzinfo=UTC),
    )
    return event
