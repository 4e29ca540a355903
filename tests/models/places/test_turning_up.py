"""Checking in, undoing it, and who did not come."""

from datetime import timedelta

import pytest

from models import attendance
from models.base import Refused
from tests.models.places.desk import STARTS


async def test_place_is_found_by_number_and_by_code(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    code, event = (await desk.place("王")).code, await desk.event()

    for said in ("C001", " c001 ", "1", code):
        async with desk.database.transaction() as session:
            assert (await attendance.find(session, event, said)).member_id == desk.ids["王"]
    for said in ("C002", "王芳", "", "²"):
        assert await desk.ask(attendance.find, said) is None


async def test_door_opens_at_its_time_and_check_in_is_undone_within_ten_minutes(desk, clock):
    await desk.open()
    await desk.sign_up("王")
    clock.now = STARTS - timedelta(hours=2, seconds=1)
    with pytest.raises(Refused, match="not_yet"):
        await desk.on(attendance.check_in, "王", by="刘")
    clock.tick(1)
    assert await desk.on(attendance.check_in, "王", by="刘") == [("王", "attended")]

    clock.tick(600)
    assert await desk.on(attendance.undo, "王", by="刘") == [("王", "undone")]
    await desk.on(attendance.check_in, "王", by="刘")
    clock.tick(601)
    with pytest.raises(Refused, match="too_late"):
        await desk.on(attendance.undo, "王", by="刘")


async def test_club_without_a_date_always_checks_in(desk):
    await desk.open(kind="club", starts=None)
    await desk.sign_up("王")

    assert await desk.on(attendance.check_in, "王", by="刘") == [("王", "attended")]


@pytest.mark.parametrize(
    ("ends", "hours", "used", "expected"),
    [
        (None, 24, True, "no_show"),
        (None, 23.9, True, "confirmed"),
        (STARTS + timedelta(hours=3), 26.9, True, "confirmed"),
        (STARTS + timedelta(hours=3), 27, True, "no_show"),
        (None, 24, False, "confirmed"),
    ],
)
async def test_absence_is_noted_a_day_after_and_only_when_check_in_was_used(
    desk, clock, ends, hours, used, expected
):
    await desk.open(ends=ends)
    await desk.all_sign_up("王", "李")
    clock.now = STARTS
    if used:
        await desk.on(attendance.check_in, "李", by="刘")
    clock.now = STARTS + timedelta(hours=hours)

    async with desk.database.transaction() as session:
        told = desk.told(await attendance.mark_absent(session, now=clock()))

    assert told == ([("王", "no_show")] if expected == "no_show" else [])
    assert await desk.states() == {"王": expected, "李": "attended" if used else "confirmed"}
    async with desk.database.transaction() as session:
        assert await attendance.mark_absent(session, now=clock()) == []
