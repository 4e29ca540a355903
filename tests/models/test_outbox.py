"""Letters leave in lanes, evenly, once, in order."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from models import budgets, claims, outbox
from models.messages import Address, Choice, Outgoing
from models.outbox import Letter

RATE = 30.0


async def put(database, clock, text, *, to="wang", lane="reply", channel="telegram", key=None):
    async with database.transaction() as session:
        await outbox.put(session, Address(channel, to), Outgoing(text, lane=lane), due=clock(), key=key)


async def claim(database, clock, *, owner="me", rate=RATE):
    async with database.transaction() as session:
        return await claims.claim(session, "telegram", owner=owner, rate=rate, now=clock())


async def settle(database, clock, letter, state="sent", *, owner="me", **more):
    async with database.transaction() as session:
        return await outbox.settle(session, letter, state, owner=owner, now=clock(), **more)


async def states(database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Letter.state).order_by(Letter.id)))


async def drain(database, clock, seconds: float) -> list[tuple[float, str]]:
    """Claim and settle for a while, as fast as slots allow; return when each text left."""
    begun, left = clock(), []
    while clock() < begun + timedelta(seconds=seconds):
        taken = await claim(database, clock)
        for letter in taken.letters:
            left.append(((clock() - begun).total_seconds(), letter.message.text))
            await settle(database, clock, letter)
        if taken.next_at is None:
            break
        clock.now = max(taken.next_at, clock() + timedelta(milliseconds=1))
    return left


async def test_letter_comes_back_as_it_was_put(database, clock):
    letter = Outgoing(
        "您好",
        (Choice("菜单", "menu"), Choice("看", url="https://example.org")),
        picture="p",
        replaces="7",
        lane="press",
    )
    async with database.transaction() as session:
        await outbox.put(session, Address("telegram", "wang"), letter, due=clock())

    assert [taken.message for taken in (await claim(database, clock)).letters] == [letter]


async def test_lanes_go_before_age(database, clock):
    for number, lane in enumerate(("bulk", "timely", "reply", "press")):
        await put(database, clock, lane, to=f"m{number}", lane=lane)

    assert [text for _, text in await drain(database, clock, 1)] == ["press", "reply", "timely", "bulk"]


async def test_rate_is_even_and_never_above_what_is_allowed(database, clock):
    for number in range(70):
        await put(database, clock, str(number), to=f"m{number}")

    times = [at for at, _ in await drain(database, clock, 2)]

    assert max(sum(start <= at < start + 1 for at in times) for start in times) <= RATE
    assert sum(at < 1 for at in times) >= 0.95 * RATE
    assert min(b - a for a, b in pairwise(times)) > 0.015


async def test_notices_use_four_fifths_and_replies_pass_them(database, clock):
    for number in range(60):
        await put(database, clock, "bulk", to=f"m{number}", lane="bulk")
    await drain(database, clock, 1)
    await put(database, clock, "reply", to="li")

    left = await drain(database, clock, 1)

    assert left[0][1] == "reply"
    assert sum(text == "bulk" for _, text in left) <= 0.8 * RATE
    assert sum(text == "bulk" for _, text in left) >= 0.8 * 0.95 * RATE - 1


async def test_one_reply_leaves_right_behind_a_notice_and_the_next_waits_its_slot(database, clock):
    await put(database, clock, "bulk", to="m", lane="bulk")
    await claim(database, clock)
    await put(database, clock, "first", to="wang")
    await put(database, clock, "second", to="li")

    first, second = [await claim(database, clock) for _ in range(2)]
    clock.now = second.free_at
    third = await claim(database, clock)

    assert [letter.message.text for letter in first.letters] == ["first"]
    assert second.letters == ()
    assert [letter.message.text for letter in third.letters] == ["second"]


async def test_notice_does_not_go_early(database, clock):
    for number in range(2):
        await put(database, clock, str(number), to=f"m{number}", lane="bulk")
    await claim(database, clock)

    assert (await claim(database, clock)).letters == ()


async def test_fast_rate_takes_several_slots_at_once(database, clock):
    for number in range(100):
        await put(database, clock, str(number), to=f"m{number}")

    taken = await claim(database, clock, rate=1000)

    assert len(taken.letters) == 28


async def test_chat_gets_one_letter_at_a_time_in_order(database, clock):
    await put(database, clock, "一")
    await put(database, clock, "二")
    first = (await claim(database, clock)).letters
    clock.tick(1)
    assert [letter.message.text for letter in first] == ["一"]
    assert (await claim(database, clock)).letters == ()

    await settle(database, clock, first[0], "waiting", retry_at=clock() + timedelta(seconds=5))
    clock.tick(1)
    assert (await claim(database, clock)).letters == ()

    clock.tick(5)
    assert [text for _, text in await drain(database, clock, 1)] == ["一", "二"]


async def test_chat_gets_twenty_in_twenty_seconds(database, clock):
    for number in range(25):
        await put(database, clock, str(number))

    assert len(await drain(database, clock, 5)) == 20
    clock.tick(20)
    assert len(await drain(database, clock, 5)) == 5


async def test_same_key_is_put_once(database, clock):
    await put(database, clock, "一", key="k")
    await put(database, clock, "二", key="k")
    await put(database, clock, "三")
    await put(database, clock, "四", to="li")

    assert await states(database) == ["waiting"] * 3


async def test_two_owners_never_hold_one_letter(database, clock):
    await put(database, clock, "一")
    mine = (await claim(database, clock, owner="me")).letters
    clock.tick(1)

    assert (await claim(database, clock, owner="other")).letters == ()
    assert await settle(database, clock, mine[0], owner="other") is False
    assert await settle(database, clock, mine[0]) is True
    assert await settle(database, clock, mine[0]) is False


async def test_dead_process_leaves_letters_to_be_sent_again_but_not_those_that_go_once(database, clock):
    await put(database, clock, "reply")
    await put(database, clock, "once", to="li", lane="bulk")
    async with database.transaction() as session:
        await session.execute(update(Letter).where(Letter.address == "li").values(once=True))
    first = (await claim(database, clock)).letters
    clock.tick(1)
    await claim(database, clock)
    clock.tick(28)
    async with database.transaction() as session:
        assert await outbox.sweep(session, now=clock()) == 0
    clock.tick(3)
    async with database.transaction() as session:
        assert await outbox.sweep(session, now=clock()) == 2

    assert await states(database) == ["waiting", "unknown"]
    again = (await claim(database, clock, owner="other")).letters
    assert [letter.tries for letter in again] == [2]
    assert await settle(database, clock, first[0]) is False


async def test_late_owner_cannot_settle_a_later_try_of_its_own(database, clock):
    await put(database, clock, "一")
    first = (await claim(database, clock)).letters[0]
    tries = first.tries
    clock.tick(31)
    async with database.transaction() as session:
        await outbox.sweep(session, now=clock())
    await claim(database, clock)
    first.tries = tries

    assert await settle(database, clock, first) is False


async def test_letter_is_given_up_after_a_day(database, clock):
    await put(database, clock, "一")
    for _ in range(2):
        letter = (await claim(database, clock)).letters[0]
        clock.tick(3600 * 13)
        await settle(database, clock, letter, "waiting", retry_at=clock())

    assert await states(database) == ["failed"]


async def test_hold_of_a_chat_leaves_others_alone(database, clock):
    await put(database, clock, "一")
    await put(database, clock, "二", to="li")
    async with database.transaction() as session:
        await outbox.hold_chat(session, Address("telegram", "wang"), until=clock() + timedelta(seconds=9))

    assert [text for _, text in await drain(database, clock, 3)] == ["二"]
    clock.tick(9)
    assert [text for _, text in await drain(database, clock, 3)] == ["一"]


@pytest.mark.parametrize(("bulk_only", "left"), [(True, ["reply"]), (False, [])])
async def test_hold_of_a_lane_holds_every_process(database, clock, bulk_only, left):
    await put(database, clock, "bulk", to="li", lane="bulk")
    await put(database, clock, "reply")
    async with database.transaction() as session:
        budget = await budgets.locked(session, "telegram", now=clock())
        budget.hold(clock() + timedelta(seconds=9), bulk_only=bulk_only)

    assert [text for _, text in await drain(database, clock, 3)] == left
    clock.tick(9)
    assert len(await drain(database, clock, 3)) == 2 - len(left)


async def test_moved_chat_takes_its_letters_along(database, clock):
    await put(database, clock, "一")
    async with database.transaction() as session:
        await outbox.move(session, Address("telegram", "wang"), Address("telegram", "wang2"))

    assert [letter.address for letter in (await claim(database, clock)).letters] == ["wang2"]


async def test_web_letters_wait_until_they_are_acknowledged(database, clock):
    for text in ("一", "二", "三"):
        await put(database, clock, text, channel="web")
    await put(database, clock, "他人", to="li", channel="web")
    async with database.transaction() as session:
        first, second, third = await outbox.fetch(session, "wang", after=None)
        await outbox.acknowledge(session, "wang", upto=second.id, now=clock())

    async with database.transaction() as session:
        assert [letter.message.text for letter in await outbox.fetch(session, "wang", after=None)] == ["三"]
        assert [letter.id for letter in await outbox.fetch(session, "wang", after=first.id)] == [
            second.id,
            third.id,
        ]
    assert await states(database) == ["sent", "sent", "ready", "ready"]
    assert (await claim(database, clock)).letters == ()


async def test_old_letters_are_forgotten(database, clock):
    await put(database, clock, "一")
    await settle(database, clock, (await claim(database, clock)).letters[0])
    await put(database, clock, "二")
    clock.tick(3600 * 24 * 31)
    async with database.transaction() as session:
        await outbox.clean(session, now=clock())

    assert await states(database) == ["waiting"]


async def test_lone_process_frees_what_a_dead_one_left_at_once(database, clock):
    await put(database, clock, "一")
    await claim(database, clock, owner="dead")
    async with database.transaction() as session:
        assert await outbox.sweep(session, now=clock(), alone=True) == 1

    assert await states(database) == ["waiting"]
