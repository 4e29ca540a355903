"""When members and colleagues meet: what can be answered, called off and held."""

from datetime import timedelta

import pytest

from models import appointments, cases, members
from models.base import Refused
from models.cases import Case, Filed
from models.messages import Address

AT = Address("web", "wang")


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


@pytest.fixture
async def case(session, clock) -> Case:
    member = await members.at_address(session, AT, now=clock())
    told = Filed("wages", "P2", "王芳", "", "")
    return await cases.file(session, member, AT, told, promised=None, now=clock())


async def proposed(session, case, clock, *, days: float = 3):
    starts = clock() + timedelta(days=days)
    return await appointments.propose(session, case, "li", starts, "服务站", now=clock())


async def test_member_may_change_their_mind_until_it_begins(session, case, clock):
    met = await proposed(session, case, clock)

    for comes, state in ((True, "agreed"), (False, "declined"), (True, "agreed")):
        appointments.answer(met, comes=comes, now=clock())
        assert met.state == state

    clock.tick(3 * 24 * 3600)
    with pytest.raises(Refused, match="appointment_over"):
        appointments.answer(met, comes=True, now=clock())


async def test_meeting_that_is_off_is_off(session, case, clock):
    met = await proposed(session, case, clock)
    appointments.call_off(met)

    with pytest.raises(Refused, match="appointment_over"):
        appointments.answer(met, comes=True, now=clock())
    with pytest.raises(Refused, match="appointment_over"):
        appointments.hold(met, now=clock() + timedelta(days=4))
    assert met.state == "called_off"


async def test_nothing_is_proposed_once_the_case_is_over(session, case, clock):
    case.state = "closed"

    with pytest.raises(Refused, match="case_over"):
        await proposed(session, case, clock)


async def test_staff_may_move_the_days_of_work(session, case, clock):
    met = await proposed(session, case, clock)  # on Friday
    thursday, wednesday = (clock() + timedelta(days=2)).date(), (clock() + timedelta(days=1)).date()
    clock.tick(24 * 3600)

    assert await appointments.due(session, now=clock()) == []
    assert await appointments.due(session, holidays=(thursday,), now=clock()) == [(met, case)]
    assert wednesday == clock().date()


async def test_what_was_proposed_after_its_reminder_was_due_has_none(session, case, clock):
    await proposed(session, case, clock, days=0.5)

    assert await appointments.due(session, now=clock() + timedelta(hours=1)) == []
