"""Proposals in the console: listed, passed on, answered, counted."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import members, proposals
from models.messages import Address
from models.outbox import Letter
from models.proposals import Proposal
from models.rights import Grant


@pytest.fixture
async def proposed(desks):
    """Two proposals of members of one union; the second is a delegate's."""
    async with desks.database.transaction() as session:
        member = await members.at_address(session, Address("web", "wang"), now=desks.clock())
        member.union_name = "北冶"
        for title, delegate in (("加开夜班车", False), ("食堂加窗口", True)):
            await proposals.hand_in(
                session, member, Address("web", "wang"), title, f"{title}，人太多", delegate=delegate, now=desks.clock()
            )  # fmt: skip
    return desks


async def letters(office):
    async with office.database.transaction() as session:
        return [row.message.text for row in await session.scalars(select(Letter).order_by(Letter.id))]


async def test_proposal_is_passed_on_and_answered(proposed):
    li = await proposed.enter("li", "organiser")

    home, listed = await li.open("/"), await li.open("/proposals")
    passed = await li.follow("/proposals/2", "pass_on", office="生活保障部")
    answered = await li.follow("/proposals/2", "answer", answer="下月加一个窗口\r\n谢谢")
    after = await li.open("/proposals")

    assert "2 等答复的建议" in home.text
    assert "JY2026-0001 加开夜班车 北冶 刚收到" in listed.text
    assert "JY2026-0002 代表 食堂加窗口 北冶 刚收到" in listed.text
    assert "转给生活保障部了，告诉本人了。" in passed.text
    assert "食堂加窗口，人太多" in passed.text
    assert "答复发给本人了。" in answered.text
    assert "答复 下月加一个窗口 谢谢 li" in answered.text
    assert "JY2026-0002" not in after.text
    assert "2026 年收到 2 份，答复 1 份（按时 1 份），本人撤回 0 份。" in after.text
    assert await letters(proposed) == [
        "您的建议（编号JY2026-0002）转给生活保障部了，12月10日（周四）前答复您。",
        "您的建议（编号JY2026-0002）有答复了：\n下月加一个窗口\n谢谢",
    ]
    assert "JY2026-0002" in (await li.open("/proposals?state=answered")).text


async def test_what_is_wrong_is_refused_and_tells_nobody(proposed):
    li = await proposed.enter("li", "organiser")
    await li.do("/proposals/1", "answer", answer="好")

    for action, fields, why in (
        ("pass_on", {"office": ""}, "请写明交给哪个部门。"),
        ("answer", {"answer": ""}, "请写一个题目和内容，内容最多2000个字。"),
    ):
        told = await li.do("/proposals/2", action, **fields)
        assert (told.status, why in told.text) == (422, True)
    for action, fields in (("pass_on", {"office": "x"}), ("answer", {"answer": "又"})):
        assert "这份建议已经办完了。" in (await li.do("/proposals/1", action, **fields)).text
    assert len(await letters(proposed)) == 1


async def test_two_colleagues_at_once_answer_once(proposed):
    desks = [await proposed.enter(login, "organiser") for login in ("li", "sun")]

    sent = await asyncio.gather(*(desk.do("/proposals/1", "answer", answer=desk.who.login) for desk in desks))

    assert sorted(answer.status for answer in sent) == [303, 422]
    assert len(await letters(proposed)) == 1


async def test_what_is_late_is_marked(proposed):
    proposed.clock.now += timedelta(days=30)
    li = await proposed.enter("li", "organiser")
    async with proposed.database.transaction() as session:
        found = await session.get_one(Proposal, 2)
        proposals.answer(found, "晚了", by="li", now=proposed.clock() + timedelta(seconds=1))
        proposals.withdraw(await session.get_one(Proposal, 1), now=proposed.clock())

    assert "2026 年收到 2 份，答复 1 份（按时 0 份），本人撤回 1 份。" in (await li.open("/proposals")).text


async def test_late_ones_are_on_the_home_page(proposed):
    proposed.clock.now += timedelta(days=30)
    li = await proposed.enter("li", "organiser")

    assert "2 等答复的建议 2份过了答应的时间" in (await li.open("/")).text
    assert (await li.open("/proposals")).text.count("过时了") == 2


async def test_proposals_of_others_are_not_seen(proposed):
    far = await proposed.enter("far", Grant("organiser", union="别的工会"))

    assert "这里没有建议。" in (await far.open("/proposals")).text
    assert (await far.open("/proposals/1")).status == 404
    assert (await far.do("/proposals/1", "answer", answer="x")).status == 404
    assert "等答复的建议" not in (await far.open("/")).text
