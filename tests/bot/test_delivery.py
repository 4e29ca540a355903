"""The postman: lanes, order, and what each answer of a platform leads to."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.base import Moved, TryLater, Unreachable
from bot.clock import now
from bot.delivery import Delivery, Failures
from models import members, outbox
from models.members import Contact
from models.messages import Address, Outgoing
from models.outbox import Letter
from tests.models.notices import ring
from tests.transcripts import Phone


class Platform(Phone):
    """A phone whose platform answers as told, once for each answer in *answers*."""

    def __init__(self) -> None:
        super().__init__("telegram")
        self.answers: list[Exception] = []

    async def send(self, address: str, message: Outgoing) -> str:
        if self.answers:
            raise self.answers.pop(0)
        return await super().send(address, message)

    @property
    def texts(self) -> list[str]:
        return [message.text for _, message in self.shown]


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def delivery(database, platform, clock) -> Delivery:
    return Delivery(database, [platform], clock, "me", on_gone=members.bury, on_moved=members.move)


async def put(database, clock, text, *, to="wang", lane="reply"):
    async with database.transaction() as session:
        await members.at_address(session, Address("telegram", to), now=clock())
        await outbox.put(session, Address("telegram", to), Outgoing(text, lane=lane), due=clock())


async def letters(database) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        return [
            (letter.state, letter.reason)
            for letter in await session.scalars(select(Letter).order_by(Letter.id))
        ]


async def test_sent_letter_keeps_the_platforms_id(delivery, platform, database, clock):
    await put(database, clock, "一")
    assert await delivery.round() == 1
    assert await delivery.round() == 0

    async with database.transaction() as session:
        letter = await session.scalar(select(Letter))
    assert (letter.state, letter.platform_id, letter.settled_at) == ("sent", "1", clock())


@pytest.mark.parametrize("reason", ["blocked", "gone"])
async def test_unreachable_member_is_not_written_to_until_they_write(
    delivery, platform, database, clock, reason
):
    await put(database, clock, "一")
    platform.answers = [Unreachable(reason)]
    await delivery.round()

    async with database.transaction() as session:
        assert (await session.scalar(select(Contact.dead_reason))) == reason
    assert await letters(database) == [("gone", reason)]
    async with database.transaction() as session:
        await members.at_address(session, Address("telegram", "wang"), now=clock())
    async with database.transaction() as session:
        assert (await session.scalar(select(Contact.dead_at))) is None


async def test_refused_letter_fails_and_the_member_stays(delivery, platform, database, clock):
    await put(database, clock, "一")
    platform.answers = [Unreachable("refused")]
    await delivery.round()

    assert await letters(database) == [("failed", "refused")]
    async with database.transaction() as session:
        assert (await session.scalar(select(Contact.dead_at))) is None


async def test_moved_chat_gets_its_letters_at_the_new_address(delivery, platform, database, clock):
    await put(database, clock, "一")
    await put(database, clock, "二")
    platform.answers = [Moved("wang2")]
    for _ in range(3):
        await delivery.round()
        clock.tick(1)

    assert platform.shown == [("wang2", Outgoing("一")), ("wang2", Outgoing("二"))]
    async with database.transaction() as session:
        assert await session.scalar(select(Contact.address)) == "wang2"


async def test_throttled_chat_waits_and_others_do_not(delivery, platform, database, clock):
    await put(database, clock, "一")
    platform.answers = [TryLater(5, holds="chat")]
    await delivery.round()
    await put(database, clock, "二")
    await put(database, clock, "他人", to="li")
    clock.tick(1)
    await delivery.round()
    assert platform.texts == ["他人"]

    for _ in range(3):
        clock.tick(5)
        await delivery.round()
    assert platform.texts == ["他人", "一", "二"]


async def test_throttled_notices_wait_and_replies_do_not(delivery, platform, database, clock):
    await put(database, clock, "bulk", lane="bulk")
    platform.answers = [TryLater(5, holds="lane")]
    await delivery.round()
    await put(database, clock, "bulk 2", to="li", lane="bulk")
    await put(database, clock, "reply", to="zhao")
    clock.tick(1)
    await delivery.round()
    assert platform.texts == ["reply"]

    clock.tick(5)
    await delivery.round()
    clock.tick(1)
    await delivery.round()
    assert sorted(platform.texts[1:]) == ["bulk", "bulk 2"]


async def test_unknown_outcome_is_tried_again_but_not_of_what_goes_once(delivery, platform, database, clock):
    await put(database, clock, "reply")
    await put(database, clock, "once", to="li", lane="bulk")
    async with database.transaction() as session:
        await session.execute(update(Letter).where(Letter.address == "li").values(once=True))
    platform.answers = [TryLater(1, unknown=True), TryLater(1, unknown=True)]
    for _ in range(4):
        await delivery.round()
        clock.tick(2)

    assert platform.texts == ["reply"]
    assert await letters(database) == [("sent", ""), ("unknown", "no answer")]


async def test_waits_grow_while_a_platform_is_down(delivery, platform, database, clock):
    await put(database, clock, "一")
    platform.answers = [TryLater(2) for _ in range(3)]
    waits = []
    for _ in range(3):
        await delivery.round()
        async with database.transaction() as session:
            due = await session.scalar(select(Letter.due))
        waits.append((due - clock()).total_seconds())
        clock.now = due + timedelta(milliseconds=1)

    assert waits == [2, 4, 8]


async def test_fault_of_a_channel_costs_no_letter(delivery, platform, database, clock):
    await put(database, clock, "一")
    platform.answers = [KeyError("a fault of the program")]
    await delivery.round()
    assert await letters(database) == [("waiting", "later")]

    clock.tick(31)
    await delivery.round()
    assert platform.texts == ["一"]


async def test_loop_sends_what_is_put_while_it_runs(database, platform):
    delivery = Delivery(database, [platform], now, "me")
    running = asyncio.create_task(delivery.run())
    for text in ("一", "二", "三"):
        async with database.transaction() as session:
            await outbox.put(session, Address("telegram", "wang"), Outgoing(text), due=now())
    while len(platform.shown) < 3:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert platform.texts == ["一", "二", "三"]


async def test_notice_of_which_too_many_letters_fail_is_told_once(delivery, platform, database, clock):
    told = []

    async def note(_session, notice, channel, _now):
        told.append((notice, channel))

    delivery._on_failures = note
    async with database.transaction() as session:
        await ring.settle_in(session, 450, now=clock())
    number = await ring.sent_off(database, clock, ring.plan())
    platform.answers = [Unreachable("refused")] * 60

    await _until(delivery, clock, platform, 390)

    assert told == [(number, "telegram")]
    assert await ring.states(database, number) == {"failed": 60, "sent": 390}


def test_a_fifth_of_the_last_letters_may_fail():
    failures = Failures()

    assert not any(failures.too_many(1, "telegram", "sent") for _ in range(160))
    assert not any(failures.too_many(1, "telegram", "failed") for _ in range(40))
    assert not failures.too_many(2, "telegram", "failed")
    assert failures.too_many(1, "telegram", "unknown")
    assert not failures.too_many(1, "telegram", "failed")


async def _until(delivery, clock, platform, letters: int) -> None:
    """Deliver until so many letters have arrived."""
    while len(platform.shown) < letters:
        clock.tick(0.01)
        await delivery.round()


@pytest.mark.parametrize("reason", ["blocked", "gone"])
async def test_members_who_left_are_no_failure_of_a_notice(delivery, platform, database, clock, reason):
    told = []

    async def note(*_):
        told.append(1)

    delivery._on_failures = note
    async with database.transaction() as session:
        await ring.settle_in(session, 220, now=clock())
    number = await ring.sent_off(database, clock, ring.plan())
    platform.answers = [Unreachable(reason)] * 60

    await _until(delivery, clock, platform, 160)

    assert told == []
    assert await ring.states(database, number) == {"gone": 60, "sent": 160}
