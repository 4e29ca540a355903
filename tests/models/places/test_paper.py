"""Sign-ups that staff write down, the calls they make, and the lists they take away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import calls, consents, lists, outbox, paper, sheets, signups
from models.base import Refused
from models.events import Event
from models.members import Contact, Member
from models.messages import Outgoing
from models.paper import Applicant
from models.places import Place
from tests.databases import statements

WANG = Applicant("王芳（演示）", "13800000001", "演示单位工会", 2, "", "坐轮椅")
LI = Applicant("李雷（演示）", "13800000002")


def line(number, **cells):
    return sheets.Line(number, dict.fromkeys((*paper.NEEDED, *paper.OPTIONAL), "") | cells)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"姓名": "", "手机号": "13800000001"}, "姓名 is not a name"),
        ({"姓名": "王2", "手机号": "13800000001"}, "姓名 is not a name"),
        ({"姓名": "王" * 51, "手机号": "13800000001"}, "姓名 is not a name"),
        ({"姓名": "王", "手机号": "1380000"}, "手机号 is not a mobile number of 11 digits"),
        ({"姓名": "王", "手机号": "13800000001", "人数": "0"}, "人数 is not a number of persons"),
        ({"姓名": "王", "手机号": "13800000001", "人数": "①"}, "人数 is not a number of persons"),
        ({"姓名": "", "手机号": ""}, "姓名 is not a name; 手机号 is not a mobile number of 11 digits"),
    ],
)
def test_bad_line_is_told_with_its_number(cells, why):
    assert paper.check([line(7, **cells)]) == ([], [(7, why)])


def test_good_line_is_read_however_it_is_typed_and_the_same_person_once():
    good, bad = paper.check(
        [
            line(2, 姓名="王芳", 手机号="+86 138-0000-0001", 单位工会="甲", 人数="3", 组别="乙", 备注="丙"),
            line(3, 姓名="王 芳", 手机号="１３８００００００"),
            line(4, 姓名="王 芳", 手机号="13800000001"),
        ]
    )

    assert good == [(2, Applicant("王芳", "13800000001", "甲", 3, "乙", "丙"))]
    assert bad == [
        (3, "手机号 is not a mobile number of 11 digits"),
        (4, "姓名 and 手机号 stand in line 2 already"),
    ]


async def sign_up(desk, applicant) -> str:
    async with desk.database.transaction() as session:
        found = await session.get_one(Event, desk.event_id)
        changes = await paper.sign_up(session, found, applicant, "赵（演示）", now=desk.clock())
        desk.ids[applicant.name] = changes[0].place.member_id
        return changes[0].what


async def test_staff_sign_up_goes_by_the_same_guard_and_says_who_agreed_how(desk):
    await desk.open(cap=2, party_max=2)

    assert [await sign_up(desk, one) for one in (WANG, LI, WANG)] == ["confirmed", "waiting", "already"]

    place = await desk.place(WANG.name)
    assert place.answers == {"remark": "坐轮椅"}
    async with desk.database.transaction() as session:
        member = await session.get_one(Member, place.member_id)
        [consent] = await consents.of(session, member)
    assert (consent.purpose, consent.how) == ("signup:chess", "oral, by 赵（演示）")
    assert (await desk.history(WANG.name))[0][0] == "赵（演示）"


async def test_same_person_at_another_event_is_the_same_member(desk):
    await desk.open(cap=2)
    await sign_up(desk, LI)
    first = desk.ids[LI.name]
    await desk.open(slug="go", cap=2)

    await sign_up(desk, LI)

    assert desk.ids[LI.name] == first


async def told_by_phone(desk, applicant) -> None:
    async with desk.database.transaction() as session:
        member = await session.get_one(Member, desk.ids[applicant.name])
        place = await session.scalar(select(Place).where(Place.member_id == member.id))
        key = calls.key(place, member) if place.state == "offered" else None
        letter = Outgoing("轮到您了", lane="timely")
        await outbox.put(session, calls.address(member), letter, due=desk.clock(), key=key)


async def waiting(desk) -> list[calls.Call]:
    async with desk.database.transaction() as session:
        return await calls.waiting(session, now=desk.clock())


async def test_offer_to_somebody_on_paper_runs_from_the_call(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王")
    await sign_up(desk, LI)
    await desk.on(signups.cancel, "王")
    await told_by_phone(desk, LI)
    desk.clock.tick(timedelta(days=3).total_seconds())
    assert await desk.sweep() == []
    [call] = await waiting(desk)
    assert (call.name, call.phone, call.text, call.tries) == (LI.name, LI.phone, "轮到您了", 0)

    async with desk.database.transaction() as session:
        await calls.done(session, call.id, "赵（演示）", now=desk.clock())

    assert await waiting(desk) == []
    until = (await desk.place(LI.name)).offered_until
    assert desk.clock() + timedelta(hours=20) < until <= desk.clock() + timedelta(days=1)
    desk.clock.now = until + timedelta(minutes=1)
    assert await desk.sweep() == [(LI.name, "lapsed")]


@pytest.mark.parametrize(("channel", "called"), [("telegram", False), ("web", True)])
async def test_offer_waits_for_the_call_only_if_nothing_else_reaches_the_member(desk, channel, called):
    await desk.open(cap=1)
    await desk.all_sign_up("王")
    await sign_up(desk, LI)
    async with desk.database.transaction() as session:
        session.add(Contact(channel=channel, address="1", member_id=desk.ids[LI.name]))

    await desk.on(signups.cancel, "王")

    assert ((await desk.place(LI.name)).offered_until is None) == called


async def test_known_member_without_a_number_gets_the_one_on_the_paper(desk):
    await desk.open(cap=2)
    await desk.sign_up(LI.name, name=LI.name, phone=LI.phone)

    assert await sign_up(desk, LI) == "already"

    async with desk.database.transaction() as session:
        assert (await session.get_one(Member, desk.ids[LI.name])).phone == LI.phone


async def act(desk, applicant, wish, **more):
    async with desk.database.transaction() as session:
        event = await session.get_one(Event, desk.event_id)
        place = await paper.found(session, event, applicant.name, applicant.phone)
        changes = await paper.act(
            session, place, wish, "赵（演示）", **{"reason": "来电", **more}, now=desk.clock()
        )
        return desk.told(changes)


@pytest.mark.parametrize(("wish", "state"), [("take", "confirmed"), ("leave", "declined")])
async def test_answer_on_the_telephone_is_noted_and_the_call_is_over(desk, wish, state):
    await desk.open(cap=1)
    await desk.all_sign_up("王")
    await sign_up(desk, LI)
    await desk.on(signups.cancel, "王")
    await told_by_phone(desk, LI)
    assert [call.name for call in await waiting(desk)] == [LI.name]

    assert await act(desk, LI, wish) == [(LI.name, state)]

    assert await waiting(desk) == []
    assert (await desk.history(LI.name))[-1] == ("赵（演示）", "state", "offered", state, "")


async def test_cancelling_on_the_telephone_offers_the_place_to_the_next(desk):
    await desk.open(cap=1)
    await sign_up(desk, LI)
    await desk.all_sign_up("王")
    with pytest.raises(Refused, match="reason_missing"):
        await act(desk, LI, "cancel", reason="")

    assert await act(desk, LI, "cancel") == [(LI.name, "cancelled"), ("王", "offered")]

    assert (await desk.history(LI.name))[-1] == ("赵（演示）", "state", "confirmed", "cancelled", "来电")


async def test_who_waits_is_moved_to_another_group_on_the_telephone(desk):
    await desk.open(cap=0, categories=[{"name": "甲组", "cap": None}, {"name": "乙组", "cap": None}])
    await sign_up(desk, replace(LI, category="甲组"))

    assert await act(desk, LI, "move", group="乙组") == [(LI.name, "moved")]

    assert [row[5] for row in (await rows(desk, "waiting"))[1:]] == ["乙组"]


async def test_person_who_has_not_signed_up_is_refused(desk):
    await desk.open(cap=1)
    await sign_up(desk, LI)

    with pytest.raises(Refused, match="no_such_person"):
        await act(desk, replace(LI, phone="13800000003"), "take")


async def test_call_that_nobody_answered_comes_again(desk):
    await desk.open(cap=1)
    await sign_up(desk, LI)
    await told_by_phone(desk, LI)
    [call] = await waiting(desk)

    async with desk.database.transaction() as session:
        await calls.missed(session, call.id, now=desk.clock())

    assert await waiting(desk) == []
    desk.clock.tick(calls.AGAIN.total_seconds())
    assert [one.tries for one in await waiting(desk)] == [1]


@pytest.mark.parametrize("act", ["done", "missed"])
async def test_call_that_does_not_wait_is_refused(desk, act):
    await desk.open(cap=1)
    await sign_up(desk, LI)
    await told_by_phone(desk, LI)
    [call] = await waiting(desk)
    async with desk.database.transaction() as session:
        await calls.done(session, call.id, "赵（演示）", now=desk.clock())

    async with desk.database.transaction() as session:
        with pytest.raises(Refused, match="call_unknown"):
            await (
                calls.done(session, call.id, "x", now=desk.clock())
                if act == "done"
                else calls.missed(session, call.id, now=desk.clock())
            )


async def test_calls_go_along_when_two_records_become_one(desk):
    await desk.open(cap=1)
    await sign_up(desk, LI)
    await told_by_phone(desk, LI)
    async with desk.database.transaction() as session:
        keep = Member(name="李雷（演示）", phone="13800000002", joined_at=desk.clock())
        session.add(keep)
        await session.flush()
        await calls._move(session, keep, await session.get_one(Member, desk.ids[LI.name]), desk.clock())

    assert [call.name for call in await waiting(desk)] == ["李雷（演示）"]


async def rows(desk, kind="roster", **more):
    async with desk.database.transaction() as session:
        found = await session.get_one(Event, desk.event_id)
        return await lists.rows(session, found, kind, now=desk.clock(), **more)


async def test_lists_hide_phones_and_what_is_for_staff_only(desk):
    await desk.open(cap=2, party_max=2, categories=[{"name": "老年组", "cap": None}])
    await sign_up(desk, Applicant("王芳（演示）", "13800000001", "演示单位工会", 2, "老年组", "坐轮椅"))
    await sign_up(desk, replace(LI, category="老年组"))
    when = (await desk.place(WANG.name)).since

    assert await rows(desk) == [
        lists.HEADER,
        ("C001", "王芳（演示）", "138****0001", "演示单位工会", 2, "老年组", "", "已报上", when),
    ]
    assert [row[1] for row in await rows(desk, "waiting")] == ["姓名", "李雷（演示）"]
    assert await rows(desk, "attendance") == await rows(desk)


async def test_full_phones_need_a_reason_that_is_written_down(desk):
    await desk.open(cap=2)
    await sign_up(desk, LI)
    with pytest.raises(Refused, match="reason_missing"):
        await rows(desk, staff="赵（演示）", reason=" ")

    table = await rows(desk, staff="赵（演示）", reason="通知改期")

    assert table[1][2] == "13800000002"
    assert (await desk.history(LI.name))[-1] == (
        "赵（演示）",
        "phone seen",
        "confirmed",
        "confirmed",
        "通知改期",
    )


@pytest.mark.parametrize("count", [1, 3])
async def test_list_takes_the_same_queries_for_one_row_and_for_three(desk, count):
    await desk.open(cap=5)
    for number in range(count):
        await sign_up(desk, Applicant(f"演示{'甲乙丙'[number]}", f"1380000000{number}"))
    async with desk.database.transaction() as session:
        found = await session.get_one(Event, desk.event_id)
        with statements(desk.database) as said:
            table = await lists.rows(session, found, "roster", now=desk.clock())

    assert (len(table), len(said)) == (count + 1, 2)
