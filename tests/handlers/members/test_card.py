"""绑定会员: by card and name, by phone, wrong tries, and a card that is bound on another phone."""

import re

import pytest
from sqlalchemy import select

from models import roster
from models.base import Refused
from models.linking import Link
from models.members import Contact, Member
from models.membership import Unmatched
from models.messages import Incoming
from models.roster import Holder

ASK = (
    "请发京卡卡号的最后6位，不用发整个卡号。我们从不问密码、验证码，也不会让您转账。\n[卡不在手边] [以后再说]"
)
NAME = "您的姓名？\n[不填了]"
BOUND = "对上了，王芳，以后报名不用再填。"
UNKNOWN = "没对上，可能是新卡还没录进来。不耽误报名，同事会核对。\n[再试一次] [转人工]"
AGAIN = "还是没对上，请同事来看好吗？不耽误报名。\n[转人工] [再试一次]"
ALERT = "您的会员信息刚在另一台手机上绑定。\n[是我] [不是我]"
ELSEWHERE = "这张卡在另一台手机上绑过。请在那台手机上点“是我”，把看到的6位数发到这里。\n[转人工] [以后再说]"
DONE = "连上了，以后两边都认得您。\n[菜单]"
UNDONE = "好，那边断开了，看不到您的事。要同事查一查，点“转人工”。\n[转人工] [菜单]"
WRONG = "码不对，或者过了10分钟。可以在老手机上再要一个。\n[再填一次] [转人工]"
CODE = re.compile(r"关联码：\n(\d{6})\n10分钟内有效，只填在您自己的新手机上，别告诉别人。")

ROSTER = (
    Holder("王芳", "6214680000123456", "13800000001", "演示单位工会", "海淀"),
    Holder("李雷", "6214680000654321", "13800000002"),
    Holder("赵敏", "6214680001777777", "13800000003"),
    Holder("赵敏", "6214680002777777", "13800000004"),
    Holder("孙丽", "6214680001888888", "13800000005"),
    Holder("孙丽", "6214680002888888", "13800000005"),
)


@pytest.fixture(autouse=True)
async def listed(database, clock):
    """A roster with one of a name, two of a name, and two who share a phone."""
    async with database.transaction() as session:
        await roster.put(session, ROSTER, source="演示", now=clock())


async def bind(chat, member: str = "wang") -> str:
    await chat.say("绑定", member=member)
    await chat.say("123456", member=member)
    return await chat.say("王芳", member=member)


async def member_at(chat, name: str = "wang") -> Member:
    async with chat.database.transaction() as session:
        contact = await session.get_one(Contact, ("phone", name))
        return await session.get_one(Member, contact.member_id)


async def count(chat, table) -> int:
    async with chat.database.transaction() as session:
        return len(list(await session.scalars(select(table))))


async def test_card_and_name_bind(chat, clock):
    await chat.run(("绑定", ASK), ("123456", NAME), ("王芳", BOUND))

    member = await member_at(chat)
    assert (member.name, member.phone, member.union_name, member.area, member.verified) == (
        "王芳", "13800000001", "演示单位工会", "海淀", True
    )  # fmt: skip
    await chat.run(("绑卡", ASK), ("123456", NAME), ("王芳", BOUND))


async def test_card_is_found_under_the_menu(chat):
    await chat.say("菜单")
    assert "[办卡补卡] [绑定会员]" in await chat.say("[京卡·入会]")

    await chat.run(("[绑定会员]", ASK), ("6214 6800 0012 3456", NAME), ("王　芳", BOUND))


async def test_whole_number_is_not_kept(chat):
    await chat.say("绑定")
    await chat.say("6214680000123456")

    await chat.say("隐私")
    assert "没填完的单子里写了：123456。" in await chat.say("[看一看]")


async def test_what_is_no_end_of_a_card_is_asked_again(chat):
    await chat.run(
        ("绑定", ASK),
        ("12345", f"没太看明白。卡号印在京卡正面，只要最后6个数字。\n\n{ASK}"),
        ("123456", NAME),
    )


