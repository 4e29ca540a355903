"""转人工: by the duty hours, with the clock on every promise."""

from datetime import UTC, datetime

from sqlalchemy import select

from handlers import desk
from models import handoffs, outbox
from models.handoffs import HandOff, HandOffLine
from models.messages import Address, Incoming

NIGHT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WAITING = "好，请同事来，上午10:30前回您。您接着写，都会转到。急事请打：\n12351\n[先不找了]"
LATER = (
    "现在下班了，同事11月25日（周三）上午看。您写的都会转到，别的事照样问我。急事请打：\n12351\n"
    "人身危险打：\n110\n[先不找了] [菜单]"
)
NOBODY = "这里现在没有人值班，不让您空等。请打：\n12351\n[菜单]"


async def test_nobody_on_duty_promises_nothing(chat):
    await chat.run(("人工", NOBODY), ("轉人工！", NOBODY))

    assert await chat.say("我的") != ""


async def test_in_duty_hours_the_bot_is_silent_until_called_back(chat, staffed):
    await chat.run(("人工", WAITING), ("我想问问会费的事", ""), ("喂", ""), ("返回", back()))

    assert "会费" in await chat.say("会费交多少")


def back() -> str:
    return "好，您接着问我。您找同事的事还排着队，没有撤。\n[菜单] [不用找了]"


async def test_off_duty_texts_wait_and_questions_are_answered(chat, staffed, clock):
    clock.now = NIGHT

    await chat.run(("真人", LATER), ("就是那个事情嘛", "收到，转给同事了。"))

    assert (await chat.say("欠薪")).startswith("这事换谁都着急。")
    async with chat.database.transaction() as session:
        said = [line.text for line in await session.scalars(select(HandOffLine).order_by(HandOffLine.id))]
    assert said == ["就是那个事情嘛", "欠薪"]


async def test_asking_twice_keeps_one_place(chat, staffed):
    await chat.run(
        ("人工", WAITING),
        ("人工", "已经替您排着了，同事会看到您写的。急事请打：\n12351\n[先不找了]"),
        ("[先不找了]", back()),
    )

    async with chat.database.transaction() as session:
        assert await handoffs.waiting(session) == 1


async def test_taking_it_back_leaves_nobody_waiting(chat, staffed):
    await chat.run(
        ("人工", WAITING), ("[先不找了]", back()), ("[不用找了]", "好，不找了。有事随时说“人工”。\n[菜单]")
    )

    async with chat.database.transaction() as session:
        assert await handoffs.waiting(session) == 0


async def test_colleague_speaks_alone_until_it_is_done(chat, staffed, clock):
    content = chat.dialogue.edition.content
    await chat.say("人工")
    async with chat.database.transaction() as session:
        handoff = await session.get_one(HandOff, 1)
        await desk.take(session, content, handoff, "zhao", now=clock())
    assert await chat.shown() == "同事来了，我先不说话。"

    assert await chat.say("会费交多少") == ""
    async with chat.database.transaction() as session:
        await desk.reply(
            session, await session.get_one(HandOff, 1), "zhao", "您好，会费按规定交。", now=clock()
        )
    assert await chat.shown() == "您好，会费按规定交。"

    async with chat.database.transaction() as session:
        await desk.close(session, content, await session.get_one(HandOff, 1), now=clock())
    assert await chat.shown() == "同事忙完了，我接着为您服务。事情办好了吗？\n[办好了] [还没有]"
    await chat.run(("[办好了]", "那就好。有事随时说。\n[菜单]"))


async def test_number_and_yes_said_to_a_colleague_choose_nothing(chat, staffed, clock):
    await chat.say("人工")
    async with chat.database.transaction() as session:
        handoff = await session.get_one(HandOff, 1)
        await desk.take(session, chat.dialogue.edition.content, handoff, "zhao", now=clock())
    await chat.shown()

    await chat.run(("1", ""), ("先不找了", ""), ("人工", ""))

    async with chat.database.transaction() as session:
        said = [line.text for line in await session.scalars(select(HandOffLine).order_by(HandOffLine.id))]
    assert said == ["1", "先不找了"]


