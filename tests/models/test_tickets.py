"""Tickets and calendar files."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from models import agenda, members, postponement, signups, tickets
from models.messages import Address
from tests.models.places.desk import STARTS, Desk


def test_ticket_is_a_picture_of_its_own_digits():
    one, other = (tickets.picture(tickets.reference("chess", code)) for code in ("123456", "123457"))

    assert one.startswith(b"\x89PNG")
    assert one != other
    assert tickets.path(tickets.reference("chess", "123456")) == "/ticket/chess/123456.png"


def test_ticket_opens_the_door_page_where_there_is_one():
    reference = tickets.reference("chess", "123456")

    assert tickets.picture(reference, "https://chat.example.org") == tickets.png(
        "https://chat.example.org/checkin/at/chess/123456"
    )
    assert tickets.picture(reference) == tickets.png("gonghui:chess:123456")


@pytest.mark.parametrize(
    "said",
    ["gonghui:chess:12345", "gonghui:chess:1234567", "https://x/y/checkin/at/chess/123456", "123456", ""],
)
def test_what_is_no_ticket_is_not_scanned(said):
    assert tickets.scanned(said) is None
    assert tickets.scanned("gonghui:chess:123456") == ("chess", "123456")


@pytest.mark.parametrize(
    "said", ["ticket:chess:12345", "ticket:../x:123456", "ticket:chess:１２３４５６", "x"]
)
def test_what_is_no_ticket_has_no_picture(said):
    with pytest.raises(ValueError, match=said):
        tickets.picture(said)


@pytest.fixture
def desk(database, clock) -> Desk:
    return Desk(database, clock)


async def dates(desk, name) -> list[tuple]:
    async with desk.database.transaction() as session:
        member = await session.get_one(members.Member, desk.ids[name])
        body = await agenda.file(session, member, now=desk.clock())
    found = Calendar.from_ical(body).walk("VEVENT")
    return [(str(one["summary"]), str(one["location"]), one["dtstart"].dt) for one in found]


async def test_calendar_holds_the_places_one_has_and_follows_them(desk):
    await desk.open(cap=1, place="体育馆", address="演示路1号")
    await desk.all_sign_up("王", "李")
    assert await dates(desk, "王") == [("象棋", "演示路1号", STARTS)]
    assert await dates(desk, "李") == []

    await desk.at(postponement.move, STARTS + timedelta(days=1), None, by="staff")
    assert await dates(desk, "王") == [("象棋", "演示路1号", STARTS + timedelta(days=1))]
    await desk.at(postponement.call_off, by="staff", reason="下雨")
    assert await dates(desk, "王") == []


async def test_calendar_holds_all_days_of_a_series(desk):
    days = [STARTS, STARTS + timedelta(days=7)]
    await desk.open(cap=2, series=[day.isoformat() for day in days], ends=STARTS + timedelta(hours=3))
    await desk.all_sign_up("王")
    assert [when for _, _, when in await dates(desk, "王")] == days

    await desk.on(signups.cancel, "王")
    assert await dates(desk, "王") == []


async def test_address_of_the_dates_cannot_be_guessed(database, clock):
    async with database.transaction() as session:
        wang = await members.at_address(session, Address("web", "wang"), now=clock())
        li = await members.at_address(session, Address("web", "li"), now=clock())
        token = agenda.token(wang)

        assert await agenda.owner(session, token) is wang
        assert await agenda.owner(session, token.replace(f"{wang.id}-", f"{li.id}-")) is None
        assert await agenda.owner(session, "999999-" + token.partition("-")[2]) is None
        assert await agenda.owner(session, "x-y") is None