async def test_card_that_is_not_at_hand_or_later_leaves_the_form(chat):
    await chat.run(
        ("绑定", ASK),
        ("卡不在手边", "没关系，不绑也能报名。把您自己的名片发给我，用手机号也能对。\n[以后再说] [转人工]"),
        ("[以后再说]", "好，想绑的时候说“绑定”。\n[菜单]"),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
    )


async def test_old_button_of_the_card_leaves_another_form_alone(chat, staffed):
    await chat.say("欠薪")
    asked = await chat.say("[请同事联系我]")

    await chat.send(chat.incoming("press", value="card:later"))

    assert asked == "请留个手机号，同事好给您回电话。\n[不填了]"
    assert await chat.say("13800000000") == "什么时候方便接电话？\n[上午] [下午] [都行]"


async def test_three_wrong_tries_rest_the_binding_and_nothing_else(chat, clock):
    resting = "几次都没对上，先歇一歇，上午11:00以后再试。别的事照常办。\n[转人工] [菜单]"
    await chat.run(
        ("绑定", ASK), ("123457", NAME), ("王芳", UNKNOWN),
        ("[再试一次]", ASK), ("123456", NAME), ("李雷", AGAIN),
        ("绑定", ASK), ("654321", NAME), ("王芳", resting),
        ("绑定", resting),
    )  # fmt: skip
    assert await chat.send(own(chat, "13800000001")) == resting
    assert not (await member_at(chat)).verified

    assert "会费" in await chat.say("会费交多少")
    assert (await chat.say("人工")).startswith("这里现在没有人值班")
    await chat.run(("绑定", ASK), ("123456", NAME), ("王芳", BOUND), member="mei")

    clock.tick(3600)
    await chat.run(("绑定", ASK), ("654321", NAME), ("李雷", BOUND.replace("王芳", "李雷")))


async def test_what_was_not_found_is_kept_for_staff_until_it_is_bound(chat):
    await chat.run(("绑定", ASK), ("123457", NAME), ("王芳", UNKNOWN))

    async with chat.database.transaction() as session:
        assert (await session.scalars(select(Unmatched.said))).all() == ["王芳 123457"]
    await bind(chat)
    assert await count(chat, Unmatched) == 0


async def test_two_of_a_name_are_told_apart_by_the_phone(chat):
    asked = "有几位同名的。您登记的手机号，最后4位是多少？\n[不填了]"
    await chat.run(
        ("绑定", ASK), ("777777", NAME), ("赵敏", asked), ("0009", UNKNOWN),
        ("绑定", ASK), ("777777", NAME), ("赵敏", asked), ("13800000004", "对上了，赵敏，以后报名不用再填。"),
    )  # fmt: skip

    assert (await member_at(chat)).phone == "13800000004"


async def test_two_who_share_even_the_phone_go_to_staff(chat, staffed):
    several = "有几位都对得上，我分不清，请同事来看好吗？\n[转人工] [以后再说]"
    await chat.run(
        ("绑定", ASK),
        ("888888", NAME),
        ("孙丽", "有几位同名的。您登记的手机号，最后4位是多少？\n[不填了]"),
        ("0005", several),
    )
    assert await chat.send(own(chat, "13800000005", "mei")) == several

    assert (await chat.say("[转人工]")).startswith("好，请同事来，")
    assert await count(chat, Unmatched) == 2
    assert not (await member_at(chat)).verified


def own(chat, phone: str, member: str = "wang") -> Incoming:
    return chat.incoming("contact", member, text=phone, value="own")


async def test_own_phone_number_binds(chat):
    await chat.say("绑定")

    assert await chat.send(own(chat, "+8613800000001")) == BOUND
    assert (await member_at(chat)).verified
    assert await chat.say("继续") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"


async def test_phone_number_of_somebody_else_does_not_bind(chat):
    await chat.say("绑定")
    told = await chat.send(chat.incoming("contact", text="13800000001"))

    assert told == "我只认您自己的名片，这张对不了。\n[绑定会员] [菜单]"
    assert not (await member_at(chat)).verified
    await chat.run(("[绑定会员]", ASK))


