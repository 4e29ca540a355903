"""A frozen clock walks a year over fifty cases: every warning comes once, on a working day, none is lost on the way."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from sqlalchemy import select

from bot import jobs
from handlers.confiding import Ways
from handlers.dialogue import Dialogue
from handlers.members import services
from handlers.router import Router
from models import case_assignment, case_deadlines, migrate
from models.base import Database
from models.case_deadlines import CaseDeadline, CaseWarning
from models.cases import MACHINE, Case
from models.outbox import Letter
from models.quiet import BEIJING
from tests.models.cases.bench import Bench

pytestmark = pytest.mark.timeout(300)
FIRST, DAYS = date(2026, 4, 1), 365
HOLIDAYS = tuple(date(2027, 2, day) for day in range(5, 13))
"""Days off that staff have written down: the calendar of 2027 is not published."""
STAGES = (60, 30, 14, 7, 3, 1)
CASES = 50
MORNING, NIGHT = time(8, 31), time(22, 30)
Told = dict[tuple[int, int], datetime]


def works(day: date) -> bool:
    """Say whether *day* is worked, told apart from how the program does it."""
    if day in (*HOLIDAYS, date(2027, 1, 1)):
        return False
    return chinese_calendar.is_workday(day) if day.year <= 2026 else day.weekday() < 5


def over_on(one: CaseDeadline, day: date) -> bool:
    """Say whether a deadline that is no hearing has passed, with the day it rolls to."""
    last = one.safe_day
    while not works(last):
        last += timedelta(days=1)
    return day > last


def expected(safe_day: date) -> dict[date, int]:
    """Return which warning comes on which day: of those that a holiday brings together the most urgent."""
    found = dict[date, int]()
    for stage in STAGES:
        day = safe_day - timedelta(days=stage)
        while not works(day):
            day -= timedelta(days=1)
        found[day] = stage
    return found


class Walk:
    """Fifty cases in a database, and processes that come and go."""

    def __init__(self, url: str, dialogue: Callable[[], Dialogue]) -> None:
        self.url, self.dialogue = url, dialogue
        self.now = _at(FIRST, time(9))

    async def fill(self) -> None:
        """Open the cases: their deadlines lie all over the year, by facts and by hand, some long after it."""
        chance = random.Random(6)
        async with self.process() as database, database.transaction() as session:
            bench = Bench(session, lambda: self.now)
            li = await bench.colleague("li", at="li")
            for number in range(CASES):
                hearing = FIRST + timedelta(days=61 + 9 * number)
                case = await bench.case(
                    "other",
                    of=f"m{number}",
                    urgency=chance.choice(["P1", "P2", "P3"]),
                    facts={"hearing": str(hearing)},
                )
                case.channel = chance.choice(["web", "telegram"])
                await case_deadlines.derive(session, case, now=self.now)
                if number % 3 == 0:
                    day = FIRST + timedelta(days=chance.randrange(62, 420))
                    await case_deadlines.add(session, case, "sue", day, by="li", now=self.now)
                await case_assignment.assign(session, case, li, by=MACHINE, now=self.now)

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Database]:
        """Give a process' own handle of the database."""
        database = Database(self.url)
        yield database
        await database.close()

    def job(self, database: Database):
        """Return the job of the clock as a process of its own has it."""
        found = jobs._of_cases(database, self.dialogue(), lambda: self.now)
        return next(job for job in found if job.__name__ == "watch_cases")

    async def told(self) -> Told:
        """Return when each warning was written down."""
        async with self.process() as database, database.transaction() as session:
            rows = list(await session.scalars(select(CaseWarning).order_by(CaseWarning.id)))
        found = {(row.deadline_id, row.days): row.told_at for row in rows}
        assert len(found) == len(rows)
        return found

    async def rows(self, kind: type) -> list:
        async with self.process() as database, database.transaction() as session:
            return list(await session.scalars(select(kind).order_by(kind.id)))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BEIJING).astimezone(UTC)


@pytest.fixture
async def walk(new_address, edition) -> Walk:
    duty = edition.content.duty.model_copy(update={"holidays": HOLIDAYS})
    content = replace(edition.content, duty=duty)
    ways = Ways(frozenset({"web"}), "https://gonghui.example")

    def dialogue() -> Dialogue:
        return Dialogue(Router(services()), replace(edition, content=content), ways)

    found = Walk(new_address, dialogue)
    async with found.process() as database:
        await migrate.create(database)
    await found.fill()
    return found