async def test_late_promise_is_told_once(chat, staffed, clock):
    await chat.say("人工")
    clock.tick(31 * 60)

    for told in ("说好上午10:30回您，还没回上，对不起，我又催了。急事请打：\n12351", ""):
        async with chat.database.transaction() as session:
            await desk.tell_late(session, chat.dialogue.edition.content, now=clock())
        assert await chat.shown() == told


async def test_colleague_on_duty_is_paged_without_a_word_of_what_it_is_about(chat, staffed):
    await chat.say("老板打我")

    pages = [letter.text for address, letter in chat.phone.shown if address == "desk"]
    assert pages == ["有人要找同事（P0），请马上看：第1号。"]


async def test_call_back_takes_a_number_and_a_time(chat, staffed):
    await chat.say("欠薪")
    await chat.run(
        ("[请同事联系我]", "请留个手机号，同事好给您回电话。\n[不填了]"),
        (
            "没有",
            "没太看明白。手机号是11位数字，比如13800000000。\n\n请留个手机号，同事好给您回电话。\n[不填了]",
        ),
        ("13800000000", "什么时候方便接电话？\n[上午] [下午] [都行]"),
        ("2", "记下了，只给值班同事看。上午10:30前回您。\n[先不找了]"),
    )

    async with chat.database.transaction() as session:
        assert (await session.get_one(HandOff, 1)).phone == "13800000000 下午"


async def test_call_back_is_not_offered_where_nobody_is_on_duty(chat):
    await chat.say("欠薪")
    await chat.run(("[请同事联系我]", NOBODY))


async def test_waiting_member_may_leave_a_number_on_the_page_alone(chat, staffed):
    page = Address("web", "page")
    said = Incoming("w1", page, text="人工")
    async with chat.database.transaction() as session:
        await chat.dialogue.answer(session, said, chat.clock())
        await chat.dialogue.answer(session, Incoming("w2", page, text="不留，我等着"), chat.clock())
        letters = await outbox.fetch(session, "page", after=None)

    assert "留个手机号，同事好回您电话？" in letters[0].message.text
    assert letters[1].message.text.startswith("好，请同事来，上午10:30前回您。")


async def test_number_left_in_the_evening_is_for_the_next_day(chat, staffed, clock):
    clock.now = NIGHT
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")
    await chat.say("13800000000")

    assert await chat.say("都行") == "记下了，只给值班同事看。同事11月25日（周三）上午看。\n[先不找了] [菜单]"


async def test_asking_again_while_a_colleague_speaks_is_silent(chat, staffed, clock):
    await chat.say("人工")
    async with chat.database.transaction() as session:
        handoff = await session.scalar(select(HandOff))
        handoffs.take(handoff, "demo", now=clock())
    await chat.shown()

    await chat.run(("人工", ""))
    assert await chat.send(chat.incoming("press", value="human:back")) == ""
    assert await chat.send(chat.incoming("press", value="human:stop")) == ""
    async with chat.database.transaction() as session:
        assert await session.scalar(select(HandOff.state)) == "taken"


async def test_button_to_go_back_without_a_hand_off_shows_the_menu(chat):
    assert (await chat.send(chat.incoming("press", value="human:back"))).startswith("您想办哪件事？")


async def test_urgent_hand_off_cannot_be_taken_back(chat, staffed):
    await chat.say("老板打我")

    told = await chat.send(chat.incoming("press", value="human:stop"))

    assert told == "好。刚才说的事要紧，同事还是会看一眼。\n[菜单]"
    async with chat.database.transaction() as session:
        assert await session.scalar(select(HandOff.state)) == "waiting"


async def test_rating_a_talk_thanks(chat):
    assert await chat.send(chat.incoming("press", value="human:done")) != ""
