"""Signing up as members meet it: the card, the form, the place, the line, the offer, giving it back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config.entries import EventPlan, Question
from handlers import enrolling, telling
from models import allotment, events, offers, postponement, signups
from models.base import Refused
from models.places import Place

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 5, 15, 59, tzinfo=UTC)
STARTS = datetime(2026, 12, 20, 1, tzinfo=UTC)
LEVEL = Question(name="level", kind="choice", ask="您的水平？", options=("业余爱好", "有等级段位"))
PARTY = Question(name="party", kind="choice", ask="连您一共几位？", options=("1位", "2位", "3位"))
CARD = (
    "象棋和围棋比赛 · {free}\n12月20日（周日）上午9:00 · 体育馆\n12月5日（周六）晚上12点截止\n"
    "点“报名”就是同意我们用您的姓名和手机号办这次报名，结束30天后删除。"
)
DONE = "报上了，编号C001。象棋和围棋比赛，12月20日（周日）上午9:00，体育馆。入场出示签到码。前一天我提醒您。"
WAITS = (
    "象棋和围棋比赛：名额满了，您排第{n}位。有人退出就按顺序问您，不用盯着。\n[不排了] [看别的活动] [转人工]"
)


@pytest.fixture
def opened(chat, clock):
    """Open the chess contest with as many places as a test needs."""

    async def open_(*, form=(LEVEL,), **plan):
        before = chat.dialogue.edition
        dates = {"opens": OPENS, "closes": CLOSES, "starts": STARTS, "place": "体育馆"}
        event = {"form": form, "ends": "enrol", "event": EventPlan(prefix="C", **plan)}
        chess = before.content.by_slug["board-contest"].model_copy(update={**dates, **event})
        entries = tuple(chess if entry.slug == chess.slug else entry for entry in before.content.entries)
        chat.dialogue.edition = replace(before, content=replace(before.content, entries=entries))
        async with chat.database.transaction() as session:
            changes = await enrolling.publish(session, chat.dialogue.edition.content, now=clock())
            await telling.tell(session, chat.dialogue.edition.content, changes, now=clock())

    return open_


async def sign_up(chat, member="wang", phone="13800000001"):
    """Sign a new member up; return the last answer."""
    for said in ("象棋比赛", "[报名]", f"{member}（演示）", phone, "[业余爱好]"):
        await chat.say(said, member=member)
    return await chat.say("[没错，报名]", member=member)


async def sweep(chat, clock):
    """Let the clock's job run."""
    async with chat.database.transaction() as session:
        changes = await offers.sweep(session, now=clock())
        await telling.tell(session, chat.dialogue.edition.content, changes, now=clock())


async def test_new_member_signs_up_with_six_actions(chat, opened):
    await opened(places=40)

    await chat.run(
        ("象棋比赛", f"{CARD.format(free='还有40个名额')}\n[报名] [详细] [转人工] [不是这个]"),
        ("[报名]", "您的姓名？\n[不填了]"),
        ("王芳（演示）", "手机号？有变动好通知您。\n[不填了]"),
        ("13800000001", "您的水平？\n[业余爱好] [有等级段位]"),
        ("[业余爱好]", "请核对：王芳(演示)，13800000001，业余爱好。\n[没错，报名] [改一改]"),
    )
    told = await chat.say("[没错，报名]")

    assert told == f"{DONE}您在哪个单位？不说也行。\n[填单位] [签到码] [怎么去] [改一改] [来不了] [转人工]"


async def test_known_member_is_not_asked_again(chat, opened):
    await opened(places=40)
    await sign_up(chat)
    await chat.say("[来不了]")
    await chat.run(("[退掉]", "退好了，谢谢您早点说。\n[看别的活动] [菜单] [转人工]"))

    await chat.say("象棋比赛")
    await chat.run(
        ("[报名]", "您的水平？\n[业余爱好] [有等级段位]"),
        ("[有等级段位]", "请核对：wang(演示)，13800000001，有等级段位。\n[没错，报名] [改一改]"),
    )

    assert (await chat.say("[没错，报名]")).startswith("报上了，编号C00")


