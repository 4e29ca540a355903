"""What is shown in public, and objections that lead somewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import objections, publicity
from models.base import Refused
from models.calendar import Days
from models.rights import Scope

EVERYWHERE = Scope(whole=True)
FAR = Scope(unions=frozenset({"别的工会"}))


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


async def object_to(desk, application, text="他没有毕业"):
    [line] = [
        one for one in await publicity.shown(desk.session, now=desk.clock()) if one.id == application.id
    ]
    return await publicity.object_to(desk.session, line.key, text, "", now=desk.clock())


async def settle(desk, objection, outcome, by="sun", reason="查过了"):
    return await publicity.settle(
        desk.session, objection, await desk.staff(by), outcome, reason, now=desk.clock()
    )


async def test_list_holds_what_is_shown_until_its_days_are_over(desk, clock):
    await desk.apply(who="a")
    found = await desk.shown(who="b")

    [line] = await publicity.shown(desk.session, now=clock())
    assert line[:5] == (found.id, "aid", "王芳（演示）", "", "2000")
    assert found.number not in line.key
    assert await publicity.line(desk.session, line.key, now=clock()) == line

    clock.now = found.due
    assert await publicity.shown(desk.session, now=clock()) == []
    with refused("objection_over"):
        await publicity.object_to(desk.session, line.key, "他没有毕业", "", now=clock())


async def test_objection_holds_the_approval_until_it_is_dismissed(desk, clock):
    found = await desk.shown()
    objection = await object_to(desk, found)
    assert await publicity.waiting(desk.session, EVERYWHERE) == 1
    clock.now = found.due
    with refused("apply_objection"):
        await desk.move(found, "approved", "zhao")

    await settle(desk, objection, "dismissed")

    assert (objection.state, objection.by, found.state) == ("dismissed", "sun", "publicity")
    assert await publicity.waiting(desk.session, EVERYWHERE) == 0
    await desk.move(found, "approved", "zhao")


@pytest.mark.parametrize(("outcome", "state"), [("back", "district_review"), ("rejected", "rejected")])
async def test_upheld_objection_leads_back_or_to_a_refusal(desk, outcome, state):
    found = await desk.shown()
    objection = await object_to(desk, found)

    await settle(desk, objection, outcome)

    assert (objection.state, found.state) == ("upheld", state)
    assert await publicity.shown(desk.session, now=desk.clock()) == []
    with refused("objection_settled"):
        await settle(desk, objection, "dismissed")


async def test_upheld_objection_of_this_list_keeps_it_from_being_approved(desk, clock):
    found = await desk.shown()
    objection = await object_to(desk, found)
    objections.settle(objection, upheld=True, reason="是", by="sun", now=clock())
    clock.now += timedelta(hours=1)
    other = await desk.shown(who="li")
    clock.now = max(found.due, other.due)

    await desk.move(other, "approved", "zhao")
    with refused("apply_objection"):
        await desk.move(found, "approved", "zhao")


async def test_list_that_comes_again_is_not_held_by_what_was_upheld_before(desk, clock):
    found = await desk.shown()
    await settle(desk, await object_to(desk, found), "back")
    clock.now += timedelta(hours=1)
    await desk.check(found)
    await desk.move(found, "publicity", "zhao")
    clock.now = found.due

    await desk.move(found, "approved", "zhao")


async def test_objection_to_what_was_withdrawn_is_settled_all_the_same(desk):
    found = await desk.shown()
    objection = await object_to(desk, found)
    await desk.own(found, "withdrawn")

    await settle(desk, objection, "rejected")

    assert (objection.state, found.state) == ("upheld", "withdrawn")


async def test_objection_is_settled_by_neither_who_checked_nor_a_relative(desk):
    found = await desk.shown(relatives="zhou（演示）")
    objection = await object_to(desk, found)

    with refused("objection_checker"):
        await settle(desk, objection, "dismissed", by="li")
    with refused("apply_relative"):
        await settle(desk, objection, "dismissed", by="zhou")
    with refused("apply_reason"):
        await settle(desk, objection, "dismissed", reason="")
    assert objection.state == "open"


async def test_objections_are_listed_by_state_within_the_scope(desk):
    found = await desk.shown()
    objection = await object_to(desk, found)

    [row] = await publicity.listed(desk.session, EVERYWHERE, "open", page=0)
    assert row[:2] == (objection.id, "open")
    assert row.number == found.number
    assert await publicity.listed(desk.session, EVERYWHERE, "open", page=1) == []
    assert await publicity.listed(desk.session, EVERYWHERE, "upheld", page=0) == []
    assert await publicity.listed(desk.session, FAR, "open", page=0) == []
    assert await publicity.one(desk.session, EVERYWHERE, objection.id) == (objection, found)
    assert await publicity.one(desk.session, FAR, objection.id) is None


async def test_list_is_not_shown_on_days_that_the_duty_list_has_free(desk, clock):
    clock.now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    found = await desk.apply()
    for step in ("union_check", "district_review"):
        await desk.move(found, step)
        await desk.check(found)
    days = Days(holidays=(date(2026, 11, 3), date(2026, 11, 4)), workdays=(date(2026, 11, 7),))
    await desk.move(found, "publicity", "zhao", days=days)

    # Monday; the 3rd and the 4th are free, Saturday the 7th is worked: 5, 6, 7, 9, 10
    assert found.due == datetime(2026, 11, 10, 16, tzinfo=UTC)
