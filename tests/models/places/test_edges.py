"""The fourteen edge cases of sign-ups, one test each."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models import allotment, draws, offers, places, postponement, seats, signups
from models.base import Refused
from models.places import Place
from tests.models.places.desk import STARTS


async def test_1_cap_lowered_below_held_removes_nobody(desk):
    await desk.open(cap=3)
    await desk.all_sign_up("王", "李", "张", "赵", "钱")
    await desk.on(signups.cancel, "王")
    assert (await desk.states())["赵"] == "offered"

    assert await desk.at(allotment.change_cap, 1) == []

    assert (await desk.ask(seats.count)).free == 0
    assert await desk.ask(allotment.surplus) == ["赵", "张"]
    assert await desk.on(offers.confirm, "赵") == [("赵", "confirmed")]
    assert await desk.on(signups.cancel, "张") == [("张", "cancelled")]
    assert await desk.on(signups.cancel, "赵") == [("赵", "cancelled")]
    assert await desk.on(signups.cancel, "李") == [("李", "cancelled"), ("钱", "offered")]


async def test_2_cap_raised_by_k_makes_up_to_k_offers(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李", "张", "赵")

    assert await desk.at(allotment.change_cap, 3) == [("李", "offered"), ("张", "offered")]
    assert await desk.at(allotment.change_cap, 9) == [("赵", "offered")]


async def test_3_cancelled_place_goes_to_the_first_who_waits_not_to_a_newcomer(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")

    assert await desk.on(signups.cancel, "王") == [("王", "cancelled"), ("李", "offered")]
    assert await desk.sign_up("张") == [("张", "waiting")]
    assert await desk.sign_up("王") == [("王", "waiting")]


async def test_4_reserved_seats_are_released_in_time_and_never_exceed_the_cap(desk, clock):
    release = clock() + timedelta(days=1)
    await desk.open(cap=3, reservations=[{"union": "北冶", "seats": 2, "release_at": release}])
    assert await desk.sign_up("王") == [("王", "confirmed")]
    assert await desk.sign_up("李") == [("李", "waiting")]
    assert (await desk.ask(seats.count)).free == 0
    assert await desk.sign_up("张", union="北冶") == [("张", "offered")]
    assert await desk.on(signups.cancel, "张") == [("张", "declined")]

    clock.tick(24 * 3600)
    assert await desk.sweep() == [("李", "offered")]
    assert await desk.sweep() == []

    assert await desk.at(allotment.reserve, "佳讯", 3, release_at=None) == []
    assert await desk.sign_up("赵") == [("赵", "waiting")]
    assert await desk.at(allotment.drop_reservation, "佳讯") == [("赵", "offered")]
    assert await desk.sign_up("钱") == [("钱", "waiting")]
    assert (await desk.ask(seats.count)).held == 3


async def test_5_priority_is_changed_by_staff_with_a_reason_that_is_kept(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李", "张")
    with pytest.raises(Refused, match="reason_missing"):
        await desk.on(allotment.change_priority, "张", 5, by="刘", reason="")

    assert await desk.on(allotment.change_priority, "张", 5, by="刘", reason="带队") == [("张", "moved")]

    assert (await desk.place("张")).moved_by_staff
    assert (await desk.history("张"))[-1] == ("刘", "priority", "0", "5", "带队")
    assert await desk.standing("张") == places.Standing(1, 0, category_closed=False)
    assert await desk.standing("李") == places.Standing(2, 0, category_closed=False)
    assert await desk.on(signups.cancel, "王") == [("王", "cancelled"), ("张", "offered")]


async def test_6_offers_shorten_near_the_start_and_end_with_closes_offer(desk, clock):
    await desk.open(
        cap=1, starts=clock() + timedelta(hours=4), closes_offer=clock() + timedelta(hours=3, minutes=30)
    )
    await desk.all_sign_up("王", "李", "张", "赵")
    start = (await desk.event()).starts
    await desk.on(signups.cancel, "王")
    assert (await desk.place("李")).offered_until == clock() + (start - clock()) / 4

    clock.tick(3 * 3600)
    assert await desk.sweep() == [("李", "lapsed"), ("张", "offered")]
    assert (await desk.place("张")).offered_until == clock() + timedelta(minutes=20)

    clock.tick(1800)
    assert await desk.on(offers.decline, "张") == [("张", "lapsed")]
    assert await desk.sweep() == []
    assert await desk.on(offers.by_hand, "赵", "刘") == [("赵", "offered")]


async def test_7_offer_made_at_night_starts_its_clock_on_a_working_morning(desk, clock):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    clock.now = datetime(2026, 11, 13, 15, tzinfo=UTC)  # Friday, 23:00 in Beijing

    await desk.on(signups.cancel, "王")

    assert (await desk.place("李")).offered_until == datetime(2026, 11, 17, 1, tzinfo=UTC)


async def test_8_closed_category_tells_who_waits_and_staff_may_move_them(desk):
    await desk.open(
        cap=4, categories=[{"name": "个人", "cap": 1}, {"name": "团体", "cap": 1}, {"name": "观摩"}]
    )
    await desk.sign_up("王", category="个人")
    await desk.sign_up("李", category="个人")

    close = {"is_open": False, "by": "刘"}
    assert await desk.at(allotment.set_category_open, "个人", **close) == [("李", "category_closed")]
    assert await desk.at(allotment.set_category_open, "个人", **close) == []

    assert await desk.on(signups.cancel, "王") == [("王", "cancelled")]
    assert (await desk.standing("李")).category_closed
    with pytest.raises(Refused, match="category_closed"):
        await desk.sign_up("张", category="个人")
    assert (await desk.history("李"))[-1] == ("刘", "category", "open", "closed", "")
    moved = await desk.on(allotment.move_category, "李", "团体", by="刘", reason="组别停办")
    assert moved == [("李", "moved"), ("李", "offered")]
    assert (await desk.place("李")).moved_by_staff


async def test_9_moved_event_asks_who_is_confirmed_and_called_off_tells_all_once(desk):
    await desk.open(cap=3)
    await desk.all_sign_up("王", "李", "张", "赵", "钱")
    await desk.on(signups.cancel, "张")
    later = STARTS + timedelta(days=7)

    told = await desk.at(postponement.move, later, by="刘")
    assert told == [
        ("王", "event_moved"),
        ("李", "event_moved"),
        ("赵", "event_moved"),
        ("钱", "event_moved"),
    ]
    assert await desk.at(postponement.move, later, by="刘") == []
    assert await desk.ask(postponement.unanswered) == ["王", "李"]
    assert await desk.on(postponement.answer, "王", comes=True) == [("王", "coming")]
    assert await desk.on(postponement.answer, "王", comes=True) == [("王", "coming")]
    assert await desk.ask(postponement.unanswered) == ["李"]
    assert (await desk.states())["李"] == "confirmed"
    assert await desk.on(postponement.answer, "王", comes=False) == [("王", "cancelled"), ("钱", "offered")]

    told = await desk.at(postponement.call_off, by="刘", reason="场地停电")
    assert told == [("李", "called_off"), ("赵", "called_off"), ("钱", "called_off")]
    assert await desk.at(postponement.call_off, by="刘", reason="场地停电") == []
    assert set((await desk.states()).values()) == {"cancelled"}


async def test_10_overdue_offer_lapses_by_a_query_and_at_every_read(desk, clock):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李", "张", "赵")
    await desk.on(signups.cancel, "王")
    clock.now = (await desk.place("李")).offered_until
    assert await desk.sweep() == []

    clock.tick(1)
    assert await desk.on(offers.confirm, "李") == [("李", "lapsed"), ("张", "offered")]
    assert await desk.on(offers.confirm, "李") == [("李", "lapsed")]
    clock.now = (await desk.place("张")).offered_until + timedelta(seconds=1)
    assert await desk.sweep() == [("张", "lapsed"), ("赵", "offered")]
    assert await desk.sweep() == []


async def test_11_same_person_from_two_channels_has_one_place(desk):
    await desk.open(cap=9)
    wang = {"name": "王 芳", "phone": "138 0000 0000"}
    await desk.sign_up("王", **wang)

    assert await desk.sign_up("王", channel="telegram", **wang) == [("王", "already")]
    with pytest.raises(Refused, match="same_person"):
        await desk.sign_up("王二", channel="wechat", name="王芳", phone="+86-13800000000")
    assert await desk.sign_up("李", name="李芳", phone="13800000000") == [("李", "confirmed")]
    await desk.on(signups.cancel, "王")
    assert await desk.sign_up("王二", channel="wechat", **wang) == [("王二", "confirmed")]
    with pytest.raises(Refused, match="same_person"):
        await desk.sign_up("王", **wang)

    await desk.open(slug="members", cap=9, requires_member=True)
    with pytest.raises(Refused, match="members_only"):
        await desk.sign_up("王", **wang)
    assert await desk.sign_up("王", verified=True, **wang) == [("王", "confirmed")]


async def test_12_sign_up_delivered_twice_or_late_makes_one_place(desk, clock):
    await desk.open(cap=9, closes=clock() + timedelta(hours=1))
    assert await desk.sign_up("王") == [("王", "confirmed")]

    clock.tick(7200)
    assert await desk.sign_up("王") == [("王", "already")]
    with pytest.raises(Refused, match="closed"):
        await desk.sign_up("李")

    async with desk.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Place)) == 1
    with pytest.raises(IntegrityError):
        async with desk.database.transaction() as session:
            twin = Place(
                event_id=desk.event_id,
                member_id=desk.ids["王"],
                state="waiting",
                since=clock(),
                joined_at=clock(),
            )
            session.add(twin)


async def test_13_merged_members_keep_the_earlier_place_and_free_the_other(desk):
    await desk.open(cap=2)
    await desk.all_sign_up("王", "王二", "李")

    assert await desk.merge("王二", "王") == [("王二", "merged"), ("李", "offered")]

    assert await desk.states() == {"王二": "confirmed", "李": "offered"}
    assert (await desk.place("王二")).number == 1
    assert [line[1:] for line in await desk.history("王二")] == [
        ("state", "", "confirmed", ""),
        ("state", "", "confirmed", ""),
        ("state", "confirmed", "cancelled", "merged"),
        ("member", str(desk.ids["王"]), str(desk.ids["王二"]), ""),
    ]


async def test_14_lottery_keeps_its_seed_from_before_and_losers_wait_in_draw_order(desk, clock):
    await desk.open(cap=2, policy="lottery", lottery_at=clock() + timedelta(days=1))
    names = ["王", "李", "张", "赵", "钱"]
    assert await desk.all_sign_up(*names) == ["pending"] * 5
    before = await desk.ask(draws.result)
    assert (before.seed, before.order) == ("", ())
    with pytest.raises(Refused, match="too_early"):
        await desk.at(draws.draw)
    clock.tick(24 * 3600)
    with pytest.raises(Refused, match="closed"):
        await desk.sign_up("孙")

    told = await desk.at(draws.draw)

    shown = await desk.ask(draws.result)
    assert draws.proves(shown.seed, before.seed_hash)
    assert list(shown.order) == draws.order(shown.seed, [f"C00{n}" for n in range(1, 6)])
    drawn = [names[int(number[1:]) - 1] for number in shown.order]
    assert told == list(zip(drawn, ["confirmed"] * 2 + ["waiting"] * 3, strict=True))
    assert await desk.at(draws.draw) == []
    assert await desk.sign_up("孙") == [("孙", "waiting")]
    assert await desk.at(allotment.change_cap, 9) == [(name, "offered") for name in (*drawn[2:], "孙")]
