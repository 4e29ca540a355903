"""Checking in, undoing it, and who did not come."""

from datetime import timedelta

import pytest

from models import attendance, signups
from models.base import Refused
from tests.models.places.desk import STARTS


async def test_place_is_found_by_number_and_by_code(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    code, event = (await desk.place("王")).code, await desk.event()

    for said in ("C001", " c001 ", "1", code):
        async with desk.database.transaction() as session:
            assert (await attendance.find(session, event, said)).member_id == desk.ids["王"]
    for said in ("C002", "王芳", "", "²", "9" * 12, "gonghui:chess:000000x"):
        assert await desk.ask(attendance.find, said) is None


async def test_place_is_found_by_a_scanned_ticket_and_by_digits_as_they_are_typed(desk):
    await desk.open(cap=1)
    await desk.sign_up("王")
    code, event = (await desk.place("王")).code, await desk.event()
    wide = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})

    for said in (
        f"gonghui:chess:{code}",
        f"https://chat.example.org/checkin/at/chess/{code}\n",
        f"{code[:3]} {code[3:]}",
        wide,
    ):
        async with desk.database.transaction() as session:
            assert (await attendance.find(session, event, said)).member_id == desk.ids["王"]


async def test_ticket_of_another_event_is_not_taken_for_ours(desk):
    await desk.open(cap=1)
    await desk.sign_up("王")
    code = (await desk.place("王")).code

    with pytest.raises(Refused, match="other_event"):
        await desk.ask(attendance.find, f"gonghui:go:{code}")
    assert (await desk.ask(attendance.find, f"gonghui:chess:{code}")).code == code


async def test_persons_are_counted_not_places(desk, clock):
    await desk.open(cap=10, party_max=3)
    assert await desk.ask(attendance.count) == (0, 0)
    await desk.sign_up("王", party=3)
    await desk.sign_up("李")
    await desk.sign_up("张")
    clock.now = STARTS

    await desk.on(signups.cancel, "张", by="刘", reason="来不了")
    await desk.on(attendance.check_in, "王", by="刘")

    assert await desk.ask(attendance.count) == (3, 4)


async def test_nobody_is_absent_while_a_series_goes_on(desk, clock):
    last = STARTS + timedelta(days=7)
    await desk.open(series=[STARTS.isoformat(), last.isoformat()])
    await desk.all_sign_up("王", "李")
    clock.now = STARTS
    await desk.on(attendance.check_in, "李", by="刘")

    clock.now = last + timedelta(hours=23)
    async with desk.database.transaction() as session:
        assert await attendance.mark_absent(session, now=clock()) == []
    clock.now = last + timedelta(hours=24)
    async with desk.database.transaction() as session:
        assert desk.told(await attendance.mark_absent(session, now=clock())) == [("王", "no_show")]


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
