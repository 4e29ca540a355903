"""What is done about a notice that has left, at its edges."""

import pytest

from models import corrections, notices
from models.base import Refused
from models.notices import Notice
from tests.models.notices import ring


async def town(database, clock, number: int = 2) -> None:
    async with database.transaction() as session:
        await ring.settle_in(session, number, now=clock())


async def refused(database, act) -> str:
    """Return why *act* is refused."""
    with pytest.raises(Refused) as told:
        async with database.transaction() as session:
            await act(session)
    return told.value.reason


async def test_notice_that_has_not_begun_needs_no_correction(database, clock):
    async with database.transaction() as session:
        number = (await ring.drafted(session, ring.plan(), now=clock())).id

    def correct(session):
        return corrections.correct(session, number, "后天", "li", now=clock())

    assert await refused(database, correct) == "notice_state"


async def test_cancelled_notice_is_put_right_for_who_got_it(database, clock):
    await town(database, clock)
    number = await ring.sent_off(database, clock, ring.plan())
    await ring.deliver(database, clock, most=1)
    async with database.transaction() as session:
        await notices.cancel(session, number, "li", reason="错了", now=clock())
    async with database.transaction() as session:
        right = await corrections.correct(session, number, "后天", "li", now=clock())
    await ring.expand(database, clock)

    assert [letter.message.text for letter in await ring.deliver(database, clock)] == ["后天", "后天"]
    assert await ring.states(database, right.id) == {"sent": 2}


async def test_correction_at_night_waits_for_the_morning_unless_it_is_urgent(database, clock):
    await town(database, clock)
    news = await ring.sent_off(database, clock, ring.plan())
    urgent = await ring.sent_off(database, clock, ring.plan(kind="urgent"))
    await ring.deliver(database, clock)
    clock.tick(12 * 3600)  # 22:00
    async with database.transaction() as session:
        later = await corrections.correct(session, news, "后天", "li", now=clock())
        at_once = await corrections.correct(session, urgent, "后天", "li", now=clock())

    assert (later.kind, (later.send_at - clock()).total_seconds()) == ("service", 10.5 * 3600)
    assert (at_once.kind, at_once.send_at) == ("urgent", clock())


async def test_failed_letters_are_tried_again_while_there_is_time(database, clock):
    await town(database, clock)
    number = await ring.sent_off(database, clock, ring.plan(valid_hours=1))

    def again(session):
        return corrections.again(session, number, "li", now=clock())

    async with database.transaction() as session:
        assert await again(session) == 0
    await ring.deliver(database, clock, state="failed")
    await ring.watch(database, clock)
    assert await ring.state(database, number) == "done"
    async with database.transaction() as session:
        assert await again(session) == 2
    assert await ring.state(database, number) == "running"
    await ring.deliver(database, clock)
    assert await ring.states(database, number) == {"sent": 2}

    clock.tick(3601)
    assert await refused(database, again) == "notice_past"
    async with database.transaction() as session:
        (await session.get_one(Notice, number)).state = notices.CANCELLED
    assert await refused(database, again) == "notice_state"
