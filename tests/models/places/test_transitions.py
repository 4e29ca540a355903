"""Every state against everything that can happen to it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models import attendance, offers, signups
from models.base import Refused
from tests.models.places.desk import Desk

STATES = (
    "pending_approval",
    "confirmed",
    "waiting",
    "offered",
    "declined",
    "expired",
    "cancelled",
    "rejected",
    "attended",
    "no_show",
)


async def _absent(desk: Desk) -> None:
    await desk.set(cap=0)
    await desk.sign_up("李")
    await desk.put("李", state="attended")
    await desk.set(starts=desk.clock() - timedelta(hours=24))
    async with desk.database.transaction() as session:
        await attendance.mark_absent(session, now=desk.clock())


async def _lapse(desk: Desk) -> None:
    desk.clock.tick(3601)
    await desk.sweep()


ACTIONS: dict[str, tuple[Callable[[Desk], Awaitable[object]], str, dict[str, str]]] = {
    "sign up": (
        lambda desk: desk.sign_up("王"),
        "rejected",
        {
            **{s: s for s in ("pending_approval", "confirmed", "waiting", "offered", "attended", "no_show")},
            **dict.fromkeys(("declined", "expired", "cancelled"), "confirmed"),
        },
    ),
    "rejoin": (
        lambda desk: desk.on(signups.rejoin, "王"),
        "rejected",
        {
            **{s: s for s in ("pending_approval", "confirmed", "waiting", "offered", "attended", "no_show")},
            **dict.fromkeys(("declined", "expired", "cancelled"), "confirmed"),
        },
    ),
    "sign up by staff": (
        lambda desk: desk.sign_up("王", by="刘"),
        "",
        {
            **{s: s for s in ("pending_approval", "confirmed", "waiting", "offered", "attended", "no_show")},
            **dict.fromkeys(("declined", "expired", "cancelled", "rejected"), "confirmed"),
        },
    ),
    "confirm": (
        lambda desk: desk.on(offers.confirm, "王"),
        "no_offer",
        {"offered": "confirmed", "confirmed": "confirmed", "attended": "attended", "expired": "expired"},
    ),
    "decline": (
        lambda desk: desk.on(offers.decline, "王"),
        "no_offer",
        {"offered": "declined", "declined": "declined", "expired": "expired"},
    ),
    "offer by hand": (
        lambda desk: desk.on(offers.by_hand, "王", "刘"),
        "not_waiting",
        {"waiting": "offered"},
    ),
    "cancel": (
        lambda desk: desk.on(signups.cancel, "王"),
        "nothing_to_cancel",
        {
            **dict.fromkeys(("pending_approval", "confirmed", "waiting", "cancelled"), "cancelled"),
            **dict.fromkeys(("offered", "declined"), "declined"),
        },
    ),
    "cancel by staff": (
        lambda desk: desk.on(signups.cancel, "王", by="刘", reason="重复"),
        "nothing_to_cancel",
        {
            **dict.fromkeys(
                ("pending_approval", "confirmed", "waiting", "offered", "cancelled"), "cancelled"
            ),
            "declined": "declined",
        },
    ),
    "reject": (
        lambda desk: desk.on(signups.reject, "王", "刘", reason="不符合条件"),
        "nothing_to_cancel",
        dict.fromkeys(("pending_approval", "confirmed", "waiting", "offered"), "rejected"),
    ),
    "check in": (
        lambda desk: desk.on(attendance.check_in, "王", by="刘"),
        "not_confirmed",
        {"confirmed": "attended", "attended": "attended"},
    ),
    "undo": (
        lambda desk: desk.on(attendance.undo, "王", by="刘"),
        "not_attended",
        {"attended": "confirmed"},
    ),
    "time passes": (_lapse, "", {**{s: s for s in STATES}, "offered": "expired"}),
    "the event is over": (_absent, "", {**{s: s for s in STATES}, "confirmed": "no_show"}),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_every_state_answers_every_action(desk, clock, action):
    act, refusal, ends = ACTIONS[action]
    for state in STATES:
        await desk.open(slug=state, cap=9, check_in_open=clock())
        await desk.sign_up("王")
        until = clock() + timedelta(hours=1) if state == "offered" else None
        await desk.put("王", state=state, offered_until=until)

        if state in ends:
            await act(desk)
        else:
            with pytest.raises(Refused, match=f"^{refusal}$"):
                await act(desk)

        expected = ends.get(state, state)
        assert ((await desk.states())["王"], state) == (expected, state)
        if expected != state:
            assert (await desk.history("王"))[-1][1:4] == ("state", state, expected)


@pytest.mark.parametrize(
    ("event", "others", "expected"),
    [
        ({"cap": 2}, 0, "confirmed"),
        ({"cap": None}, 5, "confirmed"),
        ({"cap": 1}, 1, "waiting"),
        ({"cap": 9, "policy": "approve"}, 0, "pending"),
    ],
)
async def test_sign_up_leads_to_a_place_or_to_the_line(desk, event, others, expected):
    await desk.open(**event)
    await desk.all_sign_up(*(f"other{n}" for n in range(others)))

    assert await desk.sign_up("王") == [("王", expected)]


@pytest.mark.parametrize(
    ("event", "others", "expected"),
    [({"cap": 1}, 0, "confirmed"), ({"cap": 1}, 1, "waiting"), ({"cap": 1, "list_open": False}, 1, "full")],
)
async def test_approval_runs_the_same_guard(desk, event, others, expected):
    await desk.open(policy="approve", **event)
    names = [f"other{n}" for n in range(others)]
    await desk.all_sign_up(*names, "王")
    for name in names:
        await desk.on(signups.approve, name, "刘")

    if expected == "full":
        with pytest.raises(Refused, match="full"):
            await desk.on(signups.approve, "王", "刘")
        assert (await desk.states())["王"] == "pending_approval"
    else:
        assert await desk.on(signups.approve, "王", "刘") == [("王", expected)]
        with pytest.raises(Refused, match="not_pending"):
            await desk.on(signups.approve, "王", "刘")
