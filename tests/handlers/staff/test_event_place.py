"""One sign-up: its history, and what staff do to it with a reason that the member is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import events
from models.members import Contact
from models.outbox import Letter
from models.places import Place, PlaceAudit
from tests.handlers.staff.events import SLUG, Town


@pytest.fixture
async def town(desks) -> Town:
    found = Town(desks)
    await found.publish(cap=2)
    return found


def at(place: Place) -> str:
    return f"/events/{SLUG}/places/{place.id}"


async def test_taken_out_with_a_reason_that_is_told_and_the_next_is_offered(desks, town):
    wang = await town.sign_up("王芳")
    await town.sign_up("李雷")
    await town.sign_up("张三")
    async with town.database.transaction() as session:
        session.add(Contact(channel="telegram", address="7", member_id=wang.member_id))
    li = await desks.enter("li", "organiser")

    silent = await li.do(at(wang), "cancel", reason="")
    told = await li.follow(at(wang), "cancel", reason="重复报名")

    assert (silent.status, "请写明原因，会告诉会员。" in silent.text) == (422, True)
    assert "li 状态 已报上 取消了 重复报名" in told.text
    assert await town.states() == {"王芳": "cancelled", "李雷": "confirmed", "张三": "offered"}
    async with town.database.transaction() as session:
        letters = [
            letter.body["text"] for letter in await session.scalars(select(Letter).order_by(Letter.id))
        ]
    assert ["重复报名" in text for text in letters] == [True]


async def test_turned_down_or_let_in_where_staff_decide(desks, town):
    await town.publish(policy=events.APPROVE)
    wang, lei = await town.sign_up("王芳"), await town.sign_up("李雷")
    li = await desks.enter("li", "organiser")

    await li.follow(at(wang), "approve")
    await li.follow(at(lei), "reject", reason="不是会员")

    assert await town.states() == {"王芳": "confirmed", "李雷": "rejected"}
    assert (await li.do(at(lei), "approve")).status == 422


async def test_answer_on_the_telephone_is_noted(desks, town):
    await town.publish(cap=0)
    people = [await town.sign_up(name) for name in ("王芳", "李雷", "张三")]
    li = await desks.enter("li", "organiser")
    await town.publish(cap=3)
    for place in people:
        await li.follow(f"/events/{SLUG}/waiting", "offer", place=place.id)
    page = await li.open(at(people[0]))
    assert "本人在电话里说：" in page.text

    yes = await li.follow(at(people[0]), "take")
    no = await li.follow(at(people[1]), "leave")
    town.clock.tick(timedelta(days=3).total_seconds())
    li = await desks.enter("li", "organiser")
    late = await li.follow(at(people[2]), "take")

    assert ["替本人确认了。" in yes.text, "名额让给下一位了。" in no.text, "已经过时了" in late.text] == [
        True
    ] * 3
    assert await town.states() == {"王芳": "confirmed", "李雷": "declined", "张三": "expired"}


async def test_one_who_waits_is_put_first_and_last_and_it_is_written_down(desks, town):
    await town.publish(cap=0)
    people = [await town.sign_up(name) for name in ("王芳", "李雷", "张三")]
    li = await desks.enter("li", "organiser")

    silent = await li.do(at(people[2]), "move", to="first", reason="")
    first = await li.follow(at(people[2]), "move", to="first", reason="轮椅需要安排")
    await li.follow(at(people[0]), "move", to="last", reason="本人说晚点来")

    assert silent.status == 422
    assert "排第几 1" in first.text
    line = await li.open(f"/events/{SLUG}/waiting")
    told = line.text.partition("从什么时候")[2].split()
    assert [one for one in told if one in ("1", "张三", "调过", "2", "李雷", "3", "王芳")] == [
        "1", "张三", "调过", "1", "2", "李雷", "1", "3", "王芳", "调过", "1",
    ]  # fmt: skip
    async with town.database.transaction() as session:
        moved = await session.scalars(select(PlaceAudit).where(PlaceAudit.what == "priority"))
        assert [(one.by, one.was, one.became, one.reason) for one in moved] == [
            ("li", "0", "1", "轮椅需要安排"),
            ("li", "0", "-1", "本人说晚点来"),
        ]


async def test_one_who_waits_changes_the_category(desks, town):
    await town.publish(cap=0)
    async with town.database.transaction() as session:
        found = await events.by_slug(session, SLUG)
        session.add_all(events.Category(event_id=found.id, name=name, cap=3) for name in ("甲组", "乙组"))
    wang = await town.sign_up("王芳", category="甲组")
    li = await desks.enter("li", "organiser")

    told = await li.follow(at(wang), "regroup", category="乙组", reason="甲组满了")
    wrong = await li.do(at(wang), "regroup", category="丙组", reason="甲组满了")

    assert "组别 乙组" in told.text
    assert wrong.status == 422


async def test_phone_is_shown_to_who_says_why(desks, town):
    wang = await town.sign_up("王芳")
    li = await desks.enter("li", "organiser")

    masked = await li.open(at(wang))
    silent = await li.do(at(wang), "phone", reason="")
    full = await li.do(at(wang), "phone", reason="改集合地点")

    assert [wang.phone in page.text for page in (masked, silent, full)] == [False, False, True]
    assert "li 看手机号 已报上 已报上 改集合地点" in full.text


async def test_place_of_another_event_is_not_there(desks, town):
    wang = await town.sign_up("王芳")
    li = await desks.enter("li", "organiser")

    assert (await li.open(f"/events/photo-contest/places/{wang.id}")).status == 404
    assert (await li.do(f"/events/photo-contest/places/{wang.id}", "cancel", reason="x")).status == 404
    assert (await li.open(f"/events/{SLUG}/places/999")).status == 404
    assert (await li.open(f"/events/nothing-here/places/{wang.id}")).status == 404
