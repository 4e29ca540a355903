"""我的案件: how a case stands, and what a member can do about it, where it may be seen and nowhere else."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import case_papers, cases, linking, members
from models.appointments import Appointment
from models.case_lines import CaseLine
from models.cases import Filed
from models.files import Kept
from models.linking import Link
from models.messages import Address
from models.photos import Photo

HOME, OFFICER = Address("phone", "wang"), Address("phone", "officer")
NONE = "在这台设备上没有您交来的事。在别处交的，到那里看；也可以要一个码，在这里看。\n[要一个码] [申请法律援助] [转人工]"
UNKNOWN = "这台设备上看不到这件事。\n[我的案件] [转人工]"
MOVE = "下面要填个人情况，在这里说不保险。点按钮到工会自己的网页接着填，15分钟内有效。\n[打开接着填] [转人工]"
SHOWN = "编号2026-0001，没发工资。收到了，等同事看。"
OWN = "[补材料] [写给同事] [撤回] [转人工]"
ASK = "把照片或文件发到这里，一次一张。没有也不耽误。\n[不发了] [转人工]"
PDF = Kept("c" * 64, 9, "application/pdf")


@pytest.fixture
async def filed(town):
    """A case of wang, begun on Telegram and handed in on the page; an officer of the employer holds a linked device."""
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, HOME, now=town.now)
        for at in (Address("telegram", "wang"), OFFICER, Address("telegram", "officer")):
            await members.open_from(session, member, at, "")
        facts = {"reach": "telegram:wang"}
        said = Filed("wages", "P3", "王芳（演示）", "13800000001", "某某公司（演示）", facts=facts)
        promised = town.now + timedelta(hours=2)
        case = await cases.file(session, member, HOME, said, promised=promised, now=town.now)
        return case.id


async def change(town, number, **values):
    async with town.page.database.transaction() as session:
        case = await session.get(cases.Case, number)
        for name, value in values.items():
            setattr(case, name, value)


async def test_case_is_shown_in_plain_words(town, filed):
    await town.page.run(("我的案件", f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"))
    await change(town, filed, state="mediation", answered_at=town.now)
    await town.page.run(("我的案件", f"编号2026-0001，没发工资。在调解。\n{OWN}"))


async def test_second_device_in_another_hand_sees_no_case(town, filed):
    await town.page.run(("我的案件", NONE), member="officer")
    for step in ("show", "papers", "say", "quit", "sure", "rate", "yes", "no"):
        press = town.page.incoming("press", "officer", value=f"case:{step}:{filed}")
        assert await town.page.send(press) == UNKNOWN
    assert "我的案件" not in await town.page.say("我的", member="officer")

    await town.telegram.run(("我的案件", MOVE), member="officer")
    assert await town.follow("elsewhere", "officer") == NONE


async def test_case_is_found_under_mine_where_it_may_be_seen(town, filed):
    await town.page.run(
        ("我的", "您还没有报名，也没有让我留意的活动。\n[我的案件] [活动报名] [菜单] [转人工]"),
        ("[我的案件]", f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"),
    )


async def test_on_telegram_everything_goes_by_link(town, filed):
    await town.telegram.run(("我的案件", MOVE))
    assert await town.follow("browser") == f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"

    asked = town.telegram.incoming("press", value="private:cases")
    assert await town.telegram.send(asked) == MOVE
    assert await town.follow("browser") == f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"
    plain = town.telegram.incoming("press", value=f"case:show:{filed}")
    assert await town.telegram.send(plain) == MOVE
    press = town.telegram.incoming("press", value=f"private:case:say:{filed}")
    assert await town.telegram.send(press) == MOVE
    assert await town.follow("browser") == "您写，只有办案的同事能看。\n[不写了] [转人工]"
    await town.page.run(("还没给", "写好了，办案的同事会看到。\n[我的案件] [转人工]"), member="browser")


async def test_private_button_on_the_page_opens_nothing_by_itself(town, filed):
    await town.page.say("菜单")
    menu = await town.page.say("菜单")
    press = town.page.incoming("press", value=f"private:case:show:{filed}")

    assert await town.page.send(press) == menu
    form = town.page.incoming("press", value="private:form:resume")
    assert await town.page.send(form) == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"


async def test_two_cases_are_listed(town, filed):
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, HOME, now=town.now)
        said = Filed("leave", "P3", "王芳（演示）", "13800000001", "")
        await cases.file(session, member, HOME, said, promised=None, now=town.now)

    await town.page.run(
        ("我的案件", "您交来的事，点一个看：\n[2026-0002 年假病假] [2026-0001 没发工资] [转人工]"),
        ("[2026-0002 年假病假]", f"编号2026-0002，年假病假。收到了，等同事看。\n{OWN}"),
    )
    odd = town.page.incoming("press", value="case:whatever")
    assert (await town.page.send(odd)).startswith("您交来的事")


async def test_pictures_and_files_are_put_with_the_case(town, filed):
    photo = Photo(
        Kept("a" * 64, 3, "image/jpeg"), Kept("b" * 64, 2, "image/jpeg"), Kept("d" * 64, 1, "image/jpeg"),
        40, 30, False, None, True, "phone", "0",
    )  # fmt: skip
    await town.page.say("我的案件")
    await town.page.run(("[补材料]", ASK))

    sent = town.page.incoming("photo", file="web:x", value=photo.packed())
    assert await town.page.send(sent) == "收到第1份，放进编号2026-0001了。还有就接着发。\n[发完了] [转人工]"
    file = town.page.incoming("file", file="web:x", text="合同.pdf", value=json.dumps(asdict(PDF)))
    assert await town.page.send(file) == "收到第2份，放进编号2026-0001了。还有就接着发。\n[发完了] [转人工]"
    bad = town.page.incoming("photo", file="web:x", value="refused:photo_huge")
    assert (await town.page.send(bad)).startswith("这张像素太多，我打不开。")
    assert (await town.page.say("[不发了]")) == "好，不填了，什么都没有交上去。\n[菜单] [转人工]"

    async with town.page.database.transaction() as session:
        found = await case_papers.of(session, await session.get(cases.Case, filed))
    assert [(p.name, p.digest) for p in found] == [("", "a" * 64), ("合同.pdf", "c" * 64)]


async def test_done_with_papers_leads_back_to_the_case(town, filed):
    await town.page.say("我的案件")
    await town.page.say("[补材料]")
    file = town.page.incoming("file", file="web:x", text="合同.pdf", value=json.dumps(asdict(PDF)))
    await town.page.send(file)

    await town.page.run(
        ("[发完了]", f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
    )


async def test_member_writes_to_the_colleagues(town, filed):
    await town.page.say("我的案件")
    await town.page.run(
        ("[写给同事]", "您写，只有办案的同事能看。\n[不写了] [转人工]"),
        ("工资还没给", "写好了，办案的同事会看到。\n[我的案件] [转人工]"),
    )

    async with town.page.database.transaction() as session:
        assert [line.text for line in await session.scalars(select(CaseLine))] == ["工资还没给"]


async def test_case_is_withdrawn_after_being_asked_once_more(town, filed):
    await town.page.say("我的案件")
    await town.page.run(
        ("[撤回]", "撤回编号2026-0001？同事就不再办了，想再办可以重新申请。\n[不撤] [撤回]"),
        ("[不撤]", f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"),
    )
    await town.page.say("[撤回]")
    await town.page.run(
        ("[撤回]", "撤回了。想再办，随时来。\n[申请法律援助] [菜单] [转人工]"),
        ("我的案件", "编号2026-0001，没发工资。您撤回了。\n[转人工]"),
    )


async def test_closed_case_is_rated_once(town, filed):
    await change(town, filed, state="closed")
    await town.page.run(
        ("我的案件", "编号2026-0001，没发工资。办完了。\n[满意] [一般] [不满意] [转人工]"),
        ("[满意]", "记下了，谢谢您。\n[我的案件] [菜单] [转人工]"),
        ("我的案件", "编号2026-0001，没发工资。办完了。\n[转人工]"),
    )


async def test_meeting_is_answered(town, filed):
    await change(town, filed, promised=None)
    async with town.page.database.transaction() as session:
        starts = town.now + timedelta(days=2)
        session.add(
            Appointment(
                case_id=filed, starts_at=starts, place="服务站（演示）", note="", state="proposed", by="li", at=town.now
            )
        )  # fmt: skip
    met = "11月12日（周四）上午10:00，服务站（演示），和同事见面，"
    await town.page.run(
        ("我的案件", f"{SHOWN}\n\n{met}您来吗？\n[能来] [来不了] {OWN}"),
        ("[能来]", f"{SHOWN}\n\n{met}说好了您来。\n[来不了] {OWN}"),
        ("[来不了]", f"{SHOWN}\n\n{met}您来吗？\n[能来] [来不了] {OWN}"),
    )


async def ask_code(town, member="new"):
    """Ask for a code on a device; return the number of the wish."""
    async with town.page.database.transaction() as session:
        owner = await members.at_address(session, HOME, now=town.now)
        await members.open_from(session, owner, Address("phone", member), "")
    await town.page.say("我的案件", member=member)
    asked = await town.page.say("[要一个码]", member=member)
    assert asked == "您在别处交过的话，那台设备上会看到一个码，是6位数字。请写在这里。\n[不要了] [转人工]"
    async with town.page.database.transaction() as session:
        return (await session.scalars(select(Link.id).order_by(Link.id.desc()))).first()


async def test_code_told_where_the_case_began_opens_it_on_another_device(town, filed):
    number = await ask_code(town)
    alert = (
        "有人想在另一台设备上看您的工会消息，是您吗？不是就不用管，别把码告诉别人。\n[是我，要码] [转人工]"
    )
    assert await town.telegram.shown("wang") == alert

    told = await town.telegram.say("[是我，要码]")
    code = told.splitlines()[1]
    assert told == f"码是：\n{code}\n10分钟内有效，只填在您自己的设备上，别告诉别人。"
    await town.page.run((code, f"{SHOWN}下午12:00前同事会联系您。\n{OWN}"), member="new")
    await town.page.run(("我的案件", NONE), member="officer")
    assert number == 1


async def test_device_in_another_hand_is_neither_told_nor_tells_a_code(town, filed):
    number = await ask_code(town)
    assert await town.page.shown("officer") == ""

    press = town.page.incoming("press", "officer", value=f"case:tell:{number}")
    assert await town.page.send(press) == NONE
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, HOME, now=town.now)
        code = linking.tell(await linking.of(session, member, str(number)), now=town.now)
    wrong = "码不对，或者过了10分钟，可以再要一个。\n[要一个码] [转人工]"
    await town.page.run((code, wrong), ("我的案件", NONE), member="new")


async def test_code_is_told_only_while_it_is_asked_for(town, filed):
    number = await ask_code(town)
    await town.telegram.shown("wang")
    await town.page.run(("[不要了]", "好，不填了，什么都没有交上去。\n[菜单] [转人工]"), member="new")

    press = town.telegram.incoming("press", value=f"case:tell:{number}")
    assert await town.telegram.send(press) == NONE
    other = town.telegram.incoming("press", value="case:tell:99")
    assert await town.telegram.send(other) == NONE


async def test_wrong_code_opens_nothing(town, filed):
    await ask_code(town)
    await town.telegram.shown("wang")
    told = await town.telegram.say("[是我，要码]")
    wrong = "000000" if "000000" not in told else "000001"

    said = "码不对，或者过了10分钟，可以再要一个。\n[要一个码] [转人工]"
    await town.page.run((wrong, said), ("我的案件", NONE), member="new")