async def test_wrong_answers_are_changed_before_anything_is_handed_in(chat, opened):
    await opened(places=40)
    for said in ("象棋比赛", "[报名]", "王芳（演示）", "13800000001", "[业余爱好]"):
        await chat.say(said)

    await chat.run(
        ("[改一改]", "您的姓名？\n[王芳(演示)] [不填了]"),
        ("[王芳(演示)]", "手机号？有变动好通知您。\n[13800000001] [不填了]"),
        ("不填了", "好，不填了，什么都没有交上去。\n[菜单] [转人工]"),
    )
    await chat.say("我的")

    assert (await chat.say("象棋比赛")).startswith(CARD.format(free="还有40个名额"))


async def test_last_place_offer_and_confirmation(chat, opened, clock):
    await opened(places=1)
    await sign_up(chat)

    assert (await chat.say("象棋比赛", member="lilei")).startswith(CARD.format(free="名额满了，可以排队"))
    assert await sign_up(chat, "lilei", "13800000002") == WAITS.format(n=1)
    assert await sign_up(chat, "hanmei", "13800000003") == WAITS.format(n=2)
    await chat.say("我的")
    await chat.run(("[来不了]", "退掉象棋和围棋比赛？名额会让给排队的人。\n[退掉] [不退]"))
    await chat.say("[退掉]")

    offered = await chat.say("我的", member="lilei")
    assert offered.startswith("轮到您了：象棋和围棋比赛，12月20日（周日）上午9:00。名额给您留到11月")
    assert offered.endswith("来吗？\n[我来] [不来了] [转人工]")
    assert (await chat.say("[我来]", member="lilei")).startswith("报上了，编号C002。")
    assert await chat.say("我的", member="hanmei") == WAITS.format(n=1)


async def test_offer_reaches_the_next_by_itself_and_is_taken_once(chat, opened, clock):
    await opened(places=1)
    await sign_up(chat)
    await sign_up(chat, "lilei", "13800000002")
    await chat.say("我的")
    await chat.say("[来不了]")
    press = chat._press("[退掉]", "wang")
    async with chat.database.transaction() as session:
        await chat.dialogue.answer(session, press, clock())

    assert (await chat.shown("lilei")).startswith("轮到您了：象棋和围棋比赛")
    taken = chat._press("[我来]", "lilei")
    first = await chat.send(taken)
    assert first.startswith("报上了，编号C002。")
    assert await chat.send(replace(taken, id="again")) == first


async def test_lapsed_offer_is_told_kindly_and_rejoined_with_one_tap(chat, opened, clock):
    await opened(places=1)
    await sign_up(chat)
    await sign_up(chat, "lilei", "13800000002")
    await chat.say("我的")
    await chat.say("[来不了]")
    await chat.say("[退掉]")
    await chat.say("我的", member="lilei")
    late = chat._press("[我来]", "lilei")
    await sign_up(chat, "hanmei", "13800000003")
    clock.tick(3 * 86_400)
    await sweep(chat, clock)

    assert await chat.shown("lilei") == (
        "给您留的象棋和围棋比赛名额过了时间，让给下一位了。再排一次吗？\n[重新排队] [不用了]"
    )
    assert (await chat.say("我的", member="hanmei")).startswith("轮到您了")
    assert (await chat.send(late)).endswith("再排一次吗？\n[重新排队] [不用了]")
    asked = WAITS.format(n=1).replace("有人退出", "现在有1个名额正在问前面的人。有人退出")
    assert await chat.say("[重新排队]", member="lilei") == asked


async def test_offer_that_is_declined_goes_to_the_next(chat, opened):
    await opened(places=1)
    await sign_up(chat)
    await sign_up(chat, "lilei", "13800000002")
    await sign_up(chat, "hanmei", "13800000003")
    await chat.say("我的")
    await chat.say("[来不了]")
    await chat.say("[退掉]")
    await chat.say("我的", member="lilei")

    await chat.run(("[不来了]", "好，名额让给下一位了。\n[看别的活动] [菜单] [转人工]"), member="lilei")

    assert (await chat.say("我的", member="hanmei")).startswith("轮到您了")


async def test_companions_count(chat, opened):
    await opened(places=3, party=3, form=(PARTY,))
    for said in ("象棋比赛", "[报名]", "王芳（演示）", "13800000001"):
        await chat.say(said)
    await chat.run(("[3位]", "请核对：王芳(演示)，13800000001，3位。\n[没错，报名] [改一改]"))
    await chat.say("[没错，报名]")

    assert (await chat.say("象棋比赛", member="lilei")).startswith(CARD.format(free="名额满了，可以排队"))


