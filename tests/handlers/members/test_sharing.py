"""Whether a case may be passed on: asked where words are private, answered by one press."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from config.parties import Party
from handlers import casework
from handlers.confiding import Ways
from models import case_referrals, cases, members
from models.cases import Case, CaseStep, Filed
from models.messages import Address

QUESTION = (
    "编号2026-0001，想请演示调解中心一起调解，要把您的案情和材料给他们看。同意吗？不同意也接着办。\n"
    "[同意] [不同意] [我的案件] [写给同事] [转人工]"
)
GONE = "这台设备上看不到这件事。"


@pytest.fixture
def asked(chat, dialogue):
    """A member who is asked; *private* says whether their phone is."""
    content = dialogue.edition.content
    first = Party(key="first", name="演示调解中心", named=True)
    parties = content.parties.model_copy(update={"parties": (first, *content.parties.parties[1:])})
    content = replace(content, parties=parties)
    dialogue.edition = replace(dialogue.edition, content=content)

    async def ask(*, private: bool = True, member: str = "wang") -> None:
        dialogue.ways = Ways(frozenset({"phone"}) if private else frozenset(), "https://gonghui.example")
        at = Address("phone", member)
        async with chat.database.transaction() as session:
            person = await members.at_address(session, at, now=chat.clock())
            told = Filed("wages", "P2", "王芳", "", "")
            case = await cases.file(session, person, at, told, promised=None, now=chat.clock())
            await case_referrals.ask(session, case, ["first"], by="li", now=chat.clock())
            await casework.ask_sharing(
                session, content, dialogue.ways, case, "演示调解中心", now=chat.clock()
            )

    return ask


async def allowed(chat) -> tuple[str, ...]:
    async with chat.database.transaction() as session:
        return await case_referrals.allowed(session, await session.get_one(Case, 1))


async def test_yes_is_one_press(chat, asked):
    await asked()
    assert await chat.shown() == QUESTION

    await chat.run(
        ("[同意]", "好，只给演示调解中心看，用来调解。想反悔，说“隐私”就能撤回。\n[隐私] [菜单] [转人工]")
    )

    assert await allowed(chat) == ("first",)


async def test_no_is_one_press(chat, asked):
    await asked()
    await chat.shown()

    await chat.run(("[不同意]", "好，不给别人看，同事接着办。\n[菜单] [转人工]"))

    assert await allowed(chat) == ()
    async with chat.database.transaction() as session:
        steps = await session.scalars(
            select(CaseStep).where(CaseStep.kind == "sharing").order_by(CaseStep.id)
        )
        assert [(step.by, step.after) for step in steps] == [("li", "asked"), ("member", "no")]


async def test_question_comes_again_on_our_page(chat, asked):
    await asked()
    await chat.shown()

    assert await chat.send(chat.incoming("press", value="sharing:ask:1")) == QUESTION


async def test_channel_that_is_not_private_leads_to_our_page_and_takes_no_answer(chat, asked):
    await asked(private=False)
    assert await chat.shown() == "您有一条工会消息，点开查看。\n[点开查看]"

    told = await chat.send(chat.incoming("press", value="sharing:yes:1"))

    assert told.startswith("下面要填个人情况，在这里说不保险。")
    assert await allowed(chat) == ()


@pytest.mark.parametrize("about", ["yes:1", "no:1", "ask:1", "yes:9", "yes:", "yes:x"])
async def test_case_of_somebody_else_is_not_there(chat, asked, about):
    await asked(member="zhang")

    told = await chat.send(chat.incoming("press", value=f"sharing:{about}"))

    assert told.startswith(GONE)
    assert await allowed(chat) == ()


async def test_question_about_a_closed_case_is_over(chat, asked):
    await asked()
    async with chat.database.transaction() as session:
        (await session.get_one(Case, 1)).state = "closed"
    await chat.shown()

    told = await chat.send(chat.incoming("press", value="sharing:ask:1"))

    assert told == "这件事没有在问，或者已经结束了。\n[菜单] [转人工]"


async def test_case_that_was_never_asked_about_has_no_question(chat, asked):
    await asked()
    async with chat.database.transaction() as session:
        for step in await session.scalars(select(CaseStep).where(CaseStep.kind == "sharing")):
            await session.delete(step)
    await chat.shown()

    told = await chat.send(chat.incoming("press", value="sharing:ask:1"))

    assert told == "这件事没有在问，或者已经结束了。\n[菜单] [转人工]"
