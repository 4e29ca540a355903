"""Polls in chat: one press, one vote, shares at the end, and nowhere who chose what."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import members, polls
from models.base import Refused
from models.messages import Address
from tests import traces

ANSWERS = ("香山", "南海子")
ASK = (
    "春游去哪儿？\n一人一票，投了不能改，谁也看不到您选了什么。只给工会参考，不是选举，11月11日（周三）上午10:00截止。\n"
    "[香山] [南海子] [转人工]"
)
VOTED = "投好了，谢谢您。11月11日（周三）上午10:00截止以后，说“投票结果”就能看到。\n[菜单] [转人工]"
TWICE = "您投过了，每人一次。\n[正在投的] [菜单] [转人工]"
OTHERS = "这次投票不是问您的，或者已经没有了。\n[正在投的] [菜单] [转人工]"
NONE = "现在没有问您的投票。\n[最近通知] [菜单] [转人工]"


@pytest.fixture
async def asked(chat, clock):
    async with chat.database.transaction() as session:
        poll = await polls.open_poll(
            session, "春游去哪儿？", ANSWERS, by="li", opens=clock(), closes=clock() + timedelta(days=1)
        )
        return poll.id


async def press(chat, value, member="wang"):
    return await chat.send(chat.incoming("press", member, value=value))


async def test_member_votes_with_one_press_and_reads_the_shares_at_the_end(chat, asked, clock):
    await chat.run(
        ("投票", "点一下看，或者投：\n[春游去哪儿？] [菜单] [转人工]"),
        ("[春游去哪儿？]", ASK),
        ("[香山]", VOTED),
    )
    assert await press(chat, f"poll:{asked}:1") == TWICE
    await chat.run(
        ("[正在投的]", "点一下看，或者投：\n[春游去哪儿？] [菜单] [转人工]"),
        (
            "[春游去哪儿？]",
            "春游去哪儿？\n您投过了，11月11日（周三）上午10:00截止以后，说“投票结果”就能看到。\n[菜单] [转人工]",
        ),
    )
    for who, answer in (("a", 0), ("b", 1)):
        assert await press(chat, f"poll:{asked}:{answer}", who) == VOTED
    clock.now += timedelta(days=1)

    await chat.say("投票结果")
    await chat.run(("[春游去哪儿？]", "春游去哪儿？\n香山 67%\n南海子 33%\n只给工会参考。\n[菜单] [转人工]"))
    assert await press(chat, f"poll:{asked}:1", "c") == ("这次投票现在不能投。\n[正在投的] [菜单] [转人工]")


async def test_answer_may_be_typed(chat, asked):
    await press(chat, f"poll:{asked}")
    await chat.run(("2", VOTED))
    await press(chat, f"poll:{asked}", "b")
    await chat.run(("香山", VOTED), member="b")


async def test_of_few_votes_nothing_is_told(chat, asked, clock):
    await press(chat, f"poll:{asked}:0")
    clock.now += timedelta(days=1)

    assert await press(chat, f"poll:{asked}") == (
        "春游去哪儿？\n投的人太少，为了看不出谁选了什么，不出结果。\n[菜单] [转人工]"
    )


async def test_poll_of_others_and_numbers_of_nobody_are_told_kindly(chat, asked, clock):
    async with chat.database.transaction() as session:
        (await session.get_one(polls.Poll, asked)).union = "北冶"

    await chat.run(("投票", NONE))
    for value in (f"poll:{asked}", f"poll:{asked}:0", "poll:999", "poll:999:0"):
        assert await press(chat, value) == OTHERS
    for value in ("poll:x", "poll:9999999999", "poll:٣"):
        assert await press(chat, value) == NONE
    async with chat.database.transaction() as session:
        (await session.get_one(polls.Poll, asked)).union = ""
    for answer in ("2", "-1", "x"):
        assert (await press(chat, f"poll:{asked}:{answer}")).startswith("请写问题")
    async with chat.database.transaction() as session:
        (await session.get_one(polls.Poll, asked)).opens = clock() + timedelta(hours=1)
    assert await press(chat, f"poll:{asked}") == "这次投票现在不能投。\n[正在投的] [菜单] [转人工]"


async def test_two_presses_at_once_are_one_vote(database, clock):
    at = Address("phone", "wang")
    async with database.transaction() as session:
        await members.at_address(session, at, now=clock())
        await polls.open_poll(
            session, "去吗？", ANSWERS, by="li", opens=clock(), closes=clock() + timedelta(days=1)
        )

    async def vote(answer):
        async with database.transaction() as session:
            member = await members.at_address(session, at, now=clock())
            try:
                await polls.vote(session, await session.get_one(polls.Poll, 1), member, answer, now=clock())
            except Refused as refusal:
                return refusal.reason
            return "voted"

    assert sorted(await asyncio.gather(*map(vote, (0, 1, 0)))) == ["poll_voted", "poll_voted", "voted"]
    async with database.transaction() as session:
        assert sum(await session.scalars(select(polls.PollCount.votes))) == 1


async def test_no_row_of_any_table_and_no_line_of_the_log_joins_a_member_and_an_answer(chat, asked, capsys):
    """Whatever names an answer names all of them."""
    for who, answer in (("wang", 0), ("b", 1), ("c", 1)):
        await press(chat, f"poll:{asked}", who)
        await press(chat, f"poll:{asked}:{answer}", who)
    async with chat.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=chat.clock())
        assert await polls.has_voted(session, await session.get_one(polls.Poll, asked), member)
        some, whole = await traces.of(session, ANSWERS, [f"poll:{asked}:{number}" for number in range(2)])
        votes = await session.execute(select(polls.PollCount.answer, polls.PollCount.votes))
        assert sorted(map(tuple, votes)) == [(0, 1), (1, 2)]

    logged = capsys.readouterr()
    assert some == []
    assert whole > 5
    assert "letter" in logged.out
    assert f"poll:{asked}:" not in logged.out + logged.err
