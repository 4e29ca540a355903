"""How was it: asked the day after, answered with one tap."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import telling
from models import attendance, members, publishing, signups
from models.messages import Address
from models.opinions import Opinion
from models.signups import Wish

ASKED = "象棋比赛办完了，您觉得怎么样？\n[满意] [一般] [不满意] [说两句]"
GONE = "这个问题现在不用答了。\n[菜单] [转人工]"


@pytest.fixture
async def asked(chat, clock):
    """Let the member be at an event, and the next day come."""
    values = {"slug": "chess", "kind": "contest", "title": "象棋比赛", "starts": clock()}
    async with chat.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=clock())
        event, _ = await publishing.publish(session, values, by="li", now=clock())
        wish = Wish(member_id=member.id, channel="phone")
        [change] = await signups.sign_up(session, event, wish, now=clock())
        await attendance.check_in(session, change.place, by="刘", now=clock())
    clock.now += timedelta(days=1)
    await tick(chat)
    assert await chat.shown() == ASKED
    return change.place.id


async def tick(chat) -> None:
    async with chat.database.transaction() as session:
        await telling.ask_opinions(session, chat.dialogue.edition.content, now=chat.clock())


async def kept(chat, number) -> tuple[str, str]:
    async with chat.database.transaction() as session:
        found = await session.get_one(Opinion, number)
        return found.answer, found.words


async def test_member_is_asked_once(chat, asked):
    await tick(chat)

    assert await chat.shown() == ""


async def test_answer_is_one_tap_and_words_are_welcome(chat, asked):
    await chat.run(
        ("[满意]", "记下了，谢谢您。\n[说两句] [菜单] [转人工]"),
        ("[说两句]", "您说，写几句就行。\n[不填了]"),
        ("棋盘够用，就是有点挤", "您写的记下了，谢谢。\n[菜单] [转人工]"),
    )

    assert await kept(chat, asked) == ("good", "棋盘够用,就是有点挤")


async def test_bad_answer_is_met_with_regret_and_words_may_be_left_out(chat, asked):
    await chat.run(
        ("[不满意]", "记下了，对不住。哪里不好，愿意说两句吗？\n[说两句] [菜单] [转人工]"),
        ("[说两句]", "您说，写几句就行。\n[不填了]"),
        ("[不填了]", "好，不填了，什么都没有交上去。\n[菜单] [转人工]"),
    )

    assert await kept(chat, asked) == ("bad", "")


async def test_words_come_without_an_answer_too(chat, asked):
    await chat.run(
        ("[说两句]", "您说，写几句就行。\n[不填了]"), ("挺好", "您写的记下了，谢谢。\n[菜单] [转人工]")
    )

    assert await kept(chat, asked) == ("", "挺好")


async def test_nobody_answers_for_somebody_else(chat, asked):
    press = chat._press("[满意]", "wang")
    stolen = replace(press, id="stolen", sender=chat.incoming("text", "thief").sender)

    for value in (
        press.value,
        f"opinion:{asked}:words",
        "opinion:9999999999999:good",
        "opinion:x",
        "opinion:",
    ):
        assert await chat.send(replace(stolen, id=value, value=value)) == GONE
    assert await kept(chat, asked) == ("", "")
    assert await chat.send(replace(press, id="odd", value=f"opinion:{asked}:wonderful")) == GONE
    assert (await chat.send(press)).startswith("记下了")
    assert await kept(chat, asked) == ("good", "")


async def test_words_are_deleted_with_the_rest(chat, asked):
    await chat.say("[说两句]")
    await chat.say("挺好")
    await chat.say("隐私")
    await chat.say("[删除]")
    await chat.say("[删掉]")

    async with chat.database.transaction() as session:
        assert (await session.get_one(Opinion, asked)).words == ""
