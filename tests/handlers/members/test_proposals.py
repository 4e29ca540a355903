"""A proposal from the first word in chat to the answer, where it stays private and where it does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers import proposing
from handlers.confiding import Ways
from models import members, proposals, staff
from models.messages import Address
from models.outbox import Letter
from models.proposals import Proposal
from models.rights import Grant
from tests.crowd import NASTY
from tests.transcripts import readable

WHAT, WISH = "园区食堂太小，中午排半个小时", "错开吃饭的时间"
SHOWN = "编号JY2026-0001，园区食堂太小,中午排半个小时。\n"
TAKEN = "收到了，编号JY2026-0001。12月10日（周四）前答复您。您写的只有办这件事的同事看，随时可以撤回。\n[我的建议] [菜单] [转人工]"
NEUTRAL = "您有一条工会消息，点开查看。\n[点开查看]"
HAND_IN = (
    ("写建议", "一份说一件事。是什么事，现在怎么样？\n[不写了]"),
    (WHAT, "大约牵涉多少人？\n[说不清] [不写了]"),
    ("[说不清]", "您想怎么改？\n[不写了]"),
    (
        WISH,
        "请核对：园区食堂太小,中午排半个小时\n想这样改：错开吃饭的时间\n交上去吗？要改说“返回”。\n[交上去] [我是代表，交] [不写了]",
    ),
)


@pytest.fixture
async def handed_in(chat):
    chat.dialogue.ways = Ways(frozenset({"phone"}))
    await chat.run(*HAND_IN, ("[我是代表，交]", TAKEN))


async def change(chat, do, *, ways=None):
    """Let a colleague do something with the proposal, and tell the member."""
    async with chat.database.transaction() as session:
        found = await session.get_one(Proposal, 1)
        do(found)
        await proposing.tell(
            session, chat.dialogue.edition.content, ways or chat.dialogue.ways, found, now=chat.clock()
        )


async def test_proposal_goes_from_chat_to_its_answer(chat, handed_in):
    async with chat.database.transaction() as session:
        found = await session.get_one(Proposal, 1)
        assert (found.title, found.delegate) == ("园区食堂太小,中午排半个小时", True)
        assert found.text == "园区食堂太小,中午排半个小时\n牵涉多少人：-\n想怎么改：错开吃饭的时间"

    await chat.run(("[我的建议]", f"{SHOWN}收到了，12月10日（周四）前答复您。\n[撤回] [写建议] [转人工]"))
    await change(chat, lambda found: proposals.pass_on(found, "生活保障部"))
    assert await chat.shown() == (
        "您的建议（编号JY2026-0001）转给生活保障部了，12月10日（周四）前答复您。\n[我的建议] [转人工]"
    )
    await chat.run(
        ("[我的建议]", f"{SHOWN}转给生活保障部了，12月10日（周四）前答复您。\n[撤回] [写建议] [转人工]")
    )
    await change(chat, lambda found: proposals.answer(found, "下月加一个窗口", by="li", now=chat.clock()))
    assert await chat.shown() == ("您的建议（编号JY2026-0001）有答复了：\n下月加一个窗口\n[写建议] [转人工]")
    await chat.run(
        ("我的", "您还没有报名，也没有让我留意的活动。\n[我的建议] [活动报名] [菜单] [转人工]"),
        ("[我的建议]", f"{SHOWN}答复：下月加一个窗口\n[写建议] [转人工]"),
    )


async def test_answer_is_neutral_where_it_does_not_stay_private(chat, handed_in):
    site = Ways(frozenset({"web"}), "https://gonghui.example")
    chat.dialogue.ways = site
    await change(chat, lambda found: proposals.answer(found, "下月加一个窗口", by="li", now=chat.clock()))

    assert await chat.shown() == NEUTRAL
    told = await chat.say("[点开查看]")
    assert told == (
        "下面要填个人情况，在这里说不保险。点按钮到工会自己的网页接着填，15分钟内有效。\n[打开接着填] [转人工]"
    )
    press = chat.incoming("press", value="proposal:show:1")
    assert await chat.send(press) == told


async def test_proposal_is_taken_back_after_it_is_asked_once_more(chat, handed_in):
    await chat.say("[我的建议]")
    await chat.run(
        ("[撤回]", "撤回编号JY2026-0001的建议？撤回了就不再办。\n[不撤] [撤回]"),
        ("[不撤]", f"{SHOWN}收到了，12月10日（周四）前答复您。\n[撤回] [写建议] [转人工]"),
    )
    await chat.say("[撤回]")
    await chat.run(("[撤回]", "编号JY2026-0001撤回了，不再办。想说的时候再写。\n[写建议] [菜单] [转人工]"))
    press = chat.incoming("press", value="proposal:sure:1")
    assert await chat.send(press) == "这份建议已经办完了。\n[我的建议] [菜单] [转人工]"
    assert await chat.send(chat.incoming("press", value="proposal:show:1")) == (
        f"{SHOWN}您撤回了。\n[写建议] [转人工]"
    )


async def test_proposal_is_seen_only_where_it_was_written(chat, handed_in):
    async with chat.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=chat.clock())
        await members.open_from(session, member, Address("phone", "officer"), "")

    for who in ("officer", "stranger"):
        for step in ("show", "quit", "sure"):
            press = chat.incoming("press", who, value=f"proposal:{step}:1")
            assert await chat.send(press) == (
                "这里看不到这份建议。在别处写的，到那里看。\n[写建议] [菜单] [转人工]"
            )
        assert await chat.send(chat.incoming("press", who, value="proposal:list")) == (
            "这里没有您写的建议。在别处写的，到那里看。\n[写建议] [菜单] [转人工]"
        )
        assert "我的建议" not in await chat.say("我的", member=who)


async def test_several_proposals_are_listed(chat, handed_in):
    await chat.run(*HAND_IN)
    await chat.say("[交上去]")
    press = chat.incoming("press", value="proposal:list")

    assert await chat.send(press) == (
        "您写的建议，点一下看：\n[JY2026-0002 园区食堂太小,中午排] [JY2026-0001 园区食堂太小,中午排] [写建议] [转人工]"
    )


async def test_questions_of_the_entries_lead_to_the_form(chat):
    for said in ("提建议", "建议书"):
        assert "[写建议]" in await chat.say(said)
        assert await chat.say("[写建议]") == HAND_IN[0][1]
        await chat.say("取消")


async def test_nothing_that_a_member_writes_is_filled_in(chat):
    chat.dialogue.ways = Ways(frozenset({"phone"}))
    await chat.say("写建议")
    for said in (f"{NASTY}{{number}}", "5", "{answer}"):
        await chat.say(said)

    assert await chat.say("[交上去]") == TAKEN


async def reminded(chat):
    async with chat.database.transaction() as session:
        await proposing.remind(session, chat.dialogue.edition.content, now=chat.clock())
    async with chat.database.transaction() as session:
        rows = await session.scalars(select(Letter).where(Letter.address != "wang").order_by(Letter.id))
        return [(row.address, readable(row.message)) for row in rows]


async def test_colleagues_are_reminded_once_before_the_day_and_once_after(chat, handed_in, staffed):
    soon = "建议JY2026-0001要在12月10日（周四）上午10:00前答复，到管理台看。"
    late = "建议JY2026-0001过了答应的时间（12月10日（周四）上午10:00），还没答复，到管理台看。"
    chat.clock.now += timedelta(days=24)
    assert await reminded(chat) == []
    chat.clock.now += timedelta(days=1)
    assert await reminded(chat) == [("desk", soon)]
    assert await reminded(chat) == [("desk", soon)]
    chat.clock.now += timedelta(days=5)
    assert await reminded(chat) == [("desk", soon), ("desk", late)]
    assert await reminded(chat) == [("desk", soon), ("desk", late)]
    async with chat.database.transaction() as session:
        proposals.withdraw(await session.get_one(Proposal, 1), now=chat.clock())
    chat.clock.now += timedelta(days=1)
    assert len(await reminded(chat)) == 2


async def test_reminder_goes_to_those_who_deal_with_it(chat, handed_in):
    async with chat.database.transaction() as session:
        (await session.get_one(Proposal, 1)).union = "北冶"
        for login, grant in (
            ("li", Grant("organiser", union="北冶")), ("far", Grant("organiser", union="别的工会")),
            ("ed", Grant("editor")), ("off", Grant("organiser")),
        ):  # fmt: skip
            who = await staff.add(session, login, login, "x", [grant], now=chat.clock())
            who.channel, who.address = ("phone", login) if login != "off" else ("", "")
    chat.clock.now += timedelta(days=26)

    assert [who for who, _ in await reminded(chat)] == ["li"]
