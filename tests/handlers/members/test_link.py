"""换手机: a code from the old phone makes the new one the same person."""

import re

import pytest
from sqlalchemy import func, select

from models import interests, members
from models.linking import Link
from models.members import Contact, Member
from models.messages import Address

WHICH = "老手机上要一个码，到新手机上填，两边就认作一个人。这是哪一部？\n[老手机，要码] [新手机，有码]"
ASK = "请填您自己老手机上看到的关联码，别人给的不要填。\n[不填了]"
WRONG = "码不对，或者过了10分钟。可以在老手机上再要一个。\n[再填一次] [转人工]"
DONE = "连上了，以后两边都认得您。\n[菜单]"
TOLD = re.compile(
    r"关联码：\n(\d+-\d{6})\n10分钟内有效。在您的新手机上对我说“关联”，再填这个码，别告诉别人。"
)


async def code_of(chat, member: str = "wang") -> str:
    await chat.say("换手机", member=member)
    return TOLD.fullmatch(await chat.say("[老手机，要码]", member=member))[1]


async def people(chat) -> int:
    async with chat.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Member))


async def test_code_of_the_old_phone_makes_the_new_one_the_same_person(chat, clock):
    async with chat.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=clock())
        await interests.note(session, member, "photo-contest", told="", now=clock())
    code = await code_of(chat)

    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, DONE), member="new")

    assert [to for to, _ in chat.phone.shown] == ["new", "wang"]
    assert await people(chat) == 1
    assert "您让我留意的：" in await chat.say("我的", member="new")
    assert (await chat.say("1", member="new")) != ""


@pytest.mark.parametrize("writing", ["{0}", " {0} ", "{0}。", "{1} {2}", "{1}－{2}"])
async def test_code_is_taken_in_other_writings(chat, writing):
    number, _, secret = (code := await code_of(chat)).partition("-")
    await chat.say("关联", member="new")
    await chat.say("[新手机，有码]", member="new")

    told = await chat.say(writing.format(code, number, secret), member="new")

    assert told == (WRONG if writing.endswith("。") else DONE)


@pytest.mark.parametrize("said", ["123456", "1-12345", "没有", "99999999999-123456", "7-123456", "-123456"])
async def test_what_is_no_code_links_nothing(chat, said):
    await code_of(chat)
    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (said, WRONG), ("[再填一次]", ASK), member="new")

    assert await people(chat) == 2


async def test_code_works_once_and_for_ten_minutes(chat, clock):
    code = await code_of(chat)
    clock.tick(601)
    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, WRONG), member="new")

    code = await code_of(chat)
    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, DONE), member="new")
    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, WRONG), member="other")

    assert await people(chat) == 2


async def test_code_typed_on_the_phone_that_told_it_says_so(chat):
    code = await code_of(chat)

    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, "这两边本来就认作一个人。\n[菜单]"))


async def test_old_phone_is_told_and_may_part_the_two(chat):
    code = await code_of(chat)
    await chat.run(("关联", WHICH), ("[新手机，有码]", ASK), (code, DONE), member="new")
    letter = next(letter for to, letter in chat.phone.shown if to == "wang")
    assert letter.text == "您的会员信息刚在另一台手机上绑定。"

    await chat.send(chat.incoming("press", value=letter.choices[1].value))

    async with chat.database.transaction() as session:
        owners = await session.scalars(select(Contact.member_id).order_by(Contact.address))
        assert len(set(owners)) == 2


async def test_asking_twice_ends_the_first_code(chat):
    first, second = await code_of(chat), await code_of(chat)

    assert first.partition("-")[0] == second.partition("-")[0]
    async with chat.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Link)) == 1


async def test_unknown_button_asks_again(chat):
    assert await chat.send(chat.incoming("press", value="link:x")) == WHICH
