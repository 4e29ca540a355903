"""The answer that a turn has written goes in the response to its message, once it is committed and nowhere else."""

import asyncio
import time

import pytest

from models import outbox, replies
from models.messages import Address, Incoming, Outgoing

HERE = Address("wechat", "o-wang")
SAID = Incoming("m1", HERE, text="菜单")


class Fell(Exception):
    pass


@pytest.fixture
async def passive(account):
    async with account(grade="passive") as one:
        yield one


async def written(one, said: Incoming = SAID, *, fails: bool = False):
    """Write an answer as a turn does; return what hands it over."""
    async with one.database.transaction() as session:
        await outbox.put(session, said.sender, Outgoing("好的"), due=one.clock(), answers=said.id)
        hand_over = await one.channel.respond(session, said)
        if fails:
            raise Fell
    return hand_over


async def test_answer_goes_on_every_line_of_its_message_and_on_no_other(passive):
    answering, other = passive.channel._callback.answering, Incoming("m2", HERE, text="再见")
    with answering.line(SAID) as first, answering.line(SAID) as copy, answering.line(other) as another:
        (await written(passive))()

    assert first.looked == copy.looked
    assert first.looked.answer.text == "好的"
    assert another.looked is None
    assert await passive.letters() == [("sent", replies.IN_RESPONSE)]


async def test_without_a_line_the_letter_is_the_postmans(passive):
    elsewhere = Incoming("m1", Address("telegram", HERE.id))
    with passive.channel._callback.answering.line(elsewhere):
        assert await written(passive) is None
    assert await passive.letters() == [("waiting", "")]


async def test_line_that_closed_before_the_commit_gives_the_letter_back(passive):
    answering = passive.channel._callback.answering
    with answering.line(SAID):
        hand_over = await written(passive)
    hand_over()
    await asyncio.gather(*answering._tasks)

    assert await passive.letters() == [("waiting", "")]


async def test_turn_that_fell_hands_nothing_over(passive):
    with passive.channel._callback.answering.line(SAID) as line:
        with pytest.raises(Fell):
            await written(passive, fails=True)
        assert line.looked is None
    assert await passive.letters() == []


async def test_answer_that_is_being_committed_is_waited_for_a_little_longer(passive):
    answering = passive.channel._callback.answering
    with answering.line(SAID) as line:
        hand_over = await written(passive)
        line.woken.clear()
        waiting = asyncio.create_task(answering.answer(line, time.monotonic() + 0.01))
        await asyncio.sleep(0.1)
        hand_over()
        assert (await waiting).text == "好的"


async def test_time_is_over_for_a_line_that_nobody_claims(passive):
    answering = passive.channel._callback.answering
    with answering.line(SAID) as line:
        began = time.monotonic()
        assert await answering.answer(line, began + 0.01) is None
        assert time.monotonic() - began < 0.25


@pytest.mark.parametrize("grade", ["passive", "certified-service"])
async def test_crowd_is_answered_in_the_responses(account, grade):
    async with account(grade=grade) as one:
        crowd = [f"o-{number}" for number in range(12)]
        for text in ("菜单", "会费交多少", "1"):
            told = await asyncio.gather(*(one.server.say(text, who) for who in crowd))
            assert len(set(told)) == 1
            assert told[0]
        assert set(await one.letters()) == {("sent", replies.IN_RESPONSE)}
