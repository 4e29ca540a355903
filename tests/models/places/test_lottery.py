"""The draw beyond its edge case: parties, categories, and when it is due."""

from datetime import timedelta

import pytest

from models import draws
from models.base import Refused


async def test_draw_fills_what_fits_in_the_order_drawn(desk, clock):
    at = clock() + timedelta(days=1)
    await desk.open(cap=3, party_max=2, policy="lottery", lottery_at=at)
    for name in "王李张":
        await desk.sign_up(name, party=2)
    await desk.sign_up("赵")
    clock.now = at

    async with desk.database.transaction() as session:
        assert [event.slug for event in await draws.due(session, now=clock())] == ["chess"]
    told = await desk.at(draws.draw)

    states = await desk.states()
    pairs = [name for name, _ in told if name != "赵"]
    assert states[pairs[0]] == "confirmed"
    assert [states[name] for name in pairs[1:]] == ["waiting", "waiting"]
    assert states["赵"] == "confirmed"
    async with desk.database.transaction() as session:
        assert await draws.due(session, now=clock()) == []


async def test_only_a_lottery_is_drawn(desk):
    await desk.open()
    with pytest.raises(Refused, match="no_draw"):
        await desk.at(draws.draw)

    await desk.open(slug="l", policy="lottery", lottery_at=None)
    with pytest.raises(Refused, match="too_early"):
        await desk.at(draws.draw)


def test_order_can_be_worked_out_again():
    assert draws.order("s", ["C001", "C002", "C003"]) == draws.order("s", ["C003", "C001", "C002"])
    assert {tuple(draws.order(str(n), ["a", "b"])) for n in range(50)} == {("a", "b"), ("b", "a")}
    assert not draws.proves("s", "x")


async def test_merge_moves_a_place_that_only_one_record_has(desk):
    await desk.open()
    await desk.sign_up("王二")
    await desk.member("王")

    assert await desk.merge("王", "王二") == [("王", "merged")]
    assert await desk.merge("王", "王二") == []
    assert await desk.states() == {"王": "confirmed"}


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        ("waiting", "confirmed", 2),
        ("cancelled", "waiting", 2),
        ("cancelled", "expired", 1),
        ("confirmed", "waiting", 1),
    ],
)
async def test_merge_keeps_what_is_worth_more(desk, first, second, stays):
    await desk.open(cap=2)
    await desk.all_sign_up("王", "王二")
    await desk.set(cap=0)
    await desk.put("王", state=first)
    await desk.put("王二", state=second, expiries=1)

    assert await desk.merge("王", "王二") == [("王", "merged")]

    assert await desk.states() == {"王": (first, second)[stays - 1]}
    assert (await desk.place("王")).number == stays
    assert (await desk.place("王")).expiries == 1