async def test_phone_number_that_is_not_listed_counts_as_no_try(chat):
    for _ in range(4):
        assert await chat.send(own(chat, "13900000009")) == UNKNOWN
    assert await count(chat, Unmatched) == 1

    assert await chat.send(own(chat, "13800000001")) == BOUND


async def test_phone_number_answers_the_question_for_one(chat, staffed):
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")

    assert await chat.send(own(chat, "13800000001")) == "什么时候方便接电话？\n[上午] [下午] [都行]"
    assert not (await member_at(chat)).verified


async def test_other_addresses_of_the_member_are_told_and_may_undo(chat, clock):
    await chat.say("您好")
    async with chat.database.transaction() as session:
        session.add(Contact(channel="phone", address="old", member_id=1))
        session.add(Contact(channel="phone", address="dead", member_id=1, dead_at=clock()))
    await bind(chat)
    told = [(to, letter.text) for to, letter in chat.phone.shown]
    assert told == [("wang", BOUND), ("old", ALERT.partition("\n")[0])]
    assert (await member_at(chat)).verified

    assert await chat.send(chat.incoming("press", "old", value="card:mine:0")) == "好，知道是您了。\n[菜单]"
    assert await chat.send(chat.incoming("press", "old", value="card:notmine:0")) == UNDONE

    member = await member_at(chat)
    assert (member.verified, member.name, member.phone, member.union_name) == (False, None, None, "")


async def bound_elsewhere(chat) -> None:
    """Let wang be bound and talk with staff, and mei want the same card."""
    await bind(chat)
    await chat.say("人工")
    await chat.say("我家里的事不想让人知道")
    await chat.say("返回")
    assert await bind(chat, "mei") == ELSEWHERE


async def alerted(chat) -> str:
    """Return what wang's phone has got, so that its buttons can be pressed."""
    letters = [letter for to, letter in chat.phone.shown if to == "wang"]
    chat._choices["wang"] = letters[-1].choices
    return f"{letters[-1].text}\n{' '.join(f'[{c.label}]' for c in letters[-1].choices)}"


async def test_card_of_another_phone_is_not_taken_over(chat, staffed):
    await bound_elsewhere(chat)
    assert await alerted(chat) == ALERT

    assert not (await member_at(chat, "mei")).verified
    assert (await member_at(chat)).verified
    assert "[报名" not in await chat.say("我的", member="mei")


async def test_right_name_and_number_show_nothing_of_the_other(chat, staffed):
    await bound_elsewhere(chat)
    await chat.say("绑定", member="wang")  # a form in progress, which mei must not see
    await chat.say("不填了", member="mei")

    await chat.run(
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
        ("隐私", "我记着您的：聊天的地址。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]"),
        ("[看一看]", "从2026年11月10日起和我聊过。\n[删除] [菜单]"),
        member="mei",
    )
    await chat.say("隐私")
    assert "和同事说的话：2条。" in await chat.say("[看一看]")


async def test_who_binds_a_card_first_sees_no_conversation_of_its_holder(chat, staffed):
    for said in ("人工", "我想说一件私事"):  # the holder herself, who has not bound her card
        await chat.say(said, member="wang")

    assert (await bind(chat, "officer")).startswith(BOUND)

    await chat.say("隐私", member="officer")
    assert "和同事说的话" not in await chat.say("[看一看]", member="officer")
    assert (
        await chat.say("继续", member="officer") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"
    )
    await chat.say("隐私", member="wang")
    assert "和同事说的话：1条。" in await chat.say("[看一看]", member="wang")


