"""The duty roster: who is away, who stands in, and whose phone is told that a promise has passed."""

from datetime import date, timedelta

import pytest

from handlers import desk
from models import absences, staff
from models.handoffs import HandOff
from models.rights import Grant
from models.staff import Staff
from tests.handlers.staff.test_conversation import asks, state

TODAY, TOMORROW = "2026-11-10", "2026-11-11"


async def stand_in(office, dialogue) -> int:
    async with office.database.transaction() as session:
        return await desk.stand_in(session, dialogue.edition.content, now=office.clock())


async def bound(office, *logins: str) -> None:
    """Bind a chat to each colleague, called as they are."""
    async with office.database.transaction() as session:
        for login in logins:
            found = await staff.by_login(session, login)
            found.channel, found.address = "phone", login


async def talk(office, dialogue, *logins: str):
    """Let these colleagues sit down and the first take a hand-off."""
    chat = await asks(office, dialogue)
    await office.enter("boss", "administrator")
    people = [await office.enter(login, "caseworker") for login in logins]
    await people[0].follow("/inbox/1", "take")
    await chat.shown()
    return chat, *people


async def test_open_work_moves_to_the_deputy_when_the_absence_begins(desks, dialogue, staffed):
    chat, li, _ = await talk(desks, dialogue, "li", "zhao")
    await bound(desks, "zhao")

    told = await li.follow("/duty", "add", since=TOMORROW, until="2026-11-12", deputy="zhao")
    before = await stand_in(desks, dialogue)
    desks.clock.tick(14 * 3600)
    moved = await stand_in(desks, dialogue)

    assert "li（演示） 2026-11-11 到 2026-11-12，zhao（演示）代" in told.text
    assert (before, moved) == (0, 1)
    assert await state(desks) == ("taken", "zhao")
    assert await chat.shown("zhao") == "第1号转给您了，请看一下。"
    assert await stand_in(desks, dialogue) == 0
    assert "li（演示） 外出" in (await (await desks.enter("li")).open("/duty")).text


@pytest.mark.parametrize("deputy", ["", "far", "gone", "shut"])
async def test_open_work_waits_again_where_no_deputy_can_take_it(desks, dialogue, staffed, deputy):
    chat, li = await talk(desks, dialogue, "li")
    await desks.enter("far", Grant("caseworker", union="别的工会"))
    gone, shut = await desks.enter("gone", "caseworker"), await desks.enter("shut", "caseworker")
    await gone.follow("/duty", "add", since=TODAY, until=TODAY)
    await li.follow("/duty", "add", since=TODAY, until=TODAY, deputy=deputy)
    async with desks.database.transaction() as session:
        await staff.close(session, await session.get_one(Staff, shut.who.id), now=desks.clock())

    moved = await stand_in(desks, dialogue)

    assert moved == 1
    assert await state(desks) == ("waiting", "")
    async with desks.database.transaction() as session:
        found = await session.get_one(HandOff, 1)
        assert (found.promised, found.late_told) == (desks.clock() + timedelta(minutes=30), False)
    assert await chat.say("还在吗") == ""


async def test_nothing_is_promised_again_while_nobody_is_on_duty(desks, dialogue, staffed, edition):
    _, li = await talk(desks, dialogue, "li")
    await li.follow("/duty", "add", since=TODAY, until=TODAY)
    dialogue.edition = edition

    await stand_in(desks, dialogue)

    async with desks.database.transaction() as session:
        assert (await session.get_one(HandOff, 1)).promised is None


async def test_absence_is_written_down_by_oneself_or_an_administrator(desks):
    boss = await desks.enter("boss", "administrator")
    li, zhao = await desks.enter("li", "caseworker"), await desks.enter("zhao", "caseworker")
    await desks.enter("editor", "editor")
    await li.follow("/duty", "add", who="zhao", since=TODAY, until=TODAY)
    await boss.follow("/duty", "add", who="zhao", since=TOMORROW, until=TOMORROW, deputy="li")

    listed = (await zhao.open("/duty")).text

    assert "li（演示） 2026-11-10 到 2026-11-10，没人代" in listed
    assert "zhao（演示） 2026-11-11 到 2026-11-11，li（演示）代" in listed
    assert (await zhao.do("/duty", "remove", absence="1")).status == 404
    assert (await zhao.do("/duty", "remove", absence="9")).status == 404
    assert (await zhao.do("/duty", "remove", absence="2")).status == 303
    assert (await boss.do("/duty", "remove", absence="1")).status == 303
    assert "没有人外出。" in (await zhao.open("/duty")).text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"since": TOMORROW, "until": TODAY}, "日期不对，结束不能早于开始，也不能已经过去。"),
        ({"since": "2026-11-01", "until": "2026-11-09"}, "日期不对，结束不能早于开始，也不能已经过去。"),
        ({"since": "2026-11-19", "until": "2026-11-20"}, "这几天已经登记过了。"),
        ({"since": TODAY, "until": TODAY, "deputy": "boss"}, "不能请自己代班。"),
        ({"since": TODAY, "until": TODAY, "deputy": "editor"}, "请选一位在岗的同事。"),
        ({"since": TODAY, "until": TODAY, "who": "nobody"}, "请选一位在岗的同事。"),
        ({"since": "明天", "until": TODAY}, "日期时间没看懂，请从日历里选。"),
    ],
)
async def test_wrong_absence_is_refused(one_desk, fields, told):
    boss = await one_desk.enter("boss", "administrator")
    await one_desk.enter("editor", "editor")
    await boss.follow("/duty", "add", since="2026-11-20", until="2026-11-21")

    refused = await boss.do("/duty", "add", **fields)

    assert refused.status == 422
    assert told in refused.text
    async with one_desk.database.transaction() as session:
        assert len(await absences.listed(session, today=date(2026, 11, 10))) == 1


async def test_passed_promise_alarms_once_who_is_on_duty(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    for login, grant in {
        "boss": "administrator", "li": "caseworker", "off": "caseworker", "editor": "editor",
        "far": Grant("caseworker", union="别的工会"),
    }.items():  # fmt: skip
        await desks.enter(login, grant)
    await bound(desks, "li", "off", "editor", "far")
    await (await desks.enter("off")).follow("/duty", "add", since=TODAY, until=TODAY)
    desks.clock.tick(31 * 60)

    told = []
    for _ in range(2):
        async with desks.database.transaction() as session:
            await desk.tell_late(session, dialogue.edition.content, now=desks.clock())
        await chat.shown()
        told.append([(to, letter.text) for to, letter in chat.phone.shown if to != "wang"])

    late = "第1号说好的时间过了，还没人接，请马上看。"
    assert told == [[("desk", late), ("li", late)], []]


async def test_new_wish_for_a_person_is_told_to_bound_phones(one_desk, dialogue, staffed):
    await one_desk.enter("boss", "administrator")
    await one_desk.enter("li", "caseworker")
    await bound(one_desk, "li")

    chat = await asks(one_desk, dialogue)

    page = "有人要找同事（P3），请马上看：第1号。"
    assert [(to, letter.text) for to, letter in chat.phone.shown if to != "wang"] == [
        ("desk", page),
        ("li", page),
    ]


async def test_duty_page_tells_how_things_stand(one_desk, dialogue):
    boss = await one_desk.enter("boss", "administrator")

    shown = (await boss.open("/duty")).text

    assert "没有人值班" in shown
    assert "09:00–17:30" in shown
    assert "boss（演示） 在 没绑" in shown
