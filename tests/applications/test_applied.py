"""我的申请: every state in plain words, papers, a supplement, an appeal, the account, taking it back; and nothing of it elsewhere."""

import json
from dataclasses import asdict
from decimal import Decimal

from sqlalchemy import select, update

from models import application_states, audit, members
from models.applications import ApplicationPaper
from models.files import File, Kept
from models.members import Contact
from models.messages import Address
from models.outbox import Letter
from tests.applications.conftest import KNOWN

TITLE = "学费资助，编号XF2026-0001。\n"
UNTIL = "11月25日（周三）上午"
HERE = "[交材料] [撤回] [转人工]"
OPEN = f"{TITLE}收到了，等同事看。{UNTIL}10:00前告诉您结果。\n{HERE}"
PDF, OTHER = Kept("c" * 64, 9, "application/pdf"), Kept("d" * 64, 9, "application/pdf")


def file(office, kept: Kept, name: str = "证书.pdf"):
    return office.page.incoming("file", file="web:x", text=name, value=json.dumps(asdict(kept)))


async def papers(office) -> list[tuple[str, str, str]]:
    async with office.page.database.transaction() as session:
        found = await session.scalars(select(ApplicationPaper).order_by(ApplicationPaper.id))
        return [(one.paper, one.name, one.digest[0]) for one in found]


async def test_it_stands_under_mine(filed):
    await filed.page.run(
        ("我的", "您还没有报名，也没有让我留意的活动。\n[我的申请] [活动报名] [菜单] [转人工]"),
        ("[我的申请]", OPEN),
    )


async def test_of_several_one_is_chosen(filed):
    for one in ("我要入会", "[我要申请]", "[有]", "演示厂", "[没错，交上去]"):
        await filed.page.say(one)
    await filed.page.say("菜单")
    await filed.page.run(
        ("我的申请", "您交来的申请，点一份看：\n[RH2026-0002 我要入会] [XF2026-0001 学费资助] [转人工]"),
        ("[XF2026-0001 学费资助]", OPEN),
    )


async def test_second_device_in_another_hand_sees_nothing(filed):
    async with filed.page.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=filed.now)
        await members.open_from(session, member, Address("phone", "officer"), "")
    none = "在这台设备上没有您的申请。在别处交的，到那里看。\n[补贴和帮扶] [菜单] [转人工]"
    await filed.page.say("菜单")
    await filed.page.run(("我的申请", none), member="officer")
    for step in ("show", "papers", "ready", "appeal", "account", "quit", "sure"):
        press = filed.page.incoming("press", "officer", value=f"applied:{step}:1")
        assert (
            await filed.page.send(press)
            == "在这台设备上看不到这份申请。在哪里交的，到哪里看。\n[菜单] [转人工]"
        )
    assert "[我的申请]" not in await filed.page.say("我的", member="officer")
    assert [one.state for one in await filed.all()] == ["submitted"]


async def test_papers_are_sent_one_after_the_other(filed):
    await filed.page.say("我的申请")
    ask = "请发“毕业证书”，照片或文件都行。没有也不耽误。\n[不发了] [转人工]"
    await filed.page.run(
        ("[交材料]", ask), ("[不发了]", OPEN), ("[交材料]", ask),
        ("明天发", f"没太看明白。把照片或文件发过来就行，发完了点“发完了”。\n\n{ask}"),
    )  # fmt: skip

    assert await filed.page.send(file(filed, PDF)) == (
        "“毕业证书”收到了，还差：身份证、京卡。点一样接着发，没有以后再交。\n[身份证] [京卡] [别的材料] [发完了] [转人工]"
    )
    assert (await filed.page.send(file(filed, PDF))).startswith("“毕业证书”收到了，还差：身份证、京卡。")
    await filed.page.run(("[身份证]", "请发“身份证”，照片或文件都行。没有也不耽误。\n[不发了] [转人工]"))
    await filed.page.send(file(filed, OTHER, "身份证.pdf"))
    await filed.page.say("[京卡]")
    assert await filed.page.send(file(filed, OTHER, "京卡.pdf")) == (
        "“京卡”收到了，要的都有了。还有就接着发。\n[别的材料] [发完了] [转人工]"
    )
    await filed.page.run(
        ("[别的材料]", "请发“别的材料”，照片或文件都行。没有也不耽误。\n[不发了] [转人工]"),
    )
    await filed.page.send(file(filed, OTHER, "成绩单.pdf"))
    await filed.page.run(("[发完了]", OPEN))

    assert await papers(filed) == [
        ("diploma", "证书.pdf", "c"), ("id_card", "身份证.pdf", "d"), ("card", "京卡.pdf", "d"), ("", "成绩单.pdf", "d"),
    ]  # fmt: skip
    async with filed.page.database.transaction() as session:
        assert [one.purpose for one in await session.scalars(select(File))] == ["application"] * 2


