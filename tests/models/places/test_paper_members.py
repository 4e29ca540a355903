"""Sign-ups on paper of people who were here before, and offers to people who cannot be called, or no more."""

from datetime import timedelta

import pytest

from models import signups
from models.members import Member
from tests.models.places.test_paper import LI, act, sign_up, told_by_phone, waiting


async def test_who_cancelled_and_comes_back_is_the_same_member_with_the_same_row(desk):
    await desk.open(cap=2)
    await sign_up(desk, LI)
    first = await desk.place(LI.name)
    await act(desk, LI, "cancel")

    assert await sign_up(desk, LI) == "confirmed"

    place = await desk.place(LI.name)
    assert (place.id, place.attempt) == (first.id, 2)


@pytest.mark.parametrize(("left", "told"), [(False, "already"), (True, "confirmed")])
async def test_who_is_or_was_in_under_an_older_record_keeps_it(desk, left, told):
    await desk.open(cap=2)
    await desk.sign_up("page", name=LI.name, phone=LI.phone)
    if left:
        await desk.on(signups.cancel, "page")
    chess = desk.event_id
    await desk.open(slug="go", cap=2)
    await desk.sign_up("telegram", name=LI.name, phone=LI.phone)
    desk.event_id = chess

    assert await sign_up(desk, LI) == told

    assert desk.ids[LI.name] == desk.ids["page"]


async def test_who_is_in_goes_before_a_later_record_of_theirs_that_cancelled(desk):
    await desk.open(cap=2)
    for name in ("page", "telegram"):
        await desk.sign_up(name, name=LI.name, phone=LI.phone)
        await desk.on(signups.cancel, name)
    await desk.sign_up("page", name=LI.name, phone=LI.phone)

    assert await sign_up(desk, LI) == "already"

    assert desk.ids[LI.name] == desk.ids["page"]


async def test_offer_to_whom_nobody_can_call_runs_at_once(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王")
    await sign_up(desk, LI)
    async with desk.database.transaction() as session:
        (await session.get_one(Member, desk.ids[LI.name])).phone = None

    await desk.on(signups.cancel, "王")

    assert (await desk.place(LI.name)).offered_until is not None


async def test_nobody_is_called_about_an_offer_of_an_event_that_is_over(desk):
    await desk.open(cap=1, starts=desk.clock() + timedelta(days=9))
    await desk.all_sign_up("王")
    await sign_up(desk, LI)
    await desk.on(signups.cancel, "王")
    await told_by_phone(desk, LI)
    desk.clock.tick(timedelta(days=9, hours=5).total_seconds())
    assert [call.name for call in await waiting(desk)] == [LI.name]

    desk.clock.tick(timedelta(hours=2).total_seconds())

    assert await waiting(desk) == []
