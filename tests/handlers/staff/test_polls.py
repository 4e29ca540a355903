"""Polls in the console: made, announced, ended, and their shares."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import members, polls
from models.messages import Address
from models.notices import Notice
from models.polls import Poll
from models.rights import Grant
from tests.crowd import NASTY

NEW = {
    "question": "春游去哪儿？", "answers": "香山\r\n南海子\r\n", "closes": "2026-11-12T18:00", "union": "", "area": "",
}  # fmt: skip


@pytest.fixture
async def people(desks):
    """Three members of one union."""
    async with desks.database.transaction() as session:
        for who in ("a", "b", "c"):
            member = await members.at_address(session, Address("telegram", who), now=desks.clock())
            member.union_name, member.area = "北冶", "上地"
    return desks


async def notices(office):
    async with office.database.transaction() as session:
        return list(await session.scalars(select(Notice).order_by(Notice.id)))


async def vote(office, *answers):
    async with office.database.transaction() as session:
        poll = await session.get_one(Poll, 1)
        for who, answer in zip("abc", answers, strict=False):
            member = await members.at_address(session, Address("telegram", who), now=office.clock())
            await polls.vote(session, poll, member, answer, now=office.clock())


async def test_poll_is_opened_announced_and_ended(people):
    li = await people.enter("li", "editor")

    opened = await li.follow("/polls", "open", **NEW)
    await vote(people, 0, 0, 1)
    running = await li.open("/polls/1")
    told = await li.do("/polls/1", "announce")
    people.clock.tick(60)
    ended = await li.follow("/polls/1", "close")

    assert "建好了。要告诉会员，点“写通知”。" in opened.text
    assert "正在投 · 0 人投了" in opened.text
    assert "正在投 · 3 人投了" in running.text
    assert "截止以后才有结果。" in running.text
    assert "%" not in running.text
    assert "结束了 · 3 人投了 春游去哪儿？ 香山 67% 南海子 33%" in ended.text
    assert "春游去哪儿？ 全体会员 结束了" in (await li.open("/polls")).text
    [notice] = await notices(people)
    assert told.location == f"/console/notices/{notice.id}"
    assert (notice.title, notice.state, notice.valid_hours) == ("投票：春游去哪儿？", "draft", 56)
    assert notice.text == "春游去哪儿？\n一人一票，谁也看不到您选了什么。只给工会参考。"
    assert notice.choices[0] == {"label": "去投票", "to": "poll:1"}
    assert notice.audience == {"everybody": True}


async def test_poll_of_a_union_goes_to_its_members(people):
    li = await people.enter("li", Grant("editor", union="北冶"))

    refused = await li.do("/polls", "open", **NEW)
    await li.follow("/polls", "open", **{**NEW, "union": "北冶", "question": f"{{x}}{NASTY}"[:100]})
    await li.do("/polls/1", "announce")

    assert "您只能问自己负责的单位或区域，请先填上。" in refused.text
    [notice] = await notices(people)
    assert notice.audience == {"unions": ["北冶"]}
    assert notice.text.startswith("x<img")
    assert "<img" not in (await li.open("/polls/1")).html


async def test_what_is_wrong_is_refused(people):
    li = await people.enter("li", "editor")

    for changes, why in (
        ({"answers": "香山"}, "请写问题"), ({"question": ""}, "请写问题"), ({"closes": ""}, "结束要在开始之后。"),
        ({"opens": "2026-11-13T18:00"}, "结束要在开始之后。"),
    ):  # fmt: skip
        told = await li.do("/polls", "open", **{**NEW, **changes})
        assert (told.status, why in told.text) == (422, True), changes
    await li.follow("/polls", "open", **NEW)
    people.clock.now += timedelta(days=3)
    li = await people.enter("li")
    for action in ("announce", "close"):
        assert "这次投票现在不能投。" in (await li.do("/polls/1", action)).text
    assert await notices(people) == []
    assert "投的人不到 3 位，不出结果。" in (await li.open("/polls/1")).text


async def test_polls_of_others_are_not_seen(people):
    li, far = await people.enter("li", "editor"), await people.enter("far", Grant("editor", union="别的工会"))
    await li.follow("/polls", "open", **NEW)

    assert "还没有投票。" in (await far.open("/polls")).text
    assert (await far.open("/polls/1")).status == 404
    assert (await far.do("/polls/1", "close")).status == 404


async def test_no_page_tells_who_chose_what(people):
    """Whether a chose the first or the second makes no difference to any page of the console."""
    li = await people.enter("li", "administrator", "editor", "caseworker", "viewer")
    await li.follow("/polls", "open", **NEW)
    paths = ("/polls", "/polls/1", "/members/1", "/members/1/export", "/audit")
    await vote(people, 0, 1)

    for path in paths:
        page = await li.open(path)
        assert ("香山" in page.html) == ("南海子" in page.html), path
        assert "poll:1:" not in page.html