async def test_supplement_is_asked_for_once_and_handed_in(filed):
    await filed.move("union_check")
    assert await filed.page.shown() == f"{TITLE}单位工会这一级在核对。{UNTIL}10:00前告诉您结果。\n{HERE}"
    await filed.move("needs_supplement", reason="毕业证看不清，身份证反面。")
    missing = f"{TITLE}还差：毕业证看不清，身份证反面。请在{UNTIL}10:00前交来，一次交齐就行。"
    buttons = "[补材料] [补齐了] [撤回] [转人工]"
    assert await filed.page.shown() == f"{missing}\n{buttons}"

    await filed.page.say("[补材料]")
    assert (await filed.page.send(file(filed, PDF))).endswith(
        "\n[身份证] [京卡] [别的材料] [补齐了] [发完了] [转人工]"
    )
    await filed.page.run(
        ("[补齐了]", "要说明几句吗？不说也行。\n[不说了，交上去] [转人工]"),
        ("身份证丢了在补", f"{TITLE}收到了，等同事看。{UNTIL}10:00前告诉您结果。\n{HERE}"),
    )


async def test_who_is_only_on_the_page_is_called_when_something_is_missing(filed):
    await filed.move("union_check")
    async with filed.page.database.transaction() as session:
        await session.execute(update(Contact).values(channel="web", address="visitor"))
    await filed.move("needs_supplement", reason="缺毕业证")
    async with filed.page.database.transaction() as session:
        called = list(await session.scalars(select(Letter).where(Letter.key.startswith("apply-call:"))))
    assert [(one.channel, one.message.text) for one in called] == [
        ("phone", "申请XF2026-0001要本人补点东西才能往下办，请打开聊天页，说“我的申请”。")
    ]


async def test_appeal_comes_once_and_somebody_else_decides(filed):
    await filed.move("rejected", reason="学校不在名单里。")
    refused = f"{TITLE}这次没有批：学校不在名单里。您觉得不对，{UNTIL}10:00前可以申诉，换一位同事重新看。\n[申诉] [转人工]"
    assert await filed.page.shown() == refused
    await filed.page.run(
        ("[申诉]", "您觉得哪里不对？写一两句，换一位同事重新看。\n[不写了] [转人工]"),
        ("[不写了]", refused),
        ("[申诉]", "您觉得哪里不对？写一两句，换一位同事重新看。\n[不写了] [转人工]"),
        ("学校改名了", f"{TITLE}申诉收到了，换一位同事重新看。{UNTIL}10:00前告诉您结果。\n[菜单] [转人工]"),
    )
    await filed.move("rejected", by="zhao", reason="查过了，还是不在")
    assert (
        await filed.page.shown()
        == f"{TITLE}这次没有批：查过了，还是不在。还想问清楚，就找同事说说。\n[菜单] [转人工]"
    )


async def test_appeal_that_comes_late_is_told_so(filed):
    await filed.move("rejected", reason="学校不在名单里")
    await filed.page.shown()
    filed.clock.tick(15 * 86400)
    assert await filed.page.say("[申诉]") == (
        f"这是以前的按钮，现在的情况是：\n\n{TITLE}这次没有批：学校不在名单里。还想问清楚，就找同事说说。\n[菜单] [转人工]"
    )


async def test_account_is_asked_for_when_it_is_approved_and_again_when_the_bank_sends_it_back(filed):
    press = filed.page.incoming("press", value="applied:account:1")
    assert await filed.page.send(press) == f"这是以前的按钮，现在的情况是：\n\n{OPEN}"
    await filed.move("union_check")
    await filed.check()
    await filed.move("district_review")
    await filed.check()
    await filed.move("publicity", by="zhao", amount=Decimal(2000))
    await filed.page.shown()
    filed.clock.now = (await filed.all())[0].due
    filed.clock.tick(9 * 3600)
    await filed.move("approved", by="zhao")
    assert await filed.page.shown() == (
        f"{TITLE}批下来了，2000元。请填本人的银行卡号，填好就安排打款。\n[填卡号] [转人工]"
    )
    ask = "请填本人的银行卡号，整个都要。我们从不问密码、验证码，也不会让您转账。\n[不填了] [转人工]"
    await filed.page.run(
        ("[填卡号]", ask),
        ("6222", "这个卡号不全，卡正面整个号都要。再填一次吧。\n[我的申请] [转人工]"),
        ("我的申请", f"{TITLE}批下来了，2000元。请填本人的银行卡号，填好就安排打款。\n[填卡号] [转人工]"),
        ("[填卡号]", ask),
        ("6222 0000 0000 0000 123", "记下了，尾号0123。下面安排打款，打好了告诉您。\n[我的申请] [转人工]"),
        ("[我的申请]", f"{TITLE}批下来了，2000元。下面安排打款，打好了告诉您。\n[菜单] [转人工]"),
    )
    await filed.move("paying", by="zhao")
    assert (
        await filed.page.shown() == f"{TITLE}2000元正在打到您尾号0123的卡上。到账了告诉您。\n[菜单] [转人工]"
    )
    await filed.move("pay_returned", by="zhao", reason="户名不符")
    assert await filed.page.shown() == (
        f"{TITLE}银行没打成：户名不符。请把本人的银行卡号再填一次，填好接着打。\n[填卡号] [转人工]"
    )
    await filed.page.say("[填卡号]")
    await filed.page.say("6222000000000000456")
    await filed.move("paying", by="zhao")
    await filed.move("paid", by="zhao")
    assert (await filed.page.shown()).endswith(
        f"{TITLE}2000元打到您尾号0456的卡上了，请查一下。没收到就找同事。\n[菜单] [转人工]"
    )


