"""Who may sign up, wait, give back and be offered a place: every guard said no to once."""

from datetime import UTC, datetime, timedelta

import pytest

from models import allotment, events, offers, places, postponement, seats, signups
from models.base import Refused
from models.members import Member
from tests.models.places.desk import STARTS


@pytest.mark.parametrize(
    ("event", "wish", "reason"),
    [
        ({"opens": STARTS - timedelta(days=1)}, {}, "not_open"),
        ({"closes": STARTS - timedelta(days=60)}, {}, "closed"),
        ({"requires_member": True}, {}, "members_only"),
        ({"union": "北冶"}, {"union": "佳讯"}, "other_union"),
        ({"area": "花园路"}, {"area": "中关村"}, "other_area"),
        ({"party_max": 3}, {"party": 4}, "party"),
        ({"party_max": 3}, {"party": 0}, "party"),
        ({}, {"category": "个人"}, "no_category"),
        ({"categories": [{"name": "个人"}]}, {}, "no_category"),
        ({"categories": [{"name": "个人"}]}, {"category": "团体"}, "no_category"),
        ({"categories": [{"name": "个人", "open": False}]}, {"category": "个人"}, "category_closed"),
        ({"cap": 0, "list_open": False}, {}, "full"),
    ],
)
async def test_sign_up_is_refused(desk, event, wish, reason):
    await desk.open(**event)

    with pytest.raises(Refused, match=f"^{reason}$"):
        await desk.sign_up("王", **wish)

    assert await desk.states() == {}


@pytest.mark.parametrize(
    ("event", "wish"),
    [
        ({"opens": datetime(2026, 11, 10, 2, tzinfo=UTC)}, {}),
        ({"requires_member": True}, {"verified": True}),
        ({"union": "北冶"}, {"union": "北冶"}),
        ({"area": "花园路"}, {"area": "花园路"}),
        ({"party_max": 3, "cap": 3}, {"party": 3}),
        ({"categories": [{"name": "个人"}]}, {"category": "个人"}),
    ],
)
async def test_sign_up_is_taken_by_one_who_may(desk, event, wish):
    await desk.open(**event)

    assert await desk.sign_up("王", **wish) == [("王", "confirmed")]


