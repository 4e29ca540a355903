"""Stored, acknowledged, answered: in order in a chat, and no chat waits for another."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.channels.base import TryLater
from bot.mailboxes import TURNS, Mailboxes
from models import inbox
from models.base import Database
from models.conversations import Conversation
from models.inbox import Received
from models.messages import Address, Incoming


class Answerer:
    """Notes what it is asked to answer; fails or waits when told so."""

    def __init__(self) -> None:
        self.answered: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.failing: set[str] = set()
        self.waiting: dict[str, asyncio.Event] = {}

    async def answers(self, _session, messages, _now):
        for message in messages:
            if message.sender.id in self.waiting:
                await self.waiting[message.sender.id].wait()
            if message.text in self.failing:
                raise RuntimeError("a fault of the program")
            self.answered.append((message.sender.id, message.text))
            yield message

    async def fault(self, _session, message, _now):
        self.faults.append(message.text)


async def as_it_is(message):
    return message


@pytest.fixture
def answerer() -> Answerer:
    return Answerer()


@pytest.fixture
def mailboxes(database, answerer, clock) -> Mailboxes:
    return Mailboxes(database, answerer.answers, answerer.fault, clock, as_it_is)


def said(number: int, chat: str = "wang", text: str = "", **more: str) -> Incoming:
    return Incoming(f"{chat}-{number}", Address("telegram", chat), text=text or str(number), **more)


async def rows(database: Database) -> list[tuple[str, dict]]:
    async with database.transaction() as session:
        return [
            (row.state, row.body) for row in await session.scalars(select(Received).order_by(Received.id))
        ]


async def test_messages_of_a_chat_are_answered_in_order(mailboxes, answerer, database):
    await asyncio.gather(*(mailboxes.receive(said(number)) for number in range(20)))
    await mailboxes.settled()

    assert answerer.answered == [("wang", str(number)) for number in range(20)]
    assert await rows(database) == [("done", {})] * 20


async def test_same_message_five_times_at_once_is_answered_once(mailboxes, answerer):
    await asyncio.gather(*(mailboxes.receive(said(1)) for _ in range(5)))
    await mailboxes.settled()
    assert not await mailboxes.receive(said(1))
    assert await mailboxes.receive(said(2))
    await mailboxes.settled()

    assert answerer.answered == [("wang", "1"), ("wang", "2")]


async def test_received_message_is_stored_before_it_is_acknowledged(mailboxes, answerer, database):
    await mailboxes.receive(
        Incoming("7", Address("telegram", "wang"), kind="press", text="菜单", value="menu", message="3")
    )

    async with database.transaction() as session:
        row = await session.scalar(select(Received))
    assert row is not None
    await mailboxes.settled()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_other_chats_do_not_wait_for_a_slow_one(mailboxes, answerer):
    answerer.waiting["slow"] = asyncio.Event()
    await mailboxes.receive(said(1, "slow"))
    await mailboxes.receive(said(1, "quick"))
    while ("quick", "1") not in answerer.answered:
        await asyncio.sleep(0.01)
    assert answerer.answered == [("quick", "1")]

    answerer.waiting["slow"].set()
    await mailboxes.settled()
    assert answerer.answered == [("quick", "1"), ("slow", "1")]


async def test_fault_is_told_once_and_the_message_is_tried_again(mailboxes, answerer, clock, database):
    answerer.failing = {"bad"}
    await mailboxes.receive(said(1, text="bad"))
    await mailboxes.receive(said(2, text="good"))
    await mailboxes.settled()
    assert answerer.answered == [("wang", "good")]
    assert answerer.faults == ["bad"]

    answerer.failing = set()
    clock.tick(31)
    await mailboxes.sweep()
    await mailboxes.settled()
    assert answerer.answered == [("wang", "good"), ("wang", "bad")]
    assert answerer.faults == ["bad"]


async def test_message_that_always_fails_is_given_up_after_three_tries(mailboxes, answerer, clock, database):
    answerer.failing = {"bad"}
    await mailboxes.receive(said(1, text="bad"))
    for _ in range(5):
        await mailboxes.settled()
        clock.tick(200)
        await mailboxes.sweep()

    assert [state for state, _ in await rows(database)] == ["failed"]
    assert answerer.faults == ["bad"]


async def test_what_a_dead_process_left_is_taken_over(database, answerer, clock):
    async with database.transaction() as session:
        await inbox.put(session, [said(1), said(2), said(1, "li")], now=clock())

    mailboxes = Mailboxes(database, answerer.answers, answerer.fault, clock, as_it_is)
    running = asyncio.create_task(mailboxes.run())
    while len(answerer.answered) < 3:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [text for chat, text in answerer.answered if chat == "wang"] == ["1", "2"]


async def test_many_chats_are_answered_in_one_transaction_on_sqlite(database, clock):
    rounds: list[int] = []

    async def answers(_session, messages, _now):
        rounds.append(len(messages))
        for message in messages:
            yield message

    boxes = Mailboxes(database, answers, Answerer().fault, clock, as_it_is)
    await asyncio.gather(*(boxes.receive(said(1, f"chat-{number}")) for number in range(40)))
    await boxes.settled()

    most = TURNS[database.kind]
    assert (max(rounds), sum(rounds)) == (most, 40)
    assert await rows(database) == [("done", {})] * 40


async def test_fault_of_one_leaves_the_answers_of_others(mailboxes, answerer, database):
    answerer.failing = {"bad"}
    texts = ["one", "two", "bad", "four", "five"]
    await asyncio.gather(*(mailboxes.receive(said(1, text, text)) for text in texts))
    await mailboxes.settled()

    assert {text for _, text in answerer.answered} == {"one", "two", "four", "five"}
    assert answerer.faults == ["bad"]
    assert sorted(state for state, _ in await rows(database)) == ["done"] * 4 + ["new"]


async def test_fault_that_cannot_be_told_keeps_no_chat_closed(database, answerer, clock):
    async def speechless(_session, _message, _now):
        raise LookupError("a fault in telling of the fault")

    boxes = Mailboxes(database, answerer.answers, speechless, clock, as_it_is)
    answerer.failing = {"bad"}
    await boxes.receive(said(1, text="bad"))
    await boxes.settled()
    answerer.failing = set()
    await boxes.receive(said(2, text="good"))
    await boxes.settled()

    assert answerer.answered == [("wang", "bad"), ("wang", "good")]


async def test_what_is_left_for_later_is_answered_then(database, clock):
    answered: list[str] = []

    async def answers(_session, messages, _now):
        for message in messages[:1]:
            answered.append(message.sender.id)
            yield message

    boxes = Mailboxes(database, answers, Answerer().fault, clock, as_it_is)
    await asyncio.gather(*(boxes.receive(said(1, str(number))) for number in range(5)))
    await boxes.settled()

    assert sorted(answered) == ["0", "1", "2", "3", "4"]


async def test_fault_at_the_end_of_a_transaction_is_found_by_answering_each_alone(database, clock):
    async def answers(session, messages, _now):
        for message in messages:
            if message.text == "bad":  # only the commit finds it
                session.add(Conversation(member_id=None, touched_at=clock()))
            yield message

    answerer = Answerer()
    boxes = Mailboxes(database, answers, answerer.fault, clock, as_it_is)
    await asyncio.gather(*(boxes.receive(said(1, text, text)) for text in ("one", "bad", "three")))
    await boxes.settled()

    assert answerer.faults == ["bad"]
    assert sorted(state for state, _ in await rows(database)) == ["done", "done", "new"]


async def test_file_that_is_slow_to_come_holds_nobody_up(database, answerer, clock):
    come = asyncio.Event()

    async def prepare(message):
        await come.wait()
        return message

    boxes = Mailboxes(database, answerer.answers, answerer.fault, clock, prepare)
    for number in range(6):
        await boxes.receive(said(1, f"slow-{number}", "a photo", kind="photo", file="phone:1"))
    await boxes.receive(said(2, "slow-0", "behind it"))
    await boxes.receive(said(1, "quick"))
    while not answerer.answered:
        await asyncio.sleep(0.01)
    assert answerer.answered == [("quick", "1")]

    come.set()
    await boxes.settled()
    assert answerer.answered.index(("slow-0", "a photo")) < answerer.answered.index(("slow-0", "behind it"))
    assert len(answerer.answered) == 8


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_two_processes_never_answer_one_chat_at_once(database, postgres, clock):
    other = Database(postgres)
    at_work: list[str] = []
    answered: list[str] = []

    async def answers(_session, messages, _now):
        for message in messages:
            at_work.append(message.text)
            assert len(at_work) == 1
            await asyncio.sleep(0.005)
            at_work.remove(message.text)
            answered.append(message.text)
            yield message

    async with database.transaction() as session:
        await inbox.put(session, [said(number) for number in range(10)], now=clock())
    pair = [Mailboxes(one, answers, Answerer().fault, clock, as_it_is) for one in (database, other)]
    await asyncio.gather(*(mailboxes.sweep() for mailboxes in pair))
    await asyncio.gather(*(mailboxes.settled() for mailboxes in pair))
    await other.close()

    assert answered == [str(number) for number in range(10)]


async def test_unstored_message_is_not_acknowledged(answerer, clock, tmp_path):
    away = Mailboxes(
        Database(f"sqlite:///{tmp_path}/no/such/folder.db"), answerer.answers, answerer.fault, clock, as_it_is
    )

    with pytest.raises(OperationalError):
        await away.receive(said(1))

    assert answerer.answered == []


async def test_picture_is_made_ready_before_its_turn_while_nobody_holds_the_database(
    database, answerer, clock
):
    ready = []

    async def prepare(message):
        async with database.transaction() as session:  # on SQLite this would wait for ever inside a turn
            ready.append(await session.scalar(select(Received.state)))
        return replace(message, text="ready")

    boxes = Mailboxes(database, answerer.answers, answerer.fault, clock, prepare)
    await boxes.receive(said(1, text="", kind="photo", file="phone:1"))
    await boxes.settled()

    assert ready == ["new"]
    assert answerer.answered == [("wang", "ready")]


async def test_picture_that_cannot_be_had_now_is_tried_again(database, answerer, clock):
    tries = []

    async def prepare(message):
        tries.append(message)
        if len(tries) == 1:
            raise TryLater(5)
        return message

    boxes = Mailboxes(database, answerer.answers, answerer.fault, clock, prepare)
    await boxes.receive(said(1, text="a photo", kind="photo", file="phone:1"))
    await boxes.settled()
    assert (answerer.answered, answerer.faults) == ([], ["a photo"])

    clock.tick(60)
    await boxes.sweep()
    await boxes.settled()
    assert answerer.answered == [("wang", "a photo")]


async def test_odd_bytes_are_stored_as_far_as_they_are_text(mailboxes, answerer):
    await mailboxes.receive(said(1, text="a\0b\ud800c"))
    await mailboxes.settled()

    assert answerer.answered == [("wang", "ab?c")]


async def test_answered_keys_are_kept_two_days(mailboxes, clock, database):
    await mailboxes.receive(said(1))
    await mailboxes.settled()
    for hours, left in ((47, 1), (2, 0)):
        clock.now += timedelta(hours=hours)
        async with database.transaction() as session:
            await inbox.clean(session, now=clock())
        assert len(await rows(database)) == left