async def test_nobody_presses_for_somebody_else(chat, opened):
    await opened(places=1)
    await sign_up(chat)
    stolen = replace(
        chat._press("[来不了]", "wang"), id="stolen", sender=chat.incoming("text", "thief").sender
    )

    for value in (stolen.value, "sure:1", "take:1", "place:1", "way:1", "rejoin:1", "coming:1", "sure:x"):
        told = await chat.send(replace(stolen, id=value, value=value))
        assert told == "这里没有要退的报名。\n[我的报名] [转人工]"

    assert (await chat.say("我的")).startswith(DONE)


async def test_refusal_ends_the_form_and_says_what_next(chat, opened):
    await opened(places=5, members_only=True)

    told = await sign_up(chat)

    assert told == "这个活动要先绑定会员才能报。\n[绑定会员] [转人工]"
    assert (await chat.say("摄影比赛啥时候")).startswith("关于“摄影大赛”")


async def test_same_name_and_phone_are_one_person(chat, opened):
    await opened(places=5)
    await sign_up(chat)
    for said in ("象棋比赛", "[报名]", "wang（演示）", "13800000001", "[业余爱好]"):
        await chat.say(said, member="second-phone")

    told = await chat.say("[没错，报名]", member="second-phone")

    assert told == "这个姓名和手机号已经报过了。\n[看别的活动] [转人工]"


async def test_closed_event_takes_nobody_and_an_old_button_says_so(chat, opened, clock):
    await opened(places=5)
    await chat.say("象棋比赛")
    press = chat._press("[报名]", "wang")
    clock.now = CLOSES + timedelta(minutes=1)

    assert await chat.send(press) == "报名截止了。\n[看别的活动] [转人工]"
    assert (await chat.say("象棋比赛")).startswith("关于“象棋和围棋比赛”：12月20日")


async def test_refusal_that_nobody_foresaw_is_told_once_it_is_alone(chat, opened, clock):
    await opened(places=5)
    await chat.say("象棋比赛")
    clock.now = CLOSES + timedelta(minutes=1)
    other, typed = chat.incoming("text", "li", text="菜单"), chat.incoming("text", text="报名")

    with pytest.raises(Refused, match="closed"):
        await chat.at_once(other, typed)
    assert await chat.shown("li") == ""
    assert await chat.at_once(typed) == ["wang"]
    assert (await chat.shown("wang")).startswith("报名截止了。")


async def test_refused_press_among_others_is_told_and_theirs_stay(chat, opened, clock):
    await opened(places=5)
    await chat.say("象棋比赛")
    press = chat._press("[报名]", "wang")
    clock.now = CLOSES + timedelta(minutes=1)

    assert await chat.at_once(chat.incoming("text", "li", text="菜单"), press) == ["li", "wang"]
    assert (await chat.shown("wang")).startswith("报名截止了。")
    assert "li" in dict(chat.phone.shown)


async def test_who_is_in_sees_how_things_stand(chat, opened):
    await opened(places=None)
    assert (await chat.say("象棋比赛")).startswith(CARD.format(free="名额不限"))
    press = chat._press("[报名]", "wang")
    await sign_up(chat)

    assert (await chat.send(replace(press, id="old"))).startswith(DONE)
    await chat.run(
        ("[怎么去]", "象棋和围棋比赛在体育馆，12月20日（周日）上午9:00。\n[我的报名] [菜单] [转人工]")
    )


async def test_moved_event_asks_who_can_come(chat, opened, clock, monkeypatch):
    await opened(places=5)
    await sign_up(chat)
    monkeypatch.setattr(f"{__name__}.STARTS", STARTS + timedelta(days=7))
    await opened(places=5)

    assert await chat.shown() == (
        "象棋和围棋比赛改到12月27日（周日）上午9:00（原来12月20日（周日）上午9:00）。名额给您留着，来得了吗？\n[能来] [来不了]"
    )
    await chat.run(("[能来]", "好，名额给您留着。\n[我的报名] [菜单] [转人工]"))