async def test_event_called_off_refuses_and_offers_nothing(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    await desk.at(postponement.call_off, by="刘", reason="停电")

    for act in (
        desk.sign_up("张"),
        desk.on(offers.confirm, "李"),
        desk.at(postponement.move, STARTS, STARTS, by="刘"),
    ):
        with pytest.raises(Refused, match="called_off"):
            await act
    with pytest.raises(Refused, match="reason_missing"):
        await desk.at(postponement.call_off, by="刘", reason="")
    assert await desk.at(allotment.change_cap, 5) == []
    assert await desk.ask(lambda session, event: events.open_now(session, now=desk.clock())) == []


async def test_party_must_fit_whole(desk):
    await desk.open(cap=3, party_max=3)
    assert await desk.sign_up("王", party=2) == [("王", "confirmed")]

    assert await desk.sign_up("李", party=2) == [("李", "waiting")]
    assert (await desk.ask(seats.count)).held == 2


async def test_one_who_does_not_fit_is_passed_over_three_times_and_then_kept_for(desk):
    await desk.open(cap=6, party_max=3)
    await desk.all_sign_up(*(holders := [f"h{n}" for n in range(6)]))
    await desk.sign_up("王", party=3)
    await desk.all_sign_up("a", "b", "c", "d", "e")

    for passes, (holder, next_one) in enumerate(zip(holders, "abc", strict=False), 1):
        assert await desk.on(signups.cancel, holder) == [(holder, "cancelled"), (next_one, "offered")]
        assert (await desk.place("王")).passes == passes
    assert await desk.ask(allotment.stuck) == ["王"]
    assert await desk.on(signups.cancel, "h3") == [("h3", "cancelled")]
    assert await desk.on(signups.cancel, "h4") == [("h4", "cancelled")]
    assert await desk.on(signups.cancel, "h5") == [("h5", "cancelled"), ("王", "offered")]
    assert await desk.ask(allotment.stuck) == []


async def test_staff_free_the_line_behind_one_who_is_kept_for(desk):
    await desk.open(cap=1, party_max=3)
    await desk.all_sign_up("h")
    await desk.sign_up("王", party=2)
    await desk.all_sign_up("a")
    await desk.set(cap=2)
    await desk.put("王", passes=3)
    assert await desk.sweep() == []
    assert await desk.at(allotment.change_cap, 2) == []

    told = await desk.on(allotment.change_priority, "王", -1, by="刘", reason="三人难排")

    assert told == [("王", "moved"), ("a", "offered")]


async def test_full_category_holds_up_nobody_else(desk):
    await desk.open(cap=5, categories=[{"name": "个人", "cap": 1}, {"name": "团体", "cap": 2}], party_max=2)
    await desk.sign_up("王", category="个人")
    await desk.sign_up("李", category="个人")
    assert await desk.sign_up("张", category="团体", party=2) == [("张", "offered")]
    assert await desk.sign_up("赵", category="团体") == [("赵", "waiting")]

    assert (await desk.place("李")).passes == 0
    assert await desk.at(allotment.change_cap, 3, category="团体") == [("赵", "offered")]
    with pytest.raises(Refused, match="no_category"):
        await desk.at(allotment.change_cap, 3, category="少年")


async def test_surplus_of_a_category_is_told(desk):
    await desk.open(categories=[{"name": "个人", "cap": 3}, {"name": "团体"}])
    for name, category in (("王", "个人"), ("李", "个人"), ("张", "团体")):
        await desk.sign_up(name, category=category)

    assert await desk.at(allotment.change_cap, 1, category="个人") == []

    assert await desk.ask(allotment.surplus) == ["李"]


async def test_reopened_category_is_offered_again(desk):
    await desk.open(cap=5, categories=[{"name": "个人", "cap": 1}])
    await desk.sign_up("王", category="个人")
    await desk.sign_up("李", category="个人")
    await desk.at(allotment.set_category_open, "个人", is_open=False, by="刘")
    await desk.on(signups.cancel, "王")

    told = await desk.at(allotment.set_category_open, "个人", is_open=True, by="刘")

    assert told == [("李", "category_open"), ("李", "offered")]


@pytest.mark.parametrize(
    ("rule", "args", "reason"),
    [
        (allotment.change_priority, {"priority": 1, "reason": "带队"}, "not_waiting"),
        (allotment.move_category, {"category": "团体", "reason": "改组"}, "not_waiting"),
        (allotment.move_category, {"category": "团体", "reason": ""}, "reason_missing"),
    ],
)
async def test_only_who_waits_is_moved_and_with_a_reason(desk, rule, args, reason):
    await desk.open(categories=[{"name": "个人"}, {"name": "团体"}])
    await desk.sign_up("王", category="个人")

    with pytest.raises(Refused, match=f"^{reason}$"):
        await desk.on(rule, "王", **args, by="刘")


async def test_nobody_is_moved_into_a_closed_category(desk):
    await desk.open(cap=0, categories=[{"name": "个人"}, {"name": "团体", "open": False}])
    await desk.sign_up("王", category="个人")

    for category, reason in (("团体", "category_closed"), ("少年", "no_category")):
        with pytest.raises(Refused, match=reason):
            await desk.on(allotment.move_category, "王", category, by="刘", reason="改组")


async def test_silent_expiry_twice_ends_the_offers(desk, clock):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李", "张")
    await desk.on(signups.cancel, "王")
    for _ in range(2):
        clock.now = (await desk.place("李")).offered_until + timedelta(seconds=1)
        assert (await desk.sweep())[0] == ("李", "lapsed")
        if (await desk.place("李")).expiries == 1:
            assert await desk.on(signups.rejoin, "李") == [("李", "waiting")]
            assert (await desk.place("李")).attempt == 2
            await desk.on(offers.decline, "张")

    await desk.sign_up("赵")
    with pytest.raises(Refused, match="lapsed_twice"):
        await desk.on(signups.rejoin, "李")
    await desk.on(signups.cancel, "赵")
    assert await desk.on(signups.rejoin, "李") == [("李", "confirmed")]


async def test_rejoin_remembers_the_category_and_goes_to_the_end(desk, clock):
    await desk.open(cap=1, categories=[{"name": "个人"}])
    for name in "王李张":
        await desk.sign_up(name, category="个人")
        clock.tick(1)
    await desk.on(signups.cancel, "李")

    assert await desk.on(signups.rejoin, "李") == [("李", "waiting")]

    assert await desk.ask(places.line) == ["张", "李"]
    assert (await desk.place("李")).category_id == (await desk.place("王")).category_id


async def test_member_cannot_cancel_after_the_cancel_day_but_staff_can(desk, clock):
    await desk.open(closes_cancel=clock())
    await desk.sign_up("王")
    with pytest.raises(Refused, match="cancel_closed"):
        await desk.on(signups.cancel, "王")
    with pytest.raises(Refused, match="reason_missing"):
        await desk.on(signups.cancel, "王", by="刘")
    with pytest.raises(Refused, match="reason_missing"):
        await desk.on(signups.reject, "王", "刘", reason="")

    assert await desk.on(signups.cancel, "王", by="刘", reason="电话退") == [("王", "cancelled")]


async def test_one_who_waits_may_leave_the_line_after_the_cancel_day(desk, clock):
    await desk.open(cap=0, closes_cancel=clock())
    await desk.sign_up("王")

    assert await desk.on(signups.cancel, "王") == [("王", "cancelled")]


async def test_new_date_is_answered_only_when_asked_and_even_after_the_cancel_day(desk, clock):
    await desk.open(cap=1, closes_cancel=clock() + timedelta(days=1), starts=None)
    await desk.all_sign_up("王", "李")
    with pytest.raises(Refused, match="not_asked"):
        await desk.on(postponement.answer, "王", comes=True)
    await desk.at(postponement.move, STARTS, by="刘")
    await desk.at(postponement.move, STARTS - timedelta(days=10), by="刘")
    assert (await desk.event()).closes_cancel < clock()
    with pytest.raises(Refused, match="not_asked"):
        await desk.on(postponement.answer, "李", comes=True)

    told = await desk.on(postponement.answer, "王", comes=False)

    assert told == [("王", "cancelled"), ("李", "offered")]
    with pytest.raises(Refused, match="not_asked"):
        await desk.on(postponement.answer, "王", comes=True)


async def test_offer_by_hand_needs_a_free_seat(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")

    with pytest.raises(Refused, match="full"):
        await desk.on(offers.by_hand, "李", "刘")


async def test_reservation_is_changed_in_place_and_only_one_that_is_there_is_dropped(desk):
    await desk.open(cap=2)
    await desk.at(allotment.reserve, "北冶", 2, release_at=None)
    await desk.all_sign_up("王")

    assert await desk.at(allotment.reserve, "北冶", 1, release_at=None) == [("王", "offered")]
    with pytest.raises(Refused, match="no_reservation"):
        await desk.at(allotment.drop_reservation, "佳讯")


async def test_numbers_run_within_an_event_and_codes_are_never_given_twice(desk, monkeypatch):
    codes = iter([7, 7, 8])
    monkeypatch.setattr("models.places.secrets.randbelow", lambda _: next(codes))
    await desk.open(cap=9)
    await desk.all_sign_up("王", "李")

    rows = [await desk.place(name) for name in "王李"]

    assert [(row.number, row.code) for row in rows] == [(1, "000007"), (2, "000008")]
    assert places.label(await desk.event(), rows[1]) == "C002"


async def test_number_stays_through_a_second_try(desk):
    await desk.open(cap=1)
    await desk.sign_up("王")
    await desk.on(signups.cancel, "王")
    assert await desk.sign_up("王") == [("王", "confirmed")]

    assert (await desk.place("王")).number == 1
    assert (await desk.place("王")).attempt == 2


async def test_mine_lists_what_a_member_is_in(desk):
    await desk.open(cap=1)
    await desk.all_sign_up("王", "李")
    await desk.open(slug="go")
    await desk.sign_up("王")
    await desk.on(signups.cancel, "王")

    async with desk.database.transaction() as session:
        found = await places.mine(session, await session.get_one(Member, desk.ids["王"]))
        event = await events.by_slug(session, "chess")
        li = await session.get_one(Member, desk.ids["李"])
        assert (await places.of(session, event, li)).state == "waiting"
    assert [(event.slug, place.state) for place, event in found] == [("chess", "confirmed")]
    assert places.label(event, await desk.place("王")) == "C001"


async def test_waiting_place_has_no_number(desk):
    await desk.open(cap=0)
    await desk.sign_up("王")

    assert places.label(await desk.event(), await desk.place("王")) == ""


@pytest.mark.parametrize(
    ("name", "phone", "same"),
    [
        ("王芳", "13800000000", True),
        (" 王 芳", "+86 138-0000-0000", True),
        ("王芳", "１３８００００００００", True),
        ("王方", "13800000000", False),
        ("王芳", "13800000001", False),
    ],
)
def test_same_person_is_known_however_typed(name, phone, same):
    assert (places.same_person(name, phone) == places.same_person("王芳", "13800000000")) is same
    assert places.same_person(name, "") is None
    assert places.same_person("", phone) is None


async def test_event_policy_lottery_offers_nothing_before_the_draw(desk, clock):
    await desk.open(cap=1, policy="lottery", lottery_at=clock() + timedelta(days=1))
    await desk.sign_up("王")
    await desk.put("王", state="waiting")

    assert await desk.at(allotment.change_cap, 5) == []
