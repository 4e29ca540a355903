"""Events published from plain data, again and again."""

from datetime import timedelta

import pytest

from models.base import Refused
from tests.models.places.desk import STARTS


async def test_publishing_again_changes_nothing(desk, clock):
    parts = {
        "categories": [{"name": "个人", "cap": 1}],
        "reservations": [{"union": "北冶", "seats": 1, "release_at": clock() + timedelta(days=1)}],
    }
    await desk.open(cap=2, **parts)
    await desk.sign_up("王", category="个人")
    clock.tick(24 * 3600)
    await desk.sweep()

    assert await desk.publish(starts=STARTS, cap=2, **parts) == []
    assert await desk.sign_up("李", category="个人") == [("李", "waiting")]


async def test_publishing_changes_goes_by_the_rules(desk):
    await desk.open(cap=1, categories=[{"name": "个人"}])
    for name in "王李":
        await desk.sign_up(name, category="个人")

    told = await desk.publish(
        title="象棋和围棋",
        starts=STARTS + timedelta(days=1),
        cap=2,
        categories=[{"name": "个人", "cap": 2, "open": False}, {"name": "团体"}],
        reservations=[{"union": "北冶", "seats": 1}],
    )

    assert told == [("王", "event_moved"), ("李", "event_moved"), ("李", "category_closed")]
    assert (await desk.event()).title == "象棋和围棋"
    assert await desk.sign_up("张", category="团体") == [("张", "waiting")]
    assert await desk.publish(starts=None, cap=2, reservations=[{"union": "北冶", "seats": 0}]) == [
        ("张", "offered")
    ]


async def test_policy_of_an_event_is_fixed(desk, clock):
    await desk.open(policy="lottery", lottery_at=clock())
    with pytest.raises(Refused, match="policy_fixed"):
        await desk.publish(policy="fcfs")
    with pytest.raises(Refused, match="policy_fixed"):
        await desk.publish(lottery_at=clock() + timedelta(days=1))

    assert await desk.publish(policy="lottery", lottery_at=clock(), title="新") == []


async def test_unknown_name_is_an_error(desk):
    with pytest.raises(KeyError, match="seed"):
        await desk.open(seed="mine")
