"""Early warning: three cases or ten people in 30 days, once an episode, to those who may know."""

import asyncio
from datetime import date, timedelta

import pytest

from models import absences, case_alerts, case_assignment, staff
from models.cases import MACHINE
from models.rights import EVERYWHERE, Grant, Scope
from tests.models.cases.bench import Bench

DAY = timedelta(days=1)


async def watch(bench) -> list[tuple[int, int, str, str]]:
    found = await case_alerts.watch(bench.session, now=bench.clock())
    return [(alert.cases, alert.people, alert.trade, alert.area) for alert in found]


async def cases(bench, number: int, **values) -> list:
    return [
        await bench.case(of=f"m{at}", **{"trade": "建筑", "area": "学院路", **values}) for at in range(number)
    ]


@pytest.mark.parametrize(
    ("number", "people", "told"),
    [
        (2, 1, []),
        (3, 1, [(3, 3, "建筑", "学院路")]),
        (1, 9, []),
        (1, 10, [(1, 10, "建筑", "学院路")]),
        (2, 5, [(2, 10, "建筑", "学院路")]),
    ],
)
async def test_employer_is_told_of_from_three_cases_or_ten_people(bench, number, people, told):
    await cases(bench, number, people=people)
    await cases(bench, 2, employer="别的公司")
    await cases(bench, 3, employer="")

    assert await watch(bench) == told


async def test_cases_of_one_employer_are_found_however_it_is_written(bench):
    for name in ("甲（北京）公司", "甲(北京)公司", " 甲 （北京）公司 "):
        await bench.case(employer=name)

    assert await watch(bench) == [(3, 3, "", "")]


async def test_alert_names_where_most_cases_are(bench):
    await cases(bench, 2)
    await bench.case(trade="餐饮", area="上地")

    assert await watch(bench) == [(3, 3, "建筑", "学院路")]


async def test_episode_is_told_once_and_the_next_one_again(bench, clock):
    await cases(bench, 3)
    first = await watch(bench)
    again = await watch(bench)
    clock.tick(DAY.total_seconds())
    await cases(bench, 1)
    grown = await watch(bench)
    (alert,) = await case_alerts.listed(bench.session, EVERYWHERE, now=clock())
    seen = (alert.cases, alert.people, alert.ended_at)
    clock.tick(30 * DAY.total_seconds())
    over = await watch(bench)
    ended = alert.ended_at
    await cases(bench, 3)
    new = await watch(bench)

    assert (first, again, grown, over, new) == (
        [(3, 3, "建筑", "学院路")], [], [], [], [(3, 3, "建筑", "学院路")],
    )  # fmt: skip
    assert seen == (4, 4, None)
    assert ended == clock()
    assert [len(await case_alerts.cases_of(bench.session, one)) for one in (alert, *(
        await case_alerts.listed(bench.session, EVERYWHERE, now=clock())
    ))] == [7, 3, 7]  # fmt: skip


async def test_two_processes_tell_once(database, clock):
    async with database.transaction() as session:
        await cases(Bench(session, clock), 3)

    async def process() -> int:
        async with database.transaction() as session:
            return len(await case_alerts.watch(session, now=clock()))

    assert sorted(await asyncio.gather(process(), process(), process())) == [0, 0, 1]


async def test_who_hears_is_over_the_whole_or_of_the_area_and_without_conflict(bench):
    union = "佳讯（演示）工会"
    await cases(bench, 3, union=union)
    grants = {
        "boss": Grant("administrator"), "judge": Grant("approver"), "near": Grant("caseworker", area="学院路"),
        "whole": Grant("caseworker"), "far": Grant("caseworker", area="上地"), "editor": Grant("editor"),
        "part": Grant("administrator", area="学院路"), "own": Grant("caseworker", union=union),
        "away": Grant("administrator"), "gone": Grant("administrator"),
    }  # fmt: skip
    made = {login: await bench.colleague(login, grant) for login, grant in grants.items()}
    await bench.colleague("biased", Grant("caseworker", area="学院路"), Grant("organiser", union=union))
    today = date(2026, 11, 10)
    await absences.add(bench.session, made["away"], today, today, None, today=today)
    await staff.close(bench.session, made["gone"], now=bench.clock())
    (alert,) = await case_alerts.watch(bench.session, now=bench.clock())

    told = await case_alerts.hearers(bench.session, alert, now=bench.clock())

    assert [one.login for one in told] == ["boss", "judge", "near", "whole"]


async def test_listed_are_the_alerts_of_ones_area(bench, clock):
    await cases(bench, 3)
    await cases(bench, 3, employer="别的公司", area="上地")
    await watch(bench)
    here, nowhere = Scope(areas=frozenset({"上地"})), Scope(unions=frozenset({"学院路"}))

    everywhere = await case_alerts.listed(bench.session, EVERYWHERE, now=clock())
    assert {one.area for one in everywhere} == {"上地", "学院路"}
    assert [one.area for one in await case_alerts.listed(bench.session, here, now=clock())] == ["上地"]
    assert await case_alerts.listed(bench.session, nowhere, now=clock()) == []
    clock.tick(31 * DAY.total_seconds())
    await watch(bench)
    assert len(await case_alerts.listed(bench.session, EVERYWHERE, now=clock())) == 2
    clock.tick(30 * DAY.total_seconds())
    assert await case_alerts.listed(bench.session, EVERYWHERE, now=clock()) == []


async def test_employers_name_is_for_those_who_work_on_one_of_its_cases(bench):
    li, zhao = await bench.colleague("li"), await bench.colleague("zhao")
    made = await cases(bench, 3, employer="某某公司（演示）")
    await cases(bench, 3, employer="别的公司（演示）")
    await case_assignment.assign(bench.session, made[1], li, by=MACHINE, now=bench.clock())
    alerts = await case_alerts.watch(bench.session, now=bench.clock())

    told = await case_alerts.employers(bench.session, alerts, li)
    other = await case_alerts.employers(bench.session, alerts, zhao)

    assert sorted(told.values()) == ["", "某某公司（演示）"]
    assert set(other.values()) == {""}
