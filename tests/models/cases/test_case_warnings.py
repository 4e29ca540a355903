"""Warnings before a deadline: when each comes, once, and which are left out."""

import asyncio
import itertools
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models import case_deadlines, case_warnings
from models.calendar import workday
from models.case_warnings import DAYS, reached, stage
from models.cases import Case
from tests.models.cases.bench import Bench


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"{said}+08:00")


@pytest.mark.parametrize(
    ("safe_day", "now", "expected"),
    [
        (date(2026, 12, 1), "2026-10-01 12:00", 60),  # 2 October is a holiday: 30 September
        (date(2026, 12, 1), "2026-09-30 08:30", 60),
        (date(2026, 12, 1), "2026-09-30 08:29", None),
        (date(2026, 12, 1), "2026-11-16 12:00", 30),
        (date(2026, 12, 1), "2026-11-17 09:00", 14),
        (date(2026, 12, 1), "2026-11-24 09:00", 7),
        (date(2026, 12, 1), "2026-11-27 09:00", 3),  # the 28th is a Saturday
        (date(2026, 12, 1), "2026-11-30 09:00", 1),
        (date(2026, 12, 1), "2026-12-09 09:00", 1),
        (date(2027, 1, 2), "2026-12-31 09:00", 1),  # New Year's Day is off, though no calendar says so yet
        (date(2026, 10, 8), "2026-09-30 09:00", 1),  # 7, 3 and 1 fall together before a long holiday
    ],
)
def test_stage_is_the_last_whose_working_morning_has_come(safe_day, now, expected):
    assert stage(safe_day, reached(at(now))) == expected


def test_stage_follows_what_staff_say_of_days():
    day = date(2026, 12, 1)

    assert stage(day, reached(at("2026-11-27 09:00"), holidays=[date(2026, 11, 30)])) == 1
    assert stage(day, reached(at("2026-11-27 09:00"), workdays=[date(2026, 11, 28)])) == 7


async def filed(bench, hearing: str = "", *, urgency: str = "P3", topic: str = "other", **facts: str) -> Case:
    case = await bench.case(topic, urgency=urgency, facts={"hearing": hearing, **facts})
    await case_deadlines.derive(bench.session, case, now=bench.clock())
    return case


async def told(bench, **off) -> list[tuple[str, date, int]]:
    found = await case_warnings.due(bench.session, **off, now=bench.clock())
    return [(one.deadline.kind, one.day, one.left) for one in found]


async def test_warning_is_told_once(bench, clock):
    await filed(bench, "2026-11-24")

    first, again = await told(bench), await told(bench)
    clock.now = at("2026-11-17 08:30")
    next_one = await told(bench)

    assert first == [("hearing", date(2026, 11, 24), 14)]
    assert (again, next_one) == ([], [("hearing", date(2026, 11, 24), 7)])


async def test_of_missed_warnings_only_the_most_urgent_is_told(bench, clock):
    await filed(bench, "2027-01-20")

    clock.now = at("2027-01-18 10:00")

    assert await told(bench) == [("hearing", date(2027, 1, 20), 2)]
    assert await told(bench) == []


@pytest.mark.parametrize(
    ("urgency", "now", "count"),
    [
        ("P3", "2026-11-14 10:00", 0),  # Saturday
        ("P1", "2026-11-14 10:00", 0),
        ("P3", "2026-11-16 08:29", 0),
        ("P3", "2026-11-16 08:30", 1),
        ("P3", "2026-11-16 21:30", 0),
        ("P1", "2026-11-16 21:30", 1),
        ("P0", "2026-11-16 00:01", 1),
        ("P2", "2026-11-16 00:01", 0),
    ],
)
async def test_warning_keeps_to_working_days_and_quiet_hours(bench, clock, urgency, now, count):
    await filed(bench, "2026-11-18", urgency=urgency)

    clock.now = at(now)

    assert len(await told(bench)) == count


async def test_warning_of_tomorrow_waits_for_its_morning_however_urgent(bench, clock):
    await filed(bench, "2026-11-18", urgency="P1")
    clock.now = at("2026-11-16 12:00")
    await told(bench)

    clock.now = at("2026-11-17 07:00")
    early = await told(bench)
    clock.now = at("2026-11-17 08:30")

    assert (early, await told(bench)) == ([], [("hearing", date(2026, 11, 18), 1)])


async def test_nothing_is_told_of_what_is_met_or_over(bench, clock):
    await filed(bench, "2026-11-18")
    over = await filed(bench, "2026-11-18")
    over.state = "closed"
    (found,) = await case_deadlines.of(bench.session, over)
    other = await filed(bench, "2026-11-18")
    (met,) = await case_deadlines.of(bench.session, other)
    await case_deadlines.meet(bench.session, met, by="li", now=clock())

    due = await case_warnings.due(bench.session, now=clock())

    assert [one.case.id for one in due] == [1]
    assert found.met_at is None


async def test_day_it_rolls_to_is_told_when_the_safe_one_has_passed(bench, clock):
    await filed(bench, received="2026-10-30")  # the safe day is Saturday 14 November

    clock.now = at("2026-11-16 09:00")

    assert await told(bench) == [("sue", date(2026, 11, 16), 0)]


@pytest.mark.parametrize(("facts", "expected"), [
    ({"received": "2026-10-30"}, [("sue", date(2026, 11, 16), -1)]),
    ({"hearing": "2026-11-16"}, []),
])  # fmt: skip
async def test_passed_deadline_is_told_once_and_a_passed_hearing_not(bench, clock, facts, expected):
    await filed(bench, **facts)

    clock.now = at("2026-11-17 09:00")

    assert (await told(bench), await told(bench)) == (expected, [])


async def test_deadline_that_moves_warns_anew(bench, clock):
    case = await filed(bench, "2026-11-24")
    await told(bench)

    case.facts = {"hearing": "2026-11-23"}
    await case_deadlines.derive(bench.session, case, now=clock())

    assert await told(bench) == [("hearing", date(2026, 11, 23), 13)]


async def test_last_day_follows_what_staff_say_of_days(bench, clock):
    case = await filed(bench, received="2026-10-30")

    await told(bench, holidays=[date(2026, 11, 16)])

    (found,) = await case_deadlines.of(bench.session, case)
    assert found.last_day == date(2026, 11, 17)
    assert await told(bench, holidays=[date(2026, 11, 10)]) == []


async def test_first_warning_is_found_before_the_longest_holiday(bench, clock):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(730)]
    worked = [day for day in days if workday(day).works]
    longest = max((later - day).days for day, later in itertools.pairwise(worked))

    assert timedelta(days=DAYS[0] + longest) <= case_warnings.AHEAD


async def test_process_that_comes_second_tells_nothing(database, clock):
    async with database.transaction() as session:
        await filed(Bench(session, clock), "2026-11-24")

    async def second() -> int:
        async with database.transaction() as session:
            return len(await case_warnings.due(session, now=clock()))

    async with database.transaction() as session:
        first = len(await case_warnings.due(session, now=clock()))
        waiting = asyncio.create_task(second())
        await asyncio.sleep(
            0.3
        )  # on PostgreSQL it has looked by now, and waits for what this one has written
    counts = (first, await waiting)

    async with database.transaction() as session:
        rows = list(await session.scalars(select(case_deadlines.CaseWarning.days)))
    assert (counts, rows) == ((1, 0), [14])
