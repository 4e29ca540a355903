"""A form in the chat: answered, refused, gone back, put aside, given up, asked beside, and pressed too late."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from config.entries import Question
from config.lists import FormText
from handlers.members import services
from handlers.router import Router
from handlers.service import Service, Turn
from models.messages import Outgoing

QUESTIONS = (
    Question(name="name", ask="怎么称呼您？"),
    Question(name="group", ask="报哪个组？", kind="choice", options=("个人", "团队")),
    Question(name="number", ask="几个人来？", kind="number", when={"group": "团队"}),
    Question(name="day", ask="哪天拍的？", kind="date"),
    Question(name="picture", ask="请发一张照片。", kind="photo"),
    Question(name="story", ask="想说几句吗？", optional=True),
    Question(name="sure", ask="都对吗？", kind="confirm", help="看一遍再点。"),
)
TICKED = (
    Question(
        name="tried", ask="找过谁？", kind="several", options=("单位", "仲裁"), optional=True, skip="都没有"
    ),
    Question(name="want", ask="想要什么？", kind="several", options=("钱", "道歉")),
    Question(name="rest", ask="还有呢？", kind="choice", options=("没有", "有"), optional=True),
)
handed_in: list[Mapping[str, str]] = []


async def begin(turn: Turn) -> Outgoing:
    return turn.start("sample")


async def hand_in(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    handed_in.append(answers)
    return Outgoing("收好了。")


@pytest.fixture(autouse=True)
def sample(dialogue):
    """A service that asks a question of every kind."""
    handed_in.clear()
    form = FormText(ends="sample", questions=QUESTIONS)
    content = dialogue.edition.content
    dialogue.edition = replace(
        dialogue.edition, content=replace(content, forms={**content.forms, "sample": form})
    )
    service = Service("sample", "样表", words=("填样表",), answer=begin, finishes={"sample": hand_in})
    dialogue.router = Router((*services(), service))


async def photo(chat) -> str:
    return await chat.send(chat.incoming("photo", file="web:1"))


async def test_form_is_filled_from_first_to_last(chat):
    await chat.run(
        ("填样表", "怎么称呼您？\n[不填了]"),
        ("王芳", "报哪个组？\n[个人] [团队]"),
        ("[团队]", "几个人来？\n[不填了]"),
        ("３", "哪天拍的？\n[不填了]"),
        ("2026年10月1日", "请发一张照片。\n[不填了]"),
    )
    assert await photo(chat) == "想说几句吗？\n[不填这项]"
    await chat.run(("不填这项", "都对吗？\n[对] [不对]"), ("是的", "收好了。"))

    assert handed_in == [
        {
            "name": "王芳",
            "group": "团队",
            "number": "3",
            "day": "2026-10-01",
            "picture": "web:1",
            "story": "",
            "sure": "对",
        }
    ]


async def test_what_does_not_fit_is_asked_in_other_words(chat):
    await chat.run(
        ("填样表", "怎么称呼您？\n[不填了]"),
        ("长" * 501, "没太看明白。写几个字就行，最多500个字。\n\n怎么称呼您？\n[不填了]"),
        ("王芳", "报哪个组？\n[个人] [团队]"),
        ("随便", "没太看明白。点下面的按钮，或者写它前面的数。\n\n报哪个组？\n[个人] [团队]"),
        ("1", "哪天拍的？\n[不填了]"),
        ("明年冬月", "没太看明白。日期这样写就行：2026年5月1日，或者 5月1日。\n\n哪天拍的？\n[不填了]"),
        ("10月1日", "请发一张照片。\n[不填了]"),
        ("不会弄", "没太看明白。请从相册里选一张照片发过来。\n\n请发一张照片。\n[不填了]"),
    )
    await photo(chat)
    await chat.run(
        ("[不填这项]", "都对吗？\n[对] [不对]"),
        ("嗯嗯嗯", "没太看明白。看一遍再点。\n\n都对吗？\n[对] [不对]"),
    )


async def test_picture_where_words_are_asked_for_is_asked_again(chat):
    await chat.say("填样表")

    assert (await photo(chat)).startswith("没太看明白。写几个字就行")


async def test_going_back_asks_the_question_before(chat):
    await chat.run(
        ("填样表", "怎么称呼您？\n[不填了]"),
        ("返回", "这已经是第一步了。\n\n怎么称呼您？\n[不填了]"),
        ("王芳", "报哪个组？\n[个人] [团队]"),
        ("上一步", "好，退回一步。\n\n怎么称呼您？\n[不填了]"),
        ("李雷", "报哪个组？\n[个人] [团队]"),
        ("[团队]", "几个人来？\n[不填了]"),
        ("0", "哪天拍的？\n[不填了]"),
        ("0", "好，退回一步。\n\n几个人来？\n[不填了]"),
    )


async def test_giving_up_hands_nothing_in(chat):
    cancelled = "好，不填了，什么都没有交上去。\n[菜单] [转人工]"
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("取消", cancelled))
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("[不填了]", cancelled))

    assert await chat.say("继续") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"
    assert handed_in == []


async def test_form_put_aside_goes_on_another_day(chat, clock):
    await chat.run(
        ("填样表", "怎么称呼您？\n[不填了]"),
        ("王芳", "报哪个组？\n[个人] [团队]"),
        ("稍后再填", "好的，替您存着，30天内说“继续”接着填。\n[继续填] [菜单]"),
    )
    clock.tick(29 * 86_400)

    assert (await chat.say("会费交多少")).startswith("关于")
    await chat.run(("继续", "报哪个组？\n[个人] [团队]"), ("[个人]", "哪天拍的？\n[不填了]"))


async def test_form_is_forgotten_after_thirty_days(chat, clock):
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"))
    clock.now += timedelta(days=31)

    assert await chat.say("继续") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"


async def test_question_beside_the_form_is_answered_and_the_form_goes_on(chat):
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("王芳", "报哪个组？\n[个人] [团队]"))

    told = await chat.say("我本科毕业了能补多少钱")

    assert "2000元" in told
    assert told.endswith("报哪个组？\n[个人] [团队] [继续填]")
    await chat.run(("[继续填]", "报哪个组？\n[个人] [团队]"))


@pytest.mark.parametrize("kind", ["voice", "video", "sticker", "location", "other"])
async def test_what_answers_no_question_is_answered_and_the_question_asked_again(chat, kind):
    alone = await chat.send(chat.incoming(kind))
    await chat.say("填样表")

    told, buttons = alone.rsplit("\n", 1)
    assert await chat.send(chat.incoming(kind)) == f"{told}\n\n怎么称呼您？\n[不填了] {buttons}"

    await chat.say("稍后再填")
    assert await chat.send(chat.incoming(kind)) == alone


async def test_button_pressed_twice_counts_once(chat):
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("王芳", "报哪个组？\n[个人] [团队]"))
    press = chat._press("[个人]", "wang")

    assert await chat.send(press) == "哪天拍的？\n[不填了]"
    again = await chat.send(replace(press, id="again"))

    assert again == "这是以前的按钮，现在的情况是：\n\n哪天拍的？\n[不填了]"


async def test_button_of_an_earlier_form_does_nothing(chat):
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("王芳", "报哪个组？\n[个人] [团队]"))
    old = chat._press("[团队]", "wang")
    await chat.say("取消")
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("李雷", "报哪个组？\n[个人] [团队]"))

    assert await chat.send(old) == "这是以前的按钮，现在的情况是：\n\n报哪个组？\n[个人] [团队]"


@pytest.mark.parametrize("chosen", ["7", "-1", "x"])
async def test_button_nobody_offered_does_nothing(chat, chosen):
    await chat.run(("填样表", "怎么称呼您？\n[不填了]"), ("王芳", "报哪个组？\n[个人] [团队]"))
    press = chat._press("[个人]", "wang")
    forged = replace(press, value=press.value.rsplit(":", 1)[0] + ":" + chosen)

    assert await chat.send(forged) == "这是以前的按钮，现在的情况是：\n\n报哪个组？\n[个人] [团队]"


async def test_form_whose_content_is_gone_is_closed_kindly(chat, dialogue):
    await chat.say("填样表")
    forms = {n: f for n, f in dialogue.edition.content.forms.items() if n != "sample"}
    dialogue.edition = replace(dialogue.edition, content=replace(dialogue.edition.content, forms=forms))

    told = await chat.say("王芳")

    assert "[转人工]" in told
    assert await chat.say("继续") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"


@pytest.fixture
def ticks(dialogue):
    """Let the sample ask questions with ticks."""
    content = dialogue.edition.content
    form = FormText(ends="sample", questions=TICKED)
    dialogue.edition = replace(
        dialogue.edition, content=replace(content, forms={**content.forms, "sample": form})
    )


async def test_options_are_ticked_one_by_one(chat, ticks):
    await chat.run(
        ("填样表", "找过谁？\n[单位] [仲裁] [都没有]"), ("[单位]", "找过谁？\n[单位 √] [仲裁] [就这些]")
    )
    twice = chat._press("[仲裁]", "wang")
    await chat.run(
        ("[仲裁]", "找过谁？\n[单位 √] [仲裁 √] [就这些]"),
        ("[单位 √]", "找过谁？\n[单位] [仲裁 √] [就这些]"),
    )
    assert await chat.send(replace(twice, id="twice")) == "找过谁？\n[单位] [仲裁 √] [就这些]"
    await chat.run(("[就这些]", "想要什么？\n[钱] [道歉] [就这些]"))
    nothing = await chat.say("[就这些]")
    assert nothing == "这是以前的按钮，现在的情况是：\n\n想要什么？\n[钱] [道歉] [就这些]"
    await chat.run(
        ("[钱]", "想要什么？\n[钱 √] [道歉] [就这些]"),
        ("就这些", "还有呢？\n[没有] [有] [不填这项]"),
        ("没有", "收好了。"),
    )

    assert handed_in == [{"tried": "仲裁", "want": "钱", "rest": "没有"}]


async def test_options_are_typed_as_words_and_numbers(chat, ticks):
    await chat.run(
        ("填样表", "找过谁？\n[单位] [仲裁] [都没有]"),
        (
            "老乡",
            "没太看明白。点上面的按钮，可以点几个；也可以写它们前面的数，比如1和3。\n\n找过谁？\n[单位] [仲裁] [都没有]",
        ),
        ("3", "想要什么？\n[钱] [道歉] [就这些]"),
        (
            "就这些",
            "没太看明白。点上面的按钮，可以点几个；也可以写它们前面的数，比如1和3。\n\n想要什么？\n[钱] [道歉] [就这些]",
        ),
        ("[钱]", "想要什么？\n[钱 √] [道歉] [就这些]"),
        ("2", "还有呢？\n[没有] [有] [不填这项]"),
        ("跳过", "收好了。"),
    )

    assert handed_in == [{"tried": "", "want": "钱、道歉", "rest": ""}]


async def test_picture_that_cannot_be_read_is_told_and_asked_again(chat):
    for said in ("填样表", "王芳", "[个人]", "10月1日"):
        await chat.say(said)

    told = await chat.send(chat.incoming("photo", file="web:1", value="refused:photo_bad"))

    assert told == ("这个文件不是照片，我打不开。在相册里选一张再发。\n\n请发一张照片。\n[不填了] [继续填]")
    assert await photo(chat) == "想说几句吗？\n[不填这项]"