async def test_answers_are_changed_until_the_closing_and_the_place_is_kept(chat, opened, clock):
    await opened(places=1)
    await sign_up(chat)
    await chat.run(
        ("[改一改]", "您的水平？\n[业余爱好] [有等级段位]"),
        ("[有等级段位]", "请核对：wang(演示)，13800000001，有等级段位。\n[没错，报名] [改一改]"),
        ("[改一改]", "您的水平？\n[业余爱好] [有等级段位]"),
        ("[有等级段位]", "请核对：wang(演示)，13800000001，有等级段位。\n[没错，报名] [改一改]"),
    )
    assert (await chat.say("[没错，报名]")).startswith(f"改好了。\n\n{DONE}")
    async with chat.database.transaction() as session:
        place = (await session.scalars(select(Place))).one()
        assert (place.state, place.answers, place.number) == ("confirmed", {"level": "有等级段位"}, 1)

    await chat.say("我的")
    late = chat._press("[改一改]", "wang")
    clock.now = CLOSES + timedelta(minutes=1)
    assert "[改一改]" not in await chat.say("我的")
    assert await chat.send(late) == "报名截止了，填的不能再改。有要紧的变动请找同事。\n[转人工] [我的报名]"


async def test_number_of_persons_is_not_asked_again_when_answers_change(chat, opened):
    await opened(places=5, party=3, form=(PARTY, LEVEL))
    for said in ("象棋比赛", "[报名]", "王芳（演示）", "13800000001", "[2位]", "[业余爱好]", "[没错，报名]"):
        await chat.say(said)

    await chat.run(
        ("[改一改]", "您的水平？\n[业余爱好] [有等级段位]"),
        ("[有等级段位]", "请核对：王芳(演示)，13800000001，2位，有等级段位。\n[没错，报名] [改一改]"),
    )
    await chat.say("[没错，报名]")

    async with chat.database.transaction() as session:
        place = (await session.scalars(select(Place))).one()
        assert (place.party, place.answers) == (2, {"party": "2位", "level": "有等级段位"})


async def act(chat, clock, rule, *about, **more):
    """Let staff do something and the letters about it be written."""
    async with chat.database.transaction() as session:
        found = await (session.get_one(*about) if about else events.by_slug(session, "board-contest"))
        changes = await rule(session, found, **more, now=clock())
        await telling.tell(session, chat.dialogue.edition.content, changes, now=clock())


async def test_who_is_taken_out_hears_why(chat, opened, clock):
    await opened(places=5)
    await sign_up(chat)

    await act(chat, clock, signups.cancel, Place, 1, by="赵（演示）", reason="年龄不合这一组")

    assert (
        await chat.shown()
        == "您的象棋和围棋比赛报名取消了：年龄不合这一组。想多问几句请找同事。\n[转人工] [菜单]"
    )


async def test_called_off_event_is_told_with_the_reason(chat, opened, clock):
    await opened(places=5)
    await sign_up(chat)

    await act(chat, clock, postponement.call_off, by="赵（演示）", reason="场地停电")

    assert (
        await chat.shown() == "对不起，象棋和围棋比赛不办了：场地停电。您不用做什么。\n[看别的活动] [转人工]"
    )
    assert (await chat.say("我的")).startswith("您还没有报名")


async def test_event_that_gets_its_first_date_tells_it(chat, opened, clock):
    await opened(places=5)
    await sign_up(chat)
    async with chat.database.transaction() as session:
        (await events.by_slug(session, "board-contest")).starts = None

    await act(chat, clock, postponement.move, starts=STARTS, by="赵（演示）")

    assert (await chat.shown()).startswith("象棋和围棋比赛改到12月20日（周日）上午9:00（原来没定日子）。")


async def test_entry_that_is_no_event_cannot_be_signed_up_for(chat):
    press = chat.incoming("press", text="报名", value="enrol:jingka", message="m1")

    assert (await chat.send(press)).startswith("这个我不会")


async def test_new_edition_leaves_an_event_alone_that_it_does_not_change(chat, opened, clock):
    await opened(places=5)
    first = chat.dialogue.edition.content
    await act(chat, clock, allotment.change_cap, cap=9)

    await publish(chat, clock, first, before=first)
    async with chat.database.transaction() as session:
        assert (await events.by_slug(session, "board-contest")).cap == 9

    await publish(chat, clock, first, before=None)
    async with chat.database.transaction() as session:
        assert (await events.by_slug(session, "board-contest")).cap == 5


async def publish(chat, clock, content, *, before):
    async with chat.database.transaction() as session:
        await enrolling.publish(session, content, before=before, now=clock())
