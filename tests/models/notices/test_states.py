"""Random things happen to letters of notices, and after each: nobody twice, nobody lost, nothing leaves that may not."""

import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from models import notices, outbox
from models.base import Refused
from models.members import Member
from models.notices import CANCELLED, DONE, PAUSED, RUNNING, Notice
from models.outbox import Letter
from models.quiet import awake, is_quiet
from tests.models.notices import ring

WALKS, STEPS, PEOPLE = int(os.environ.get("WALKS", "6")), 70, 5
ENDS = ("sent", "failed", "gone", "unknown", "skipped")
ROW = (
    Letter.id,
    Letter.state,
    Letter.owner,
    Letter.tries,
    Letter.address,
    Letter.member_id,
    Letter.notice_id,
    Letter.leased_until,
)
Rows = dict[int, Row[Any]]


@dataclass(slots=True)
class Walk:
    """Two notices to the same few members, and two processes that send them."""

    database: Any
    clock: Any
    dice: random.Random
    numbers: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    once: set[int] = field(default_factory=set)
    hands: list[tuple[str, Letter]] = field(default_factory=list)
    arrived: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    rows: Rows = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)

    async def begin(self, walk: int) -> None:
        """Let members move in and send two notices off to them, by day."""
        self.clock.now = awake(self.clock())
        async with self.database.transaction() as session:
            await ring.settle_in(session, PEOPLE, now=self.clock(), union_name=f"u{walk}", topics=0b11111)
            mine = select(Member.id).where(Member.union_name == f"u{walk}")
            self.people = list(await session.scalars(mine))
        whom = {"audience": {"unions": [f"u{walk}"]}, "valid_hours": 24 * 90}
        for kind, once in (("news", walk % 2 == 0), ("urgent", walk % 3 == 0)):
            told = ring.plan(kind=kind, once=once, **whom)
            self.numbers.append(await ring.sent_off(self.database, self.clock, told))
            self.once |= {self.numbers[-1]} if once else set()

    async def look(self) -> None:
        """Read how everything stands."""
        async with self.database.transaction() as session:
            found = await session.execute(select(*ROW).where(Letter.notice_id.in_(self.numbers)))
            self.rows = {row.id: row for row in found}
            state = await session.execute(select(Notice.id, Notice.state).where(Notice.id.in_(self.numbers)))
            self.states = dict(map(tuple, state))

    async def claim(self) -> None:
        owner = self.dice.choice("ab")
        letters = await ring.claim(self.database, self.clock, owner=owner)
        for letter in letters:
            assert self.states[letter.notice_id] == RUNNING
            assert letter.notice_id == self.numbers[1] or not is_quiet(self.clock())
        self.hands += [(owner, letter) for letter in letters]

    async def settle(self, how: str = "") -> None:
        """Let an owner tell how one of their letters went; who is too late is not heard."""
        if not self.hands:
            return
        owner, letter = self.hands.pop(self.dice.randrange(len(self.hands)))
        state: Any = how or self.dice.choice(("sent", "sent", "sent", "failed", "gone", "waiting", "unknown"))
        self.arrived[letter.id] += state in ("sent", "unknown")
        row = self.rows[letter.id]
        on_time = (row.state, row.owner, row.tries) == ("leased", owner, letter.tries)
        async with self.database.transaction() as session:
            heard = await outbox.settle(session, letter, state, owner=owner, now=self.clock())
        assert heard == on_time
        self.lost += not heard

    async def die(self) -> None:
        """Let an owner die over a letter, before it arrived or after."""
        if self.hands:
            _, letter = self.hands.pop(self.dice.randrange(len(self.hands)))
            self.arrived[letter.id] += self.dice.random() < 0.5
            self.lost += 1

    async def sweep(self) -> None:
        """Free the letters of the dead, often just after their lease; who may be alive keeps theirs."""
        self.clock.tick(self.dice.choice((0, 31)))
        async with self.database.transaction() as session:
            await outbox.sweep(session, now=self.clock())
        before = self.rows
        await self.look()
        for row in before.values():
            if row.state == "leased":
                assert (self.rows[row.id].state == "leased") == (row.leased_until >= self.clock())

    async def start_again(self) -> None:
        """Begin with one process, after all have died."""
        while self.hands:
            await self.die()
        async with self.database.transaction() as session:
            await outbox.sweep(session, now=self.clock(), alone=True)

    async def tick(self) -> None:
        self.clock.tick(self.dice.choice((1, 40, 600, 6 * 3600)))

    async def by_staff(self) -> None:
        """Let staff pause or resume, and now and then cancel."""
        number = self.dice.choice(self.numbers)
        with suppress(Refused):
            async with self.database.transaction() as session:
                if self.dice.random() < 0.1:
                    await notices.cancel(session, number, "li", reason="作废", now=self.clock())
                elif self.states[number] == PAUSED:
                    await notices.resume(session, number, "li", now=self.clock())
                else:
                    await notices.pause(session, number, "li", reason="停", now=self.clock())

    async def by_member(self) -> None:
        """Let a member turn news off, or want to be left alone for some hours."""
        first = self.dice.randrange(24)
        off = {"wants_news": False}
        rest = {"quiet_from": first * 60, "quiet_to": (first + 3) % 24 * 60}
        change = update(Member).where(Member.id == self.dice.choice(self.people))
        async with self.database.transaction() as session:
            await session.execute(change.values(self.dice.choice((off, rest))))

    async def watch(self) -> None:
        """Let the clock look; what it ends has nothing to send, and what has nothing to send it ends."""
        before = dict(self.states)
        await ring.watch(self.database, self.clock)
        open_ones = {row.notice_id for row in self.rows.values() if row.state in ("waiting", "leased")}
        await self.look()
        for number in self.numbers:
            if before[number] == RUNNING:
                assert (self.states[number] == DONE) == (number not in open_ones)

    async def step(self) -> None:
        """Do one thing and hold what became of it against what was."""
        acts: dict[Callable[[], Awaitable[None]], int] = {
            self.claim: 8, self.settle: 10, self.die: 2, self.sweep: 4, self.start_again: 1, self.tick: 5,
            self.by_staff: 3, self.by_member: 1, self.watch: 3,
        }  # fmt: skip
        (act,) = self.dice.choices(list(acts), list(acts.values()))
        before = self.rows
        await act()
        await self.look()
        self.check(before)

    def check(self, before: Rows) -> None:
        """Hold two looks at the letters against the invariant."""
        told = Counter((row.notice_id, row.member_id) for row in self.rows.values())
        assert told == {(number, member): 1 for number in self.numbers for member in self.people}
        for row in before.values():
            assert row.state not in ENDS or self.rows[row.id].state == row.state
        under_way = Counter(row.address for row in self.rows.values() if row.state == "leased")
        assert max(under_way.values(), default=1) == 1
        assert self.arrived.total() - len(+self.arrived) <= self.lost
        for letter, times in self.arrived.items():
            assert times <= 1 or self.rows[letter].notice_id not in self.once

    async def drain(self) -> None:
        """Let everything come to its end: what is paused goes on, day and night pass."""
        for number in self.numbers:
            with suppress(Refused):
                async with self.database.transaction() as session:
                    await notices.resume(session, number, "li", now=self.clock())
        for _ in range(30):
            await self.look()
            await self.claim()
            while self.hands:
                await self.look()
                await self.settle("sent")
            self.clock.tick(3600)
            await self.sweep()
        await self.look()
        await self.watch()


@pytest.mark.timeout(240)
async def test_letters_keep_their_promises_after_each_step(database, clock):
    ends: Counter[str] = Counter()
    for number in range(WALKS):
        walk = Walk(database, clock, random.Random(number))
        await walk.begin(number)
        await walk.look()
        for _ in range(STEPS):
            await walk.step()
        before = walk.rows
        await walk.drain()
        walk.check(before)

        for row in walk.rows.values():
            assert row.state in ENDS, "nobody is lost"
        assert set(walk.states.values()) <= {DONE, CANCELLED}
        ends.update(row.state for row in walk.rows.values())
        ends.update(walk.states.values())
    assert set(ends) == {*ENDS, DONE, CANCELLED}
