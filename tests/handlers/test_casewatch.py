"""What the clock tells staff and members about cases."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from config.lists import Colleague
from handlers import casewatch
from handlers.confiding import Ways
from models import absences, case_assignment, case_deadlines, staff
from models.case_deadlines import KINDS
from models.cases import MACHINE, Case, workers
from models.outbox import Letter
from models.rights import Grant
from tests.models.cases.bench import Bench

SITE = Ways(frozenset({"web"}), "https://gonghui.example")
NEUTRAL = "您有一条工会消息，点开查看。[点开查看]"


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"{said}+08:00")


@pytest.fixture
async def bench(database, clock):
    async with database.transaction() as session:
        yield Bench(session, clock)


@pytest.fixture
def content(edition):
    return edition.content


async def letters(bench) -> list[tuple[str, str]]:
    """Return the letters that were written since the last time, by address, with their buttons."""
    rows = list(await bench.session.scalars(select(Letter).order_by(Letter.id)))
    for row in rows:
        await bench.session.delete(row)
    await bench.session.flush()
    return [
        (
            f"{row.channel}:{row.address}",
            row.message.text + "".join(f"[{c.label}]" for c in row.message.choices),
        )
        for row in rows
    ]


async def worked_on(bench, login: str = "li", **values) -> Case:
    """Return a case with a hearing in two weeks, which the colleague *login* works on."""
    case = await bench.case("other", facts={"hearing": "2026-11-24", **values.pop("facts", {})}, **values)
    await case_deadlines.derive(bench.session, case, now=bench.clock())
    who = await staff.by_login(bench.session, login) or await bench.colleague(login, at=login)
    await case_assignment.assign(bench.session, case, who, by=MACHINE, now=bench.clock())
    return case


async def test_staff_are_warned_by_number_and_the_member_in_plain_words(bench, content):
    await worked_on(bench, employer="某某公司（演示）")

    first = await casewatch.warn(bench.session, content, SITE, now=bench.clock())
    told = await letters(bench)
    again = await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    assert (first, again) == (1, 0)
    assert told == [
        ("phone:li", "案件2026-0001（P3）有期限，还有14天，请看一下。"),
        ("web:wang", "您的案子11月24日（周二）开庭，还有14天。要带的材料和怎么说，先和同事对一遍。[转人工]"),
    ]
    assert await letters(bench) == []


async def test_last_day_is_told_as_today(bench, content, clock):
    await worked_on(bench)
    clock.now = at("2026-11-24 09:00")

    await casewatch.warn(bench.session, content, SITE, now=clock())

    assert await letters(bench) == [
        ("phone:li", "案件2026-0001（P3）有期限，就是今天，请看一下。"),
        ("web:wang", "您的案子11月24日（周二）开庭，就是今天。要带的材料和怎么说，先和同事对一遍。[转人工]"),
    ]


async def test_passed_deadline_is_told_to_staff_only(bench, content):
    await worked_on(bench, facts={"hearing": "", "received": "2026-10-01"})

    await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    assert await letters(bench) == [("phone:li", "案件2026-0001（P3）有期限过了，还没办，请马上看。")]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_deadline_has_its_words(bench, content, kind):
    case = await bench.case("other")
    await case_deadlines.add(bench.session, case, kind, date(2026, 11, 24), by="li", now=bench.clock())

    await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    ((_, told),) = await letters(bench)
    assert "11月24日（周二）" in told
    assert "还有14天" in told
    assert told.endswith("[转人工]")


@pytest.mark.parametrize(
    ("facts", "where", "expected"),
    [
        ({}, "telegram", ["telegram:wang"]),
        ({"reach": "telegram:123"}, "web", ["telegram:123"]),
        ({"reach": "web:at-home"}, "web", ["web:at-home"]),
        ({"reach": "web:wang"}, "web", []),
        ({"device": "shared"}, "web", ["web:wang"]),
        ({"device": "mine"}, "web", []),
    ],
)
async def test_lock_screen_is_told_nothing_where_it_is_not_private(bench, content, facts, where, expected):
    case = await worked_on(bench, facts=facts)
    case.channel = where

    await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    told = (await letters(bench))[1:]
    assert [to for to, text in told if text == NEUTRAL] == expected
    plain = [to for to, text in told if text != NEUTRAL]
    assert plain == ([] if case.at.channel == "telegram" or "shared" in facts.values() else ["web:wang"])


async def test_neutral_letter_leads_to_the_members_own_cases(bench, content):
    case = await worked_on(bench)
    case.channel = "telegram"

    await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    row = await bench.session.scalar(select(Letter).where(Letter.channel == "telegram"))
    assert [choice.value for choice in row.message.choices] == ["private:cases"]


async def test_unassigned_case_is_told_to_who_could_take_it(bench, content):
    await bench.colleague("area", Grant("caseworker", area="学院路"), at="area")
    await bench.colleague("far", Grant("caseworker", area="上地"), at="far")
    await bench.colleague("boss", Grant("administrator"), at="boss")
    await bench.colleague("unbound")
    case = await bench.case("other", area="学院路", facts={"hearing": "2026-11-24"})
    await case_deadlines.derive(bench.session, case, now=bench.clock())

    await casewatch.warn(bench.session, content, SITE, now=bench.clock())

    assert [to for to, _ in await letters(bench)] == ["phone:area", "phone:boss", "web:wang"]


async def test_where_nobody_has_a_chat_the_duty_list_is_told(bench, content):
    duty = content.duty.model_copy(
        update={"staff": (Colleague(name="值班", channel="phone", address="desk"),)}
    )
    case = await worked_on(bench)
    (li,) = await workers(bench.session, case)
    li.channel = ""

    await casewatch.warn(bench.session, replace(content, duty=duty), SITE, now=bench.clock())

    assert [to for to, _ in await letters(bench)] == ["phone:desk", "web:wang"]


async def late(bench, content) -> tuple[int, list[tuple[str, str]]]:
    number = await casewatch.tell_late(bench.session, content, SITE, now=bench.clock())
    return number, await letters(bench)


async def test_passed_promise_is_told_once(bench, content, clock):
    await worked_on(bench, urgency="P1", promised=at("2026-11-10 17:30"))

    early = await late(bench, content)
    clock.now = at("2026-11-10 17:31")

    assert early == (0, [])
    assert await late(bench, content) == (1, [
        ("phone:li", "案件2026-0001（P1）说好的时间过了，还没答复，请马上看。"),
        ("web:wang", "说好下午5:30前答复您的案子，还没做到，对不起，我又催了。急事请打：\n12351[转人工]"),
    ])  # fmt: skip
    assert await late(bench, content) == (0, [])


@pytest.mark.parametrize("end", ["answered", "over", "unpromised"])
async def test_kept_promise_is_not_late(bench, content, clock, end):
    case = await worked_on(bench, promised=at("2026-11-10 17:30"))
    if end == "answered":
        case.answered_at = clock()
    elif end == "over":
        case.state = "withdrawn"
    else:
        case.promised = None
    clock.now = at("2026-11-11 10:00")
    await bench.session.flush()

    assert await late(bench, content) == (0, [])


async def test_late_in_danger_alarms_staff_and_leaves_the_member_alone(bench, content, clock):
    await worked_on(bench, urgency="P0", promised=clock())
    clock.tick(60)

    assert await late(bench, content) == (
        1, [("phone:li", "案件2026-0001（P0）说好的时间过了，还没答复，请马上看。")],
    )  # fmt: skip


@pytest.mark.parametrize(("urgency", "leaves"), [("P3", "2026-11-12 08:30"), ("P1", "2026-11-11 22:00")])
async def test_quiet_hours_are_kept_except_for_the_urgent(bench, content, clock, urgency, leaves):
    await worked_on(bench, urgency=urgency, promised=at("2026-11-11 17:30"))
    clock.now = at("2026-11-11 22:00")

    await casewatch.tell_late(bench.session, content, SITE, now=clock())

    assert set(await bench.session.scalars(select(Letter.due))) == {at(leaves)}


async def test_work_of_who_is_away_is_passed_on_with_a_letter(bench, content, clock):
    today = date(2026, 11, 10)
    zhao = await bench.colleague("zhao", at="zhao")
    await bench.colleague("boss", Grant("administrator"), at="boss")
    await worked_on(bench)
    barred = await worked_on(bench, of="m2")
    await case_assignment.declare(bench.session, barred, zhao, now=clock())
    li = await staff.by_login(bench.session, "li")
    await absences.add(bench.session, li, today, today, zhao, today=today)

    moved = await casewatch.stand_in(bench.session, content, now=clock())
    told = await letters(bench)
    again = await casewatch.stand_in(bench.session, content, now=clock())

    assert (moved, again) == (2, 0)
    assert told == [
        ("phone:zhao", "案件2026-0001（P3）转给您了，请看一下。"),
        ("phone:boss", "案件2026-0002（P3）现在没人办，请看看谁来接。"),
    ]


async def test_time_raises_a_case_and_shortens_its_promise(bench, content, clock):
    case = await worked_on(bench, promised=at("2026-11-26 17:30"))
    rests = await worked_on(bench, of="m2", facts={"hearing": ""}, promised=at("2026-11-26 17:30"))
    over = await worked_on(bench, of="m3")
    over.state = "closed"
    clock.now = at("2026-11-18 09:00")

    raised = await casewatch.raise_due(bench.session, content, now=clock())
    told = await letters(bench)
    again = await casewatch.raise_due(bench.session, content, now=clock())

    assert (raised, again) == (1, 0)
    assert (case.urgency, case.promised) == ("P1", at("2026-11-18 17:30"))
    assert (rests.urgency, rests.promised) == ("P3", at("2026-11-26 17:30"))
    assert over.urgency == "P3"
    assert told == [("phone:li", "案件2026-0001现在是P1，请马上看。")]


@pytest.mark.parametrize("answered", [True, False])
async def test_raised_case_keeps_an_earlier_promise(bench, content, clock, answered):
    promised = at("2026-11-26 17:30") if answered else at("2026-11-18 10:00")
    case = await worked_on(bench, promised=promised)
    case.answered_at = clock() if answered else None
    bare = await worked_on(bench, of="m2")
    clock.now = at("2026-11-18 09:00")
    await bench.session.flush()

    raised = await casewatch.raise_due(bench.session, content, now=clock())

    assert (raised, case.promised, bare.promised) == (2, promised, None)


@pytest.mark.parametrize(
    ("number", "people", "text"),
    [
        (3, 1, "30天里同一家单位有3件案件、3人（建筑，学院路）。请到控制台看看。"),
        (2, 5, "30天里同一家单位有少于3件案件、10人（建筑，学院路）。请到控制台看看。"),
    ],
)
async def test_staff_are_alerted_without_a_name(bench, content, number, people, text):
    await bench.colleague("boss", Grant("administrator"), at="boss")
    for _ in range(number):
        await bench.case(employer="某某公司（演示）", people=people, trade="建筑", area="学院路")

    first = await casewatch.alert(bench.session, content, now=bench.clock())

    assert first == 1
    assert await letters(bench) == [("phone:boss", text)]
    assert await casewatch.alert(bench.session, content, now=bench.clock()) == 0


async def test_alert_says_when_trade_and_area_are_not_known(bench, content):
    await bench.colleague("boss", Grant("administrator"), at="boss")
    for _ in range(3):
        await bench.case()

    await casewatch.alert(bench.session, content, now=bench.clock())

    assert await letters(bench) == [
        ("phone:boss", "30天里同一家单位有3件案件、3人（行业没说，区域没说）。请到控制台看看。")
    ]
