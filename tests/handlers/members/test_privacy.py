"""隐私: to see and to delete."""

from sqlalchemy import func, select

from models.handoffs import HandOffLine
from models.interests import Interest


async def test_only_what_is_kept_is_named(chat):
    await chat.run(("隐私", "我记着您的：聊天的地址。只用来办您的事，不给单位看。\n[看一看] [删除] [菜单]"))
    await chat.say("摄影比赛啥时候")
    await chat.say("[有通知告诉我]")

    await chat.run(
        (
            "隱私",
            "我记着您的：聊天的地址、想知道消息的活动。只用来办您的事，不给单位看。\n[看一看] [删除] [菜单]",
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
            "我记着您的：聊天的地址、没填完的单子、和同事说的话。只用来办您的事，不给单位看。\n[看一看] [删除] [菜单]",
        ),
        (
            "[看一看]",
            "从2026年11月10日起和我聊过。\n没填完的单子里写了：13800000000。\n和同事说的话：1条。\n[删除] [菜单]",
        ),
    )


async def test_unknown_button_of_privacy_tells_what_is_kept(chat):
    assert (await chat.send(chat.incoming("press", value="privacy:x"))).startswith("我记着您的：聊天的地址。")