async def test_code_from_the_old_phone_links_the_two(chat, staffed):
    await bound_elsewhere(chat)
    await alerted(chat)
    code = CODE.fullmatch(await chat.say("[是我]"))[1]

    await chat.run((code, DONE), member="mei")

    assert (await member_at(chat, "mei")).id == (await member_at(chat)).id
    assert await count(chat, Member) == 1
    assert await chat.say("[菜单]", member="mei") != ""
    await chat.say("隐私", member="mei")
    assert "会员信息：王芳，演示单位工会，海淀，138****0001。" in await chat.say("[看一看]", member="mei")
    assert await chat.send(chat.incoming("press", value="card:mine:1")) == "好，知道是您了。\n[菜单]"


async def test_wrong_code_links_nothing_and_five_end_it(chat):
    await bind(chat)
    await bind(chat, "mei")
    await alerted(chat)
    code = CODE.fullmatch(await chat.say("[是我]"))[1]
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(5):
        await chat.run((wrong, WRONG), ("[再填一次]", ELSEWHERE), member="mei")
    await chat.run((code, WRONG), member="mei")

    assert await count(chat, Member) == 2
    assert await chat.send(chat.incoming("press", value="card:mine:1")) == (
        "这次过了时间，请在新手机上再来一次。\n[转人工] [菜单]"
    )


async def test_asking_again_does_not_alert_again(chat):
    await bind(chat)
    assert await bind(chat, "mei") == ELSEWHERE
    await chat.run(("[以后再说]", "好，想绑的时候说“绑定”。\n[菜单]"), member="mei")

    assert await bind(chat, "mei") == ELSEWHERE
    assert [to for to, _ in chat.phone.shown] == ["mei"]
    assert await count(chat, Link) == 1


async def test_not_me_ends_the_wish(chat):
    await bind(chat)
    await bind(chat, "mei")
    await alerted(chat)
    code = CODE.fullmatch(await chat.say("[是我]"))[1]

    assert await chat.send(chat.incoming("press", value="card:notmine:1")) == UNDONE

    await chat.run((code, WRONG), member="mei")
    assert (await member_at(chat)).verified


async def test_not_me_parts_what_was_linked(chat):
    await bind(chat)
    await bind(chat, "mei")
    await alerted(chat)
    code = CODE.fullmatch(await chat.say("[是我]"))[1]
    await chat.run((code, DONE), member="mei")
    assert (await chat.send(chat.incoming("press", "mei", value="card:notmine:1"))).startswith(
        "这是以前的按钮"
    )
    assert (await member_at(chat, "mei")).verified

    assert await chat.send(chat.incoming("press", value="card:notmine:1")) == UNDONE

    assert not (await member_at(chat, "mei")).verified
    assert (await member_at(chat)).verified


@pytest.mark.parametrize("number", ["1", "2", "x", "", "9" * 30])
async def test_buttons_of_an_alert_work_for_its_member_alone(chat, number):
    await bind(chat)
    await bind(chat, "mei")

    mine = await chat.send(chat.incoming("press", "zhao", value=f"card:mine:{number}"))
    not_mine = await chat.send(chat.incoming("press", "zhao", value=f"card:notmine:{number}"))

    assert mine == "好，知道是您了。\n[菜单]"
    assert not_mine.startswith("这是以前的按钮")
    async with chat.database.transaction() as session:
        assert (await session.scalars(select(Link.code_hash, Link.tries))).all() == [""]


async def test_member_of_another_card_cannot_be_linked(chat):
    await bind(chat)
    await chat.run(("绑定", ASK), ("654321", NAME), ("李雷", BOUND.replace("王芳", "李雷")), member="mei")
    await bind(chat, "mei")
    await alerted(chat)
    code = CODE.fullmatch(await chat.say("[是我]"))[1]

    await chat.run(
        (code, "两边绑的不是同一张京卡，不能认作一个人。\n[转人工] [菜单]"),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
        member="mei",
    )

    assert await count(chat, Member) == 2


async def test_card_taken_in_the_same_moment_is_told(chat, monkeypatch):
    async def taken(*_, **__):
        raise Refused("card_taken")

    monkeypatch.setattr("models.membership.bind", taken)

    assert await bind(chat) == "这张卡刚在另一台手机上绑定，请再说一次“绑定”。\n[转人工] [菜单]"
