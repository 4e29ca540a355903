"""A pair holds nothing until the partner agrees; nobody is in two."""

from datetime import timedelta

import pytest

from models import pairs, signups
from models.base import Refused
from models.events import Event
from models.members import Member
from models.pairs import Pair
from models.signups import Wish

SAID = {"name": "王芳（演示）", "phone": "13800000001"}


async def ask(desk, name) -> str:
    async with desk.database.transaction() as session:
        event = await session.get_one(Event, desk.event_id)
        one = await session.get_one(Member, desk.ids[name])
        _, code = await pairs.ask(session, event, one, {**SAID, "name": name}, now=desk.clock())
        return code


async def answer(desk, code, name, *, yes=True):
    async with desk.database.transaction() as session:
        event = await session.get_one(Event, desk.event_id)
        pair = await pairs.find(session, event, code, now=desk.clock())
        partner = await session.get_one(Member, desk.ids[name])
        if not yes:
            await pairs.refuse(session, pair, partner, now=desk.clock())
            return []
        wish = Wish(member_id=pair.member_id, channel="pair", party=2, **pair.wish)
        return desk.told(await pairs.agree(session, pair, partner, wish, now=desk.clock()))


@pytest.fixture
async def table(desk):
    """Six players at an event for pairs."""
    await desk.open(cap=4, party_max=2, closes=desk.clock() + timedelta(days=5))
    for name in ("王", "李", "张", "赵", "孙", "周"):
        await desk.member(name)
    return desk


async def test_pair_has_one_place_for_two_once_the_partner_agrees(table):
    code = await ask(table, "王")
    assert await table.states() == {}

    assert await answer(table, code, "李") == [("王", "confirmed")]

    place = await table.place("王")
    async with table.database.transaction() as session:
        partner = await pairs.partner(session, place)
        li = await session.get_one(Member, table.ids["李"])
        wang = await session.get_one(Member, table.ids["王"])
        assert partner is li
        assert [found.id for found, _ in await pairs.of(session, li)] == [place.id]
        assert await pairs.of(session, wang) == []
    assert place.party == 2


async def test_nobody_is_in_two_pairs(table):
    first, second = await ask(table, "王"), await ask(table, "张")
    await answer(table, first, "李")

    with pytest.raises(Refused, match="paired"):
        await answer(table, second, "李")
    for name in ("王", "李"):
        with pytest.raises(Refused, match="paired"):
            await ask(table, name)
    assert await answer(table, second, "赵") == [("张", "confirmed")]


async def test_who_comes_back_with_another_partner_has_left_the_first(table):
    await answer(table, await ask(table, "王"), "李")
    await table.on(signups.cancel, "王")
    await answer(table, await ask(table, "王"), "张")

    place = await table.place("王")
    async with table.database.transaction() as session:
        assert (await pairs.partner(session, place)).id == table.ids["张"]
        assert await pairs.of(session, await session.get_one(Member, table.ids["李"])) == []
    assert await answer(table, await ask(table, "李"), "赵") == [("李", "confirmed")]


async def test_third_pair_waits(table):
    codes = [await ask(table, name) for name in ("王", "张", "孙")]

    told = [await answer(table, code, name) for code, name in zip(codes, ("李", "赵", "周"), strict=True)]

    assert told == [[("王", "confirmed")], [("张", "confirmed")], [("孙", "waiting")]]


async def test_nobody_is_their_own_partner(table):
    with pytest.raises(Refused, match="pair_self"):
        await answer(table, await ask(table, "王"), "王")


@pytest.mark.parametrize("late", [timedelta(days=1), timedelta(days=9)])
async def test_question_lapses_after_a_day(table, late):
    code = await ask(table, "王")
    table.clock.now += late

    with pytest.raises(Refused, match="pair_unknown"):
        await answer(table, code, "李")
    async with table.database.transaction() as session:
        assert [pair.member_id for pair in await pairs.lapse(session, now=table.clock())] == [table.ids["王"]]
        assert await pairs.lapse(session, now=table.clock()) == []


async def test_refused_question_and_an_older_one_lead_nowhere(table):
    first = await ask(table, "王")
    second = await ask(table, "王")
    with pytest.raises(Refused, match="pair_unknown"):
        await answer(table, first, "李")
    await answer(table, second, "李", yes=False)

    with pytest.raises(Refused, match="pair_unknown"):
        await answer(table, second, "李")


async def test_late_press_on_an_answered_question_changes_nothing(table):
    code = await ask(table, "王")
    async with table.database.transaction() as session:
        event = await session.get_one(Event, table.event_id)
        pair = await pairs.find(session, event, code, now=table.clock())
    await answer(table, code, "李", yes=False)

    async with table.database.transaction() as session:
        pair = await session.get_one(Pair, pair.id)
        partner = await session.get_one(Member, table.ids["张"])
        await pairs.refuse(session, pair, partner, now=table.clock())
        assert pair.partner_id == table.ids["李"]
        wish = Wish(member_id=pair.member_id, channel="pair", party=2)
        with pytest.raises(Refused, match="pair_unknown"):
            await pairs.agree(session, pair, partner, wish, now=table.clock())


async def test_code_that_is_out_is_not_given_twice(table, monkeypatch):
    numbers = iter([7, 7, 8])
    monkeypatch.setattr(pairs.secrets, "randbelow", lambda _: next(numbers))

    assert [await ask(table, "王"), await ask(table, "张")] == ["000007", "000008"]


async def test_closed_event_takes_no_pair(table):
    table.clock.now += timedelta(days=6)

    with pytest.raises(Refused, match="closed"):
        await ask(table, "王")


async def test_question_never_outlives_the_closing(table):
    table.clock.now += timedelta(days=4, hours=20)
    await ask(table, "王")

    async with table.database.transaction() as session:
        [pair] = await pairs.lapse(session, now=table.clock() + timedelta(hours=5))
        assert pair.asker == "王"


async def test_pairs_go_along_when_two_records_become_one(table):
    await answer(table, await ask(table, "王"), "李")
    async with table.database.transaction() as session:
        keep = await session.get_one(Member, table.ids["周"])
        other = await session.get_one(Member, table.ids["李"])
        await pairs._move(session, keep, other, table.clock())

    place = await table.place("王")
    async with table.database.transaction() as session:
        assert (await pairs.partner(session, place)).id == table.ids["周"]
