"""What a member agreed to is told purpose by purpose and taken back; colleagues hear of it by number only."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from handlers.confiding import Ways
from models import case_consents, cases, consents, members, staff
from models.cases import Case, CaseStep, CaseWorker, Filed
from models.messages import Address
from models.outbox import Letter
from models.rights import Grant

AT = Address("phone", "wang")


@pytest.fixture
def private(chat):
    """The chat on a channel that keeps private words."""
    chat.dialogue.ways = Ways(private=frozenset({"phone"}))
    return chat


async def agree(chat, *kinds: str, worker: bool = True) -> None:
    """Let the member have a case, consents to it, and a colleague who works on it."""
    async with chat.database.transaction() as session:
        member = await members.at_address(session, AT, now=chat.clock())
        filed = Filed("wages", "P2", "王芳（演示）", "13800000001", "演示厂")
        case = await cases.file(session, member, AT, filed, promised=None, now=chat.clock())
        for kind in kinds:
            await consents.give(session, member, kind, case.number, now=chat.clock())
        if worker:
            li = await staff.add(session, "li", "李（演示）", "x", [Grant("caseworker")], now=chat.clock())
            li.channel, li.address = "phone", "li"
            session.add(CaseWorker(case_id=case.id, staff_id=li.id, since=chat.clock()))


async def steps(chat) -> list[tuple[str, str, str]]:
    async with chat.database.transaction() as session:
        rows = await session.scalars(select(CaseStep).where(CaseStep.kind == "consent").order_by(CaseStep.id))
        return [(step.before, step.after, step.by) for step in rows]


async def agreed(chat) -> list[str]:
    async with chat.database.transaction() as session:
        member = await members.at_address(session, AT, now=chat.clock())
        return [found.purpose for found in await consents.of(session, member)]


async def test_one_purpose_is_taken_back_and_the_worker_hears_the_number(private):
    await agree(private, consents.CASE, consents.SHARING)
    await private.say("隐私")

    await private.run(
        ("[撤回同意]", "您同意过这些，想撤回哪一个？\n办我的案件（案件2026-0001）\n转给别的部门（案件2026-0001）\n[办我的案件] [转给别的部门] [转人工]"),
        ("[转给别的部门]", "撤回后，不再把材料转给别的部门，转出去的收不回来。撤回吗？\n[转人工] [撤回] [不撤]"),
        ("[撤回]", "撤回了，办这件事的同事会知道。有话想说，随时转人工。\n[转人工] [菜单]"),
    )  # fmt: skip

    assert await agreed(private) == ["case:2026-0001"]
    assert await steps(private) == [("case_sharing given", "case_sharing withdrawn", "member")]
    async with private.database.transaction() as session:
        told = [
            letter.message.text
            for letter in await session.scalars(select(Letter).where(Letter.address == "li"))
        ]
    assert told == ["2026-0001号：会员撤回了一项同意，请在后台看一下。"]
    async with private.database.transaction() as session:
        member = await members.at_address(session, AT, now=private.clock())
        holds = [
            await case_consents.holds(session, member, kind, "2026-0001")
            for kind in (consents.CASE, consents.SHARING)
        ]
    assert holds == [True, False]


async def test_who_does_not_want_the_case_worked_on_takes_all_of_it_back(private):
    await agree(private, consents.CASE, consents.SENSITIVE, consents.PUBLISHING)
    await private.say("隐私")
    await private.say("[撤回同意]")
    await private.say("[办我的案件]")
    await private.say("[撤回]")

    assert await agreed(private) == []
    assert [step[1] for step in await steps(private)] == [
        "case withdrawn",
        "case_sensitive withdrawn",
        "case_publishing withdrawn",
    ]
    async with private.database.transaction() as session:
        assert (await session.scalar(select(Case))).state == "new"


async def test_a_case_nobody_works_on_is_told_to_who_is_on_duty(private, staffed):
    await agree(private, consents.SHARING, worker=False)
    await private.send(private.incoming("press", value="unconsented:case_sharing:2026-0001"))

    async with private.database.transaction() as session:
        told = [
            letter.address for letter in await session.scalars(select(Letter).where(Letter.address != "wang"))
        ]
    assert told == ["desk"]


async def test_press_on_what_is_gone_or_anothers_changes_nothing(private):
    await agree(private, consents.SHARING)
    press = private.incoming("press", value="unconsented:case_sharing:2026-0001", member="other")
    await private.send(press)
    assert await agreed(private) == ["case_sharing:2026-0001"]

    for _ in range(2):
        await private.send(private.incoming("press", value="unconsented:case_sharing:2026-0001"))
    assert len(await steps(private)) == 1


async def test_where_it_does_not_stay_private_cases_are_not_told(chat):
    await agree(chat, consents.CASE)
    async with chat.database.transaction() as session:
        member = await members.at_address(session, AT, now=chat.clock())
        await consents.give(session, member, consents.SIGN_UP, "board-contest", now=chat.clock())
    title = chat.dialogue.edition.content.by_slug["board-contest"].title

    await chat.run(
        ("隐私", "我记着您的：聊天的地址、报名和作品、在办的事。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]"),
        ("[看一看]", f"从2026年11月10日起和我聊过。\n同意我们办的活动：{title}。\n[删除] [菜单]"),
    )  # fmt: skip
    await chat.say("隐私")
    await chat.run(
        ("[撤回同意]", f"您同意过这些，想撤回哪一个？\n{title}\n[{title}] [点开查看] [转人工]"),
    )


async def test_cases_alone_are_looked_at_elsewhere(chat):
    await agree(chat, consents.CASE)
    await chat.say("隐私")

    await chat.run(("[撤回同意]", "您同意过的，请在网页上看和撤回。\n[点开查看] [转人工]"))


async def test_private_answers_of_a_form_are_shown_only_where_they_stay_private(chat, staffed):
    form = chat.dialogue.edition.content.forms["callback"]
    questions = (form.questions[0].model_copy(update={"private": True}), *form.questions[1:])
    content = replace(
        chat.dialogue.edition.content,
        forms={
            **chat.dialogue.edition.content.forms,
            "callback": form.model_copy(update={"questions": questions}),
        },
    )
    chat.dialogue.edition = replace(chat.dialogue.edition, content=content)
    chat.dialogue.ways = Ways(private=frozenset({"phone"}))
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")
    await chat.say("13800000000")
    await chat.say("隐私")
    assert (
        await chat.say("[看一看]")
        == "从2026年11月10日起和我聊过。\n没填完的单子里写了：13800000000。\n[删除] [菜单]"
    )

    chat.dialogue.ways = Ways()
    await chat.say("隐私")
    assert await chat.say("[看一看]") == "从2026年11月10日起和我聊过。\n[删除] [菜单]"


@pytest.mark.parametrize(
    ("ways", "what", "listed"),
    [
        (frozenset({"phone"}), "案件2026-0001", "聊天的地址、您的案件"),
        (frozenset(), "还没办完的事", "聊天的地址、在办的事"),
    ],
)
async def test_what_is_held_is_told_before_and_after(chat, ways, what, listed):
    chat.dialogue.ways = Ways(private=ways)
    await agree(chat)

    await chat.run(
        ("隐私", f"我记着您的：{listed}。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]"),
        ("[删除]", f"{what}先留着，免得误了期限，办完就能删。其他的现在删掉吗？删了找不回来。\n[删掉其他的] [不删] [转人工]"),
        ("[删掉其他的]", f"删好了。{what}先留着，办完再说一次“隐私”就能删。\n[菜单] [转人工]"),
    )  # fmt: skip
    async with chat.database.transaction() as session:
        assert (await session.scalar(select(Case))).name == "王芳（演示）"


async def test_cases_are_named_where_it_stays_private(private):
    await agree(private)
    await private.say("隐私")

    await private.run(("[看一看]", "从2026年11月10日起和我聊过。\n您的案件：2026-0001。\n[删除] [菜单]"))
