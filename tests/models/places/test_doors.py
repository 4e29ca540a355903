"""The link to a door: ours, for one event, and over when the event is."""

from datetime import timedelta

from models import crypto, doors
from tests.models.places.desk import STARTS


async def look(desk, token):
    async with desk.database.transaction() as session:
        door = await doors.opened(session, token, now=desk.clock())
        return None if door is None else (door.event.slug, door.by)


async def test_link_opens_one_event_in_the_name_of_who_has_it_until_the_event_is_over(desk, clock):
    await desk.open()
    token = doors.token(await desk.event(), "刘", now=clock())

    assert await look(desk, token) == ("chess", "刘")
    clock.now = STARTS + timedelta(hours=6)
    assert await look(desk, token) == ("chess", "刘")
    clock.tick(1)
    assert await look(desk, token) is None


async def test_link_follows_an_event_that_moves(desk, clock):
    await desk.open()
    token = doors.token(await desk.event(), "刘", now=clock())
    await desk.publish(starts=STARTS + timedelta(days=7))

    clock.now = STARTS + timedelta(days=7)

    assert await look(desk, token) == ("chess", "刘")


async def test_link_to_an_event_without_a_date_ends_all_the_same(desk, clock):
    await desk.open(kind="club", starts=None)
    token = doors.token(await desk.event(), "刘", now=clock())

    clock.now += timedelta(days=90)
    assert await look(desk, token) == ("chess", "刘")
    clock.tick(1)
    assert await look(desk, token) is None


async def test_link_that_is_not_ours_opens_nothing(desk, clock):
    await desk.open()
    token = doors.token(await desk.event(), "刘", now=clock())
    foreign = crypto.seal(b"another purpose").encrypt(b'["chess", "x"]').decode()
    forged = f"{token[:40]}{'A' if token[40] != 'A' else 'B'}{token[41:]}"

    for said in ("", "x", "é", forged, foreign):
        assert await look(desk, said) is None
    assert await look(desk, token) == ("chess", "刘")


async def test_link_to_an_event_that_is_gone_opens_nothing(desk, clock):
    await desk.open()
    event = await desk.event()
    event.slug = "gone"

    assert await look(desk, doors.token(event, "刘", now=clock())) is None
