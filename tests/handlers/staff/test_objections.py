"""Objections in the console: found, read, settled by a colleague who has checked nothing of it."""

import asyncio

import pytest
from sqlalchemy import select

from models import publicity
from models.applications import Application
from models.outbox import Letter
from models.rights import Grant
from tests.models.applications.desk import Desk

NEUTRAL = "您有一条工会消息，点开查看。"


@pytest.fixture
async def objected(desks):
    """One objection to an application that li has checked; the application's id."""
    async with desks.database.transaction() as session:
        desk = Desk(session, desks.clock)
        found = await desk.shown()
        found.union = "北冶"
        await session.flush()
        [line] = await publicity.shown(session, now=desks.clock())
        await publicity.object_to(session, line.key, "他没有毕业", "13900000000", now=desks.clock())
        return found.id


async def state(office, number):
    async with office.database.transaction() as session:
        return (await session.get_one(Application, number)).state


async def letters(office):
    async with office.database.transaction() as session:
        rows = await session.scalars(select(Letter).where(Letter.address == "wang").order_by(Letter.id))
        return [row.message.text for row in rows]


async def test_objection_is_settled_with_its_reason(desks, objected):
    sun = await desks.enter("sun", "approver")

    home = await sun.open("/")
    listed = await sun.open("/objections")
    shown = await sun.open("/objections/1")
    after = await sun.follow("/objections/1", "settle", outcome="back", reason="毕业证没核对")

    assert "1 没定的异议 查清以前不能批" in home.text
    assert "X2026-0001 aid 北冶" in listed.text
    assert "他没有毕业" not in listed.text
    assert "他没有毕业" in shown.text
    assert "联系方式：13900000000" in shown.text
    assert "X2026-0001 的异议定了：成立，退回重新核对。 " in after.text
    assert "这里没有异议。" in after.text
    assert await state(desks, objected) == "district_review"
    assert await letters(desks) == [NEUTRAL]
    assert "成立的 毕业证没核对 sun" in (await sun.open("/objections/1")).text
    assert "X2026-0001" in (await sun.open("/objections?state=upheld")).text


async def test_who_checked_cannot_settle(desks, objected):
    li = await desks.enter("li", "caseworker")

    told = await li.do("/objections/1", "settle", outcome="dismissed", reason="没问题")

    assert told.status == 422
    assert "您核对过这份申请，请没核对过的同事来定。" in told.text
    assert "请选结论。" in (await li.do("/objections/1", "settle", outcome="x", reason="没问题")).text
    assert await state(desks, objected) == "publicity"


async def test_two_colleagues_at_once_settle_once(desks, objected):
    both = [await desks.enter(login, "approver") for login in ("sun", "wu")]

    sent = await asyncio.gather(
        *(
            desk.do("/objections/1", "settle", outcome=outcome, reason="查过了")
            for desk, outcome in zip(both, ("back", "rejected"), strict=True)
        )
    )

    assert sorted(answer.status for answer in sent) == [303, 422]


async def test_objections_of_others_are_not_seen(desks, objected):
    far = await desks.enter("far", Grant("approver", union="别的工会"))

    assert "这里没有异议。" in (await far.open("/objections")).text
    assert (await far.open("/objections/1")).status == 404
    assert (await far.do("/objections/1", "settle", outcome="back", reason="x")).status == 404


async def test_what_was_shown_long_enough_waits_for_a_person(desks, objected):
    sun = await desks.enter("sun", "approver")
    await sun.do("/objections/1", "settle", outcome="dismissed", reason="查过了")
    async with desks.database.transaction() as session:
        desks.clock.now = (await session.get_one(Application, objected)).due
    sun = await desks.enter("sun")

    assert await letters(desks) == []
    assert "1 等决定的申请" in (await sun.open("/")).text
    assert await state(desks, objected) == "publicity"
