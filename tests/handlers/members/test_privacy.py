"""隐私: to see and to delete."""

import pytest
from sqlalchemy import func, select

from models import roster
from models.handoffs import HandOffLine
from models.interests import Interest
from models.linking import Link
from models.members import Member
from models.membership import Unmatched
from models.roster import Holder


async def test_only_what_is_kept_is_named(chat):
    await chat.run(
        ("隐私", "我记着您的：聊天的地址。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]")
    )
    await chat.say("摄影比赛啥时候")
    await chat.say("[有通知告诉我]")

    await chat.run(
        (
            "隱私",
            "我记着您的：聊天的地址、想知道消息的活动。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        ("[看一看]", f"从2026年11月10日起和我聊过。\n想知道消息的活动：{title(chat)}。\n[删除] [菜单]"),
    )


def title(chat) -> str:
    return chat.dialogue.edition.content.by_slug["photo-contest"].title


async def test_deleting_is_asked_once_more(chat):
    await chat.say("摄影比赛啥时候")
    await chat.say("[有通知告诉我]")
    await chat.say("隐私")
    await chat.run(("[删除]", "删了就找不回来。删掉这些吗？\n[删掉] [不删]"), ("不要", await_menu(chat)))
    assert await wishes(chat) == 1

    await chat.say("删除我的资料")
    await chat.run(
        ("[删除]", "删了就找不回来。删掉这些吗？\n[删掉] [不删]"),
        ("好的", "删好了。以后想办事，直接打字就行。\n[菜单]"),
    )
    assert await wishes(chat) == 0


def await_menu(chat) -> str:
    text = chat.dialogue.edition.content.texts["menu"]
    return f"{text.text}\n{' '.join(f'[{label}]' for label in text.choices)}"


async def wishes(chat) -> int:
    async with chat.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Interest))


async def test_what_colleagues_still_need_is_kept_until_they_are_done(chat, staffed):
    await chat.say("人工")
    await chat.say("我的事情说来话长")
    await chat.send(chat.incoming("press", value="privacy:gone"))

    async with chat.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(HandOffLine)) == 1


async def test_everything_that_is_kept_is_shown(chat, staffed):
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")
    await chat.say("13800000000")
    await chat.say("人工")

    await chat.run(
        (
            "隐私",
            "我记着您的：聊天的地址、没填完的单子、和同事说的话。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        (
            "[看一看]",
            "从2026年11月10日起和我聊过。\n没填完的单子里写了：13800000000。\n和同事说的话：1条。\n[删除] [菜单]",
        ),
    )


async def test_unknown_button_of_privacy_tells_what_is_kept(chat):
    assert (await chat.send(chat.incoming("press", value="privacy:x"))).startswith("我记着您的：聊天的地址。")


@pytest.fixture
async def bound(chat, clock) -> None:
    """A member bound to a card, who tried another one before."""
    holder = Holder("王芳", "6214680000123456", "13800000001", "演示单位工会", "海淀")
    async with chat.database.transaction() as session:
        await roster.put(session, [holder], source="演示", now=clock())
    await chat.say("绑定")
    await chat.say("123456")
    await chat.say("王芳")


async def missed(chat) -> None:
    await chat.say("绑定")
    await chat.say("111111")
    await chat.say("王芳")


async def kept_of_card(chat) -> tuple[object, ...]:
    async with chat.database.transaction() as session:
        member = await session.scalar(select(Member))
        counts = [len(list(await session.scalars(select(table)))) for table in (Unmatched, Link)]
        return (member.name, member.phone, member.union_name, member.area, member.roster_id, *counts)


GONE = (None, None, "", "", None, 0, 0)


async def test_membership_is_told_with_the_phone_masked(chat, bound):
    await chat.run(
        (
            "隐私",
            "我记着您的：聊天的地址、会员信息。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        (
            "[看一看]",
            "从2026年11月10日起和我聊过。\n会员信息：王芳，演示单位工会，海淀，138****0001。\n[删除] [菜单]",
        ),
    )


async def test_card_that_was_not_found_is_told(chat):
    await missed(chat)

    await chat.run(
        (
            "隐私",
            "我记着您的：聊天的地址、没对上的绑定。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        ("[看一看]", "从2026年11月10日起和我聊过。\n没对上的绑定里写了：王芳 111111。\n[删除] [菜单]"),
    )


async def test_deleting_forgets_membership_and_codes(chat, bound):
    await missed(chat)
    await chat.say("换手机")
    await chat.say("[老手机，要码]")
    assert [value for value, gone in zip(await kept_of_card(chat), GONE, strict=True) if value == gone] == []

    await chat.say("隐私")
    await chat.say("[删除]")
    await chat.say("[删掉]")

    assert await kept_of_card(chat) == GONE


async def test_agreement_is_taken_back(chat, bound):
    await missed(chat)
    await chat.say("换手机")
    await chat.say("[老手机，要码]")
    await chat.say("隐私")

    await chat.run(
        ("[撤回同意]", "撤回了，会员信息不再用了，也删掉了。想用的时候说“绑定”。\n[菜单]"),
        ("隐私", "我记着您的：聊天的地址。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]"),
        ("[撤回同意]", "您眼下没有同意过什么要撤回的。\n[菜单]"),
    )
    assert await kept_of_card(chat) == GONE


async def test_agreement_of_a_card_that_was_not_found_is_taken_back(chat):
    await missed(chat)
    await chat.say("隐私")

    assert (await chat.say("[撤回同意]")).startswith("撤回了")
    assert await kept_of_card(chat) == GONE