async def test_words_that_come_when_it_is_decided_already_are_answered(filed):
    await filed.move("needs_supplement", reason="缺毕业证")
    await filed.page.shown()
    await filed.page.say("[补齐了]")
    async with filed.page.database.transaction() as session:
        found = await filed.newest(session)
        application_states.enter(session, found, "lapsed", by="clock", now=filed.now)
    assert await filed.page.say("等等我") == "这份申请现在不能这样办，刷新看看。\n[我的申请] [转人工]"
    assert [one.state for one in await filed.all()] == ["lapsed"]


async def test_taken_back_after_being_asked_once_more(filed):
    await filed.page.say("我的申请")
    await filed.page.run(
        ("[撤回]", "撤回编号XF2026-0001？同事就不再办了，想办可以重新申请。\n[不撤] [撤回] [转人工]"),
        ("[不撤]", OPEN),
    )
    await filed.page.say("[撤回]")
    sure = filed.page._press("[撤回]", "wang")
    gone = f"{TITLE}您撤回了。想再办，随时重新申请。\n[重新申请] [转人工]"
    assert await filed.page.send(sure) == gone
    again = filed.page.incoming("press", value=sure.value)
    assert await filed.page.send(again) == gone
    assert (await filed.page.say("[重新申请]")).startswith("拿到的是哪一种学历？")


async def test_old_buttons_change_nothing(filed):
    await filed.move("rejected", reason="学校不在名单里")
    for step in ("quit", "sure", "ready", "papers"):
        told = await filed.page.send(filed.page.incoming("press", value=f"applied:{step}:1"))
        assert "这次没有批" in told or "您想办哪件事" in told
    assert [one.state for one in await filed.all()] == ["rejected"]


async def test_what_is_no_step_shows_them(filed):
    assert await filed.page.send(filed.page.incoming("press", value="applied:list")) == OPEN


async def test_it_is_told_under_privacy_and_stays_while_it_is_under_way(filed):
    await filed.page.run(
        (
            "隐私",
            "我记着您的：聊天的地址、会员信息、您的申请。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        (
            "[看一看]",
            "从2026年11月10日起和我聊过。\n会员信息：王芳(演示)，138****0001。\n您的申请：XF2026-0001。\n[删除] [菜单]",
        ),
        (
            "[删除]",
            "还在办的XF2026-0001先留着，免得误了期限，办完就能删。其他的现在删掉吗？删了找不回来。\n[删掉其他的] [不删] [转人工]",
        ),
    )


async def test_on_telegram_privacy_does_not_say_what_it_is(filed):
    for one in ("送舞蹈进企业", "[我要申请]", "演示厂", "30", "[有]", "周五", *KNOWN, "[没错，交上去]"):
        await filed.telegram.say(one)
    await filed.telegram.run(
        (
            "隐私",
            "我记着您的：聊天的地址、会员信息、在办的事。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        ("[看一看]", "从2026年11月10日起和我聊过。\n会员信息：王芳(演示)，138****0001。\n[删除] [菜单]"),
    )


async def test_who_looked_at_it_is_told(filed):
    async with filed.page.database.transaction() as session:
        await filed.colleague(session, "li")
        audit.note(session, "li", audit.LOOKED, "/applications/1", now=filed.now)
        audit.note(session, "li", audit.LOOKED, "/applications/2", now=filed.now)
    assert await filed.page.say("谁看过我的资料") == (
        "近一年，同事为您办事时看过您的资料：\n办案的同事：1次，最近一次2026年11月10日\n[看一看] [菜单] [转人工]"
    )
