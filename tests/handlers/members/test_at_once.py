"""Members who write at the same moment are answered in one transaction, each as if nobody else had written."""

from sqlalchemy import select

from models import handoffs, members
from models.messages import Address, Incoming
from models.outbox import Letter
from models.question_counts import QuestionCount


def asks(
    chat, member: str, text: str = "工会是干嘛的", channel: str = "phone", kind: str = "text"
) -> Incoming:
    return Incoming(f"{channel}-{member}", Address(channel, member), kind=kind, text=text)


async def test_each_gets_the_answer_that_they_would_get_alone(chat):
    alone = await chat.say("学费能帮忙吗", member="zhao")
    said = [asks(chat, "wang", "学费能帮忙吗"), asks(chat, "li", "北京天气"), asks(chat, "zhang", "菜单")]

    assert await chat.at_once(*said) == ["wang", "li", "zhang"]
    assert await chat.shown("wang") == alone
    async with chat.database.transaction() as session:
        counted = await session.execute(select(QuestionCount.decision, QuestionCount.number))
        letters = list(await session.scalars(select(Letter.address).order_by(Letter.id)))
    assert letters == ["zhao", "wang", "li", "zhang"]
    assert sum(number for _, number in counted) == 3


async def test_two_devices_of_one_member_are_answered_one_after_the_other(chat, clock):
    async with chat.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=clock())
        await members.open_from(session, member, Address("phone", "tablet"), "")

    assert await chat.at_once(asks(chat, "wang", "转人工"), asks(chat, "tablet"), asks(chat, "li")) == [
        "wang",
        "li",
    ]
    assert await chat.at_once(asks(chat, "tablet")) == ["tablet"]
    async with chat.database.transaction() as session:
        assert await handoffs.of(session, member) is not None


async def test_who_stands_behind_one_that_changed_many_rows_comes_later(chat):
    for member in ("wang", "li"):
        await chat.say("菜单", member=member)
    leaves = Incoming("gone", Address("wechat", "o-zhao"), kind="blocked")

    assert await chat.at_once(leaves, asks(chat, "wang"), asks(chat, "li")) == ["o-zhao"]
    assert await chat.at_once(asks(chat, "wang"), asks(chat, "li")) == ["wang", "li"]
