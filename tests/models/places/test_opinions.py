"""The question afterwards: once, the day after, to who was there, and not to who has other worries."""

import asyncio
from datetime import timedelta

import pytest

from models import attendance, handoffs, members, opinions
from models.base import Refused
from models.members import Member
from models.messages import Address
from models.opinions import Opinion
from tests.models.places.desk import STARTS

MORNING = STARTS.replace(hour=2) + timedelta(days=1)
"""The day after, at ten in Beijing."""


async def held(desk, *names, **event) -> None:
    """Hold the event; *names* were there, another had a place and was not."""
    await desk.open(**event)
    await desk.all_sign_up(*names, "absent")
    desk.clock.now = STARTS
    for name in names:
        await desk.on(attendance.check_in, name, by="刘")


async def ask(desk) -> list[str]:
    async with desk.database.transaction() as session:
        return [desk._name(place) for place in await opinions.ask(session, now=desk.clock())]


async def test_who_was_there_is_asked_once_the_day_after(desk, clock):
    await held(desk, "王", "李")

    assert await ask(desk) == []
    clock.now = MORNING - timedelta(seconds=1)
    assert await ask(desk) == []
    clock.now = MORNING
    assert await ask(desk) == ["王", "李"]
    assert await ask(desk) == []


async def test_many_are_asked_in_turns(desk, clock, monkeypatch):
    monkeypatch.setattr(opinions, "AT_ONCE", 2)
    await held(desk, "王", "李", "张")
    clock.now = MORNING

    assert [await ask(desk) for _ in range(3)] == [["王", "李"], ["张"], []]


@pytest.mark.parametrize(
    ("later", "asked"),
    [
        (timedelta(hours=11, minutes=29), ["王"]),
        (timedelta(hours=11, minutes=30), []),
        (timedelta(hours=22), []),
        (timedelta(days=2), ["王"]),
        (timedelta(days=3), []),
    ],
)
async def test_question_found_late_is_asked_by_day_and_not_after_three_days(desk, clock, later, asked):
    await held(desk, "王")

    clock.now = MORNING + later

    assert await ask(desk) == asked


async def test_series_is_asked_about_after_its_last_day(desk, clock):
    last = STARTS + timedelta(days=7)
    await held(desk, "王", series=[STARTS.isoformat(), last.isoformat()])

    clock.now = MORNING
    assert await ask(desk) == []
    clock.now = MORNING + timedelta(days=7)
    assert await ask(desk) == ["王"]


async def test_event_that_lasts_into_another_day_is_asked_about_after_its_end(desk, clock):
    await held(desk, "王", ends=STARTS + timedelta(days=1))

    clock.now = MORNING
    assert await ask(desk) == []
    clock.now = MORNING + timedelta(days=1)
    assert await ask(desk) == ["王"]


async def danger(desk, name, *, urgency="P0", closed=False) -> None:
    async with desk.database.transaction() as session:
        member = await session.get_one(Member, desk.ids[name])
        found = await handoffs.ask(
            session, member, Address("phone", name), urgency=urgency, promised=None, now=desk.clock()
        )
        if closed:
            handoffs.close(found, now=desk.clock())


async def test_who_was_in_danger_is_left_alone(desk, clock):
    await held(desk, "王", "李", "张")
    clock.now = MORNING - timedelta(hours=23)
    await danger(desk, "王")
    await danger(desk, "李", closed=True)
    await danger(desk, "张", urgency="P1")

    clock.now = MORNING
    assert await ask(desk) == ["张"]
    clock.now = MORNING + timedelta(hours=2)
    assert await ask(desk) == ["李"]
    clock.now = MORNING + timedelta(days=1)
    assert await ask(desk) == []


async def test_two_processes_ask_once(desk, clock):
    names = [f"m{number}" for number in range(20)]
    await held(desk, *names)
    clock.now = MORNING

    asked = await asyncio.gather(ask(desk), ask(desk))

    assert sorted(asked[0] + asked[1]) == sorted(names)


async def say(desk, rule, name, *words) -> None:
    async with desk.database.transaction() as session:
        await rule(session, await desk._place(session, name), *words, now=desk.clock())


async def kept(desk, name) -> tuple[str, str] | None:
    async with desk.database.transaction() as session:
        found = await session.get(Opinion, (await desk._place(session, name)).id)
        return (found.answer, found.words) if found else None


async def test_answer_and_words_are_kept_and_the_words_forgotten(desk, clock):
    await held(desk, "王", "李")
    clock.now = MORNING
    await ask(desk)
    for name in ("王", "李"):
        await say(desk, opinions.answer, name, "bad")
        await say(desk, opinions.answer, name, "good")
        await say(desk, opinions.add, name, "茶水很好")
    assert await kept(desk, "王") == ("good", "茶水很好")

    async with desk.database.transaction() as session:
        await opinions.forget(session, await session.get_one(members.Member, desk.ids["王"]))

    assert await kept(desk, "王") == ("good", "")
    assert await kept(desk, "李") == ("good", "茶水很好")


async def test_answer_that_nobody_asked_for_is_refused(desk, clock):
    await held(desk, "王")
    with pytest.raises(Refused, match="no_question"):
        await say(desk, opinions.answer, "王", "good")
    with pytest.raises(Refused, match="no_question"):
        await say(desk, opinions.add, "王", "茶水很好")
    clock.now = MORNING
    await ask(desk)
    with pytest.raises(Refused, match="no_question"):
        await say(desk, opinions.answer, "王", "wonderful")

    await say(desk, opinions.answer, "王", "fair")

    assert await kept(desk, "王") == ("fair", "")
