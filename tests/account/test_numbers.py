"""Choices as numbers: every way of writing them, pages, long texts, and numbers that stand for nothing."""

import pytest

from bot.channels.wechat import rendering
from handlers import numbering
from models import members, shown_lists
from models.messages import Address, Choice, Incoming, Outgoing
from models.senders import Sender

HERE = Address("wechat", "o-wang")
MANY = tuple(Choice(f"第{n}项", f"v:{n}") for n in range(1, 20))
WORDS = {
    "list.hint": "回复数字就行",
    "list.next": "9 下一页",
    "list.more": "（没说完，回复“更多”接着看）",
    "list.words": "也可以回复：",
    "list.picture": "图片：",
    "list.file": "文件：",
}


def shown(letter: Outgoing, **more) -> str:
    return rendering.render(letter, WORDS.__getitem__, **more).text


async def meant(database, clock, said: str, **more) -> tuple[str, str]:
    message = Incoming("1", HERE, text=said, **more)
    async with database.transaction() as session:
        shown = await shown_lists.of(session, HERE)
    found = numbering.meant(message, Sender(shown=shown), now=clock())
    return found.kind, found.value


async def show(database, clock, *choices: Choice, **more) -> None:
    async with database.transaction() as session:
        letter = Outgoing("请选", choices, digits=more.pop("digits", False))
        await shown_lists.shown(session, HERE, letter, **more, now=clock())


def test_choices_are_numbered_lines():
    assert shown(Outgoing("您好", MANY[:2])) == "您好\n\n1 第1项\n2 第2项\n回复数字就行"
    assert shown(Outgoing("您好")) == "您好"
    assert shown(Outgoing("您好", MANY)).splitlines()[-3:] == ["8 第8项", "9 下一页", "回复数字就行"]


def test_question_that_is_answered_in_digits_shows_words():
    assert shown(Outgoing("几位？", MANY[:2], digits=True)) == "几位？\n\n也可以回复：“第1项”“第2项”"


def test_what_opens_a_page_is_a_line_with_its_address():
    own, other = Choice("去填", url="/c/abc"), Choice("地图", url="https://map.example")
    letter = Outgoing("请看", (own, other, MANY[0]), picture="ticket:board-contest:123456")
    assert shown(letter) == "请看\n\n地图：https://map.example\n1 第1项\n回复数字就行"
    assert shown(letter, site="https://gonghui.example") == (
        "请看\n\n图片：https://gonghui.example/ticket/board-contest/123456.png\n"
        "去填：https://gonghui.example/c/abc\n地图：https://map.example\n1 第1项\n回复数字就行"
    )


@pytest.mark.parametrize("end", ["\n\n", "\n", "。", ""])
def test_long_text_is_cut_where_it_may_be_and_nothing_is_lost(end):
    text = end.join(f"第{n}段{'字' * 30}😀" for n in range(60))
    letter = Outgoing(text, MANY[:3])
    parts, rest = [], text
    while rest:
        found = rendering.render(Outgoing(rest, letter.choices), WORDS.__getitem__)
        assert len(found.text.encode()) <= rendering.TEXT_BYTES
        parts.append(found.text.partition("\n\n（没说完" if found.rest else "\n\n1 第1项")[0])
        rest = found.rest
    assert len(parts) > 2
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "said",
    [
        "2",
        "２",
        "②",
        "二",
        "2.",
        "2、",
        "(2)",
        "（2）",
        "选2",
        "我选2",
        "第2个",
        "2号",
        "第二项",
        " 2 ",
        "2️⃣",
        "第2项",
    ],
)
async def test_number_is_understood_however_it_is_written(database, clock, said):
    await show(database, clock, *MANY[:3])
    assert await meant(database, clock, said) == ("press", "v:2")


async def test_numbers_lead_through_pages(database, clock):
    await show(database, clock, *MANY)
    assert await meant(database, clock, "9") == ("press", "list:next")
    assert await meant(database, clock, "0") == ("text", "")
    await show(database, clock, *MANY[8:])
    assert await meant(database, clock, "3") == ("press", "v:11")
    assert await meant(database, clock, "第1项") == ("press", "v:1")
    assert await meant(database, clock, "0") == ("press", "list:back")
    await show(database, clock, *MANY[16:])
    assert await meant(database, clock, "9") == ("press", "list:again")  # the page has three


@pytest.mark.parametrize("said", ["更多", "more", "更多。"])
async def test_rest_of_a_text_is_asked_for(database, clock, said):
    await show(database, clock, rest="下文")
    assert await meant(database, clock, said) == ("press", "list:more")
    await show(database, clock, *MANY[:2])
    assert await meant(database, clock, said) == ("text", "")


