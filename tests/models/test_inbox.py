"""The inbox: stored once, answered once, in order, tried again, and forgotten in time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import inbox
from models.inbox import Received
from models.messages import Address, Incoming

WANG, LI = Address("telegram", "wang"), Address("telegram", "li")


def said(number: int, text: str = "您好", sender: Address = WANG, **more: str) -> Incoming:
    return Incoming(str(number), sender, text=text, **more)


async def put(database, clock, *messages):
    async with database.transaction() as session:
        return await inbox.put(session, messages, now=clock())


async def test_repeat_is_stored_once(database, clock):
    assert await put(database, clock, said(1), said(1), said(2, sender=LI)) == {WANG, LI}
    assert await put(database, clock, said(1), said(2, sender=LI)) == set()

    async with database.transaction() as session:
        assert len(list(await session.scalars(select(Received)))) == 2


async def test_same_id_on_another_channel_is_another_message(database, clock):
    await put(database, clock, said(1))

    assert await put(database, clock, Incoming("1", Address("web", "wang"), text="x"))


async def test_messages_come_in_order_and_are_forgotten_when_answered(database, clock):
    await put(database, clock, said(7, "一"), said(3, "二", value="v", language="en"))
    texts = []
    for _ in range(2):
        async with database.transaction() as session:
            [(row, _)] = await inbox.take(session, [WANG], now=clock())
            texts.append(row.message)
            await inbox.done(session, {WANG: row.id})

    async with database.transaction() as session:
        assert await inbox.take(session, [WANG], now=clock()) == []
        rows = list(await session.scalars(select(Received).order_by(Received.id)))
    assert texts == [said(7, "一"), said(3, "二", value="v", language="en")]
    assert {(row.state, str(row.body)) for row in rows} == {("done", "{}")}


@pytest.mark.parametrize(("sent", "kept"), [("a\0b", "ab"), ("a\ud800b", "a?b"), ("😀", "😀")])
async def test_what_no_database_keeps_is_left_out(database, clock, sent, kept):
    await put(database, clock, said(1, sent))

    async with database.transaction() as session:
        [(row, _)] = await inbox.take(session, [WANG], now=clock())
    assert row.message.text == kept


async def test_failed_message_is_tried_three_times(database, clock):
    await put(database, clock, said(1))
    firsts = []
    for _ in range(3):
        async with database.transaction() as session:
            [(row, _)] = await inbox.take(session, [WANG], now=clock())
        async with database.transaction() as session:
            firsts.append(await inbox.failed(session, row.id, now=clock()))
        async with database.transaction() as session:
            assert await inbox.take(session, [WANG], now=clock()) == []
        clock.tick(100)

    async with database.transaction() as session:
        state = await session.scalar(select(Received.state))
    assert firsts == [True, False, False]
    assert state == "failed"


async def test_waiting_names_each_chat_once_the_oldest_first(database, clock):
    await put(database, clock, said(1, sender=LI), said(2), said(3, sender=LI))

    async with database.transaction() as session:
        assert await inbox.waiting(session, now=clock()) == [LI, WANG]


async def test_keys_are_kept_two_days_after_the_answer(database, clock):
    await put(database, clock, said(1), said(2))
    async with database.transaction() as session:
        [(row, _)] = await inbox.take(session, [WANG], now=clock())
        await inbox.done(session, {WANG: row.id})
    clock.now += timedelta(hours=47)
    async with database.transaction() as session:
        await inbox.clean(session, now=clock())
    assert await put(database, clock, said(1)) == set()

    clock.now += timedelta(hours=2)
    async with database.transaction() as session:
        await inbox.clean(session, now=clock())
        assert [row.platform_id for row in await session.scalars(select(Received))] == ["2"]