async def test_every_warning_comes_on_its_day_from_two_processes(walk):
    async with walk.process() as one, walk.process() as other:
        both = (walk.job(one), walk.job(other))
        for number in range(DAYS):
            walk.now = _at(FIRST + timedelta(days=number), MORNING)
            await asyncio.gather(*(job() for job in both))
            if number % 20 == 0:
                walk.now = _at(FIRST + timedelta(days=number), NIGHT)
                await both[0]()

    told, last = await walk.told(), FIRST + timedelta(days=DAYS - 1)
    deadlines = await walk.rows(CaseDeadline)
    due = {
        (one.id, stage): day
        for one in deadlines
        for day, stage in expected(one.safe_day).items()
        if FIRST <= day <= last
    }
    assert {key: at.astimezone(BEIJING).date() for key, at in told.items()} == due
    assert len(due) > 300
    await check_letters(walk, told)


def hour(moment: datetime) -> bool:
    """Say whether it is no quiet hour."""
    return time(8, 30) <= moment.time() < time(21, 30)


async def check_letters(walk: Walk, told: Told) -> None:
    """Compare the letters with the warnings: one to the colleague for each, and while there is time one to the member."""
    cases = {case.id: case for case in await walk.rows(Case)}
    deadlines = {one.id: one for one in await walk.rows(CaseDeadline)}
    in_time = [
        cases[deadlines[number].case_id]
        for (number, _), at in told.items()
        if not over_on(deadlines[number], at.astimezone(BEIJING).date())
    ]
    letters = await walk.rows(Letter)
    to_members = Counter((letter.channel, letter.address) for letter in letters if letter.address != "li")
    to_staff = [letter for letter in letters if letter.address == "li"]

    assert Counter((case.channel, case.address) for case in in_time) == to_members
    assert len(to_staff) == len(told)
    moments = {letter.due.astimezone(BEIJING) for letter in letters}
    assert {moment for moment in moments if not works(moment.date()) or not hour(moment)} == set()
    assert {
        letter.body["text"] for letter in letters if letter.channel == "telegram"
    } == {"您有一条工会消息，点开查看。"}  # fmt: skip


async def test_none_is_lost_over_restarts_and_pauses(walk):
    chance = random.Random(66)
    asleep = 0
    for number in range(DAYS):
        asleep = asleep - 1 if asleep else chance.choice([0] * 12 + [3, 12])
        if asleep:
            continue
        async with walk.process() as database:  # each day another process, at another time
            walk.now = _at(FIRST + timedelta(days=number), chance.choice([MORNING, time(12), time(21, 29)]))
            before = await walk.told() if number % 5 == 0 else None
            await walk.job(database)()
        if before is not None:
            await check_day(walk, before)
        if number % 40 == 20:
            await end_some(walk)

    told = await walk.told()
    assert {at for at in told.values() if not works(at.astimezone(BEIJING).date())} == set()
    await check_ends(walk, told)
    await check_letters(walk, told)


async def check_day(walk: Walk, before: Told) -> None:
    """Look whether the latest warning of each open deadline is told by now, and of missed ones only that."""
    today = walk.now.astimezone(BEIJING).date()
    told = await walk.told()
    over = {case.id for case in await walk.rows(Case) if case.over}
    for one in await walk.rows(CaseDeadline):
        come = [stage for day, stage in expected(one.safe_day).items() if day <= today]
        new = [stage for number, stage in told if number == one.id and (number, stage) not in before]
        if not works(today) or one.met_at or one.case_id in over:
            assert new == []
        elif come and not (one.kind == "hearing" and today > one.safe_day):
            assert (one.id, min(come)) in told
            assert new in ([], [min(come)])


async def end_some(walk: Walk) -> None:
    """Meet a deadline and close a case whose warnings have begun."""
    async with walk.process() as database, database.transaction() as session:
        begun = select(CaseWarning.deadline_id)
        query = select(CaseDeadline).where(CaseDeadline.id.in_(begun), CaseDeadline.met_at.is_(None))
        found = list(await session.scalars(query.order_by(CaseDeadline.id)))
        await case_deadlines.meet(session, found[0], by="li", now=walk.now)
        case = await session.get_one(Case, found[-1].case_id)
        case.state, case.closed_at = "closed", walk.now


async def check_ends(walk: Walk, told: Told) -> None:
    """Look that nothing was told after a deadline was met or its case had ended."""
    ends = {case.id: case.closed_at for case in await walk.rows(Case)}
    ended = 0
    for one in await walk.rows(CaseDeadline):
        end = min(filter(None, (one.met_at, ends[one.case_id])), default=None)
        if end is not None:
            ended += 1
            assert [at for (number, _), at in told.items() if number == one.id and at > end] == []
    assert ended >= 10