async def test_number_that_stands_for_nothing_is_told_so(database, clock):
    assert await meant(database, clock, "2") == ("text", "")
    await show(database, clock, *MANY[:5])
    assert await meant(database, clock, "7") == ("press", "list:again")
    await show(database, clock, Choice("唯一", "v:one"))
    assert await meant(database, clock, "4") == ("press", "list:old")
    assert await meant(database, clock, "会费2块") == ("text", "")
    clock.tick(49 * 3600)
    assert await meant(database, clock, "1") == ("press", "list:old")
    assert await meant(database, clock, "唯一") == ("text", "")
    async with database.transaction() as session:
        await shown_lists.clean(session, now=clock())
    clock.tick(49 * 3600)
    async with database.transaction() as session:
        await shown_lists.clean(session, now=clock())
        assert await shown_lists.of(session, HERE) is None


async def test_digits_that_answer_a_question_choose_nothing(database, clock):
    await show(database, clock, *MANY[:3], digits=True)
    assert await meant(database, clock, "2") == ("text", "")
    assert await meant(database, clock, "第2项") == ("press", "v:2")


async def test_words_of_a_form_are_left_to_it_and_numbers_press(database, clock):
    await show(database, clock, Choice("2", "f:a:1:0"), Choice("3", "f:a:1:1"))
    assert await meant(database, clock, "2") == ("text", "")
    assert await meant(database, clock, "第2个") == ("press", "f:a:1:1")


async def test_long_label_is_cut_and_chosen_as_it_is_shown(database, clock):
    label = "字" * 80
    await show(database, clock, Choice(label, "v:1"))
    line = shown(Outgoing("x", (Choice(label, "v:1"),))).splitlines()[2]
    assert line == f"1 {'字' * 49}…"
    assert await meant(database, clock, line[2:]) == ("press", "v:1")


async def test_number_after_two_days_asks_a_form_again(account):
    async with account(grade="passive") as one:
        asked = await one.server.say("写建议")
        async with one.database.transaction() as session:
            await shown_lists.shown(session, HERE, Outgoing("x", MANY[:2]), now=one.clock())
        one.clock.tick(49 * 3600)
        assert await one.server.say("1") == f"前面的选项已经过期了，请重新选。\n\n{asked}"


@pytest.mark.parametrize("code", [45015, 45002])
async def test_letter_that_was_refused_changes_no_number(account, code):
    letter = Outgoing("名额轮到您了", (Choice("我来", "take:1"),), lane="timely")
    async with account() as one:
        await one.server.say("菜单")
        one.server.faults["message/custom/send"] = [code]
        await one.put(letter)
        await one.deliver()
        assert (await meant(one.database, one.clock, "1")) == ("press", "menu:activities")
        await one.server.say("菜单")
        await one.put(letter)
        await one.deliver()
        assert (await meant(one.database, one.clock, "1")) == ("press", "take:1")


async def test_other_messages_and_other_channels_are_left_alone(database, clock):
    await show(database, clock, *MANY[:3])
    assert await meant(database, clock, "2", kind="photo") == ("photo", "")
    async with database.transaction() as session:
        shown = await shown_lists.of(session, HERE)
    told = Incoming("1", Address("telegram", "o-wang"), text="2")
    assert numbering.meant(told, Sender(shown=shown), now=clock()) == told


async def test_letter_without_choices_leaves_the_list(database, clock):
    await show(database, clock, *MANY[:3])
    await show(database, clock)
    assert await meant(database, clock, "3") == ("press", "v:3")


async def test_member_turns_pages_and_reads_on(account):
    async with account(grade="passive") as one:
        async with one.database.transaction() as session:
            await members.at_address(session, HERE, now=one.clock())
            await shown_lists.shown(session, HERE, Outgoing("x", MANY[:10]), "下文在此", now=one.clock())
        assert (await one.server.say("更多")).startswith("下文在此\n\n1 第1项\n")
        assert (await one.server.say("9")) == "第2页，回复0看前一页。\n\n1 第9项\n2 第10项\n回复数字就行"
        assert (await one.server.say("7")).startswith("没有这个数字，请从下面选：\n\n1 第9项\n2")
        assert (await one.server.say("0")).startswith("第1页。\n\n1 第1项\n2")
        one.clock.tick(49 * 3600)
        assert (await one.server.say("1")).startswith("前面的选项已经过期了，请重新选。\n\n您想办哪件事？")


@pytest.mark.parametrize("said", ["帮助", "幫助", "菜单", "menu"])
async def test_words_lead_out_at_any_step(account, said):
    async with account(grade="passive") as one:
        for step in ("象棋比赛报名", "1", "投诉建议"):
            await one.server.say(step)
        assert "您想办哪件事？" in await one.server.say(said)


async def test_service_answer_is_one_message(edition):
    words = edition.content.texts
    for entry in edition.content.entries:
        letter = Outgoing("\n".join(filter(None, (entry.care, entry.answer, entry.fact))), MANY[:6])
        assert not rendering.render(letter, lambda key: words[key].text).rest, entry.slug
