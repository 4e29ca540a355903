"""The first screen and the menu."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import members, places, publishing, signups
from models.messages import Address
from models.pairs import AGREED, Pair
from models.signups import Wish

MENU = "[活动报名] [我的报名] [补贴和帮扶] [欠薪·辞退·工伤] [京卡·入会] [工会在哪] [最近通知] [转人工]"
SMALL = "我只记办事要用的信息，说“隐私”可以看和删。"
WELCOME = (
    "您好，我是海淀工会小助手，自动回复。\n"
    "补贴、活动报名、法律援助，直接打字问我，比如“本科毕业补多少钱”。找真人，随时说“人工”。"
)


async def test_first_visit_is_greeted_once(chat):
    assert await chat.send(chat.incoming("start")) == f"{WELCOME}\n\n{SMALL}\n{MENU}"

    assert await chat.send(chat.incoming("start")) == f"您想办哪件事？点一下，或者直接打字问。\n{MENU}"


async def test_poster_opens_the_programme_at_once(chat):
    assert (await chat.send(chat.incoming("start", value="photo-contest"))).startswith("关于“")

    assert (
        await chat.send(chat.incoming("start", value="no-such-thing"))
        == f"您想办哪件事？点一下，或者直接打字问。\n{MENU}"
    )


async def test_first_visit_from_a_poster_says_who_speaks(chat):
    told = await chat.send(chat.incoming("start", value="photo-contest"))
    again = await chat.send(chat.incoming("start", value="photo-contest"))

    text, _, buttons = again.rpartition("\n[")
    assert told == f"{text}\n\n我是工会小助手，有事直接打字问。\n[{buttons}"


async def test_poster_keeps_a_form_and_offers_it_last(chat, staffed):
    card = await chat.send(chat.incoming("start", value="photo-contest", member="li"))
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")

    told = await chat.send(chat.incoming("start", value="photo-contest"))

    text, _, buttons = card.replace("\n\n我是工会小助手，有事直接打字问。", "").rpartition("\n[")
    assert told == f"您有一张没填完的单子，点“继续填”接着来。\n\n{text}\n[{buttons} [继续填]"
    await chat.run(("[继续填]", "请留个手机号，同事好给您回电话。\n[不填了]"))


@pytest.fixture
def signed_up(chat, clock):
    """Give the member a place, or another state, at an event so many days ahead."""

    async def sign_up(title, days, state=places.CONFIRMED, member="wang"):
        slug = f"event-{days}"
        values = {"slug": slug, "kind": "contest", "title": title, "starts": clock() + timedelta(days=days)}
        async with chat.database.transaction() as session:
            row = await members.at_address(session, Address("phone", member), now=clock())
            event, _ = await publishing.publish(session, values, by="li", now=clock())
            wish = Wish(member_id=row.id, channel="phone")
            [change] = await signups.sign_up(session, event, wish, now=clock())
            places.turn(session, change.place, state, by="li", now=clock())
            return change.place

    return sign_up


async def test_later_visit_tells_what_comes_next(chat, signed_up):
    await chat.send(chat.incoming("start"))
    await signed_up("围棋比赛", 20)
    await signed_up("象棋比赛", 10)
    await signed_up("汇演", 5, places.WAITING)

    told = await chat.send(chat.incoming("start"))

    assert told == "您报的象棋比赛是11月20日（周五）上午10:00。\n[签到码] [来不了] [菜单]"
    assert (await chat.say("[来不了]")).startswith("退掉象棋比赛？")
    await chat.send(chat.incoming("start"))
    assert (await chat.say("[签到码]")).startswith("象棋比赛，11月20日（周五）上午10:00")


async def test_later_visit_tells_a_partners_event_when_it_comes_first(chat, signed_up, clock):
    await chat.send(chat.incoming("start"))
    await signed_up("围棋比赛", 20)
    place = await signed_up("双升比赛", 5, member="li")
    async with chat.database.transaction() as session:
        wang = await members.at_address(session, Address("phone", "wang"), now=clock())
        pair = Pair(
            event_id=place.event_id, member_id=place.member_id, partner_id=wang.id, code_hash="x",
            wish={}, state=AGREED, until=clock(), answered_at=clock(),
        )  # fmt: skip
        session.add(pair)

    told = await chat.send(chat.incoming("start"))

    assert told == "您报的双升比赛是11月15日（周日）上午10:00。\n[签到码] [来不了] [菜单]"
    assert (await chat.say("签到码")).startswith("双升比赛，11月15日（周日）上午10:00")


async def test_later_visit_with_nothing_ahead_or_a_form_begun_gets_the_menu(chat, signed_up, clock, staffed):
    await chat.send(chat.incoming("start"))
    await signed_up("象棋比赛", 10)
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")
    assert (await chat.send(chat.incoming("start"))).startswith("您有一张没填完的单子")
    for said in ("继续", "不填了"):
        await chat.say(said)
    assert (await chat.send(chat.incoming("start"))).startswith("您报的象棋比赛是")

    clock.tick(10 * 86_400 + 6 * 3600)

    assert (await chat.send(chat.incoming("start"))).endswith(MENU)


async def test_menu_opens_by_every_word_for_it(chat):
    await chat.say("您好")
    for said in ("菜单", "菜單", "首页", "帮助", "怎么用", "？", "?", "/menu", "/start", "Menu"):
        assert (await chat.say(said)).endswith(MENU)


async def test_every_button_of_every_menu_answers(chat):
    content = chat.dialogue.edition.content
    menus = [text for key, text in content.texts.items() if key.startswith("menu") and text.choices]

    assert len(menus) >= 6
    for menu in menus:
        for label, to in menu.choices.items():
            reply = await chat.send(chat.incoming("press", text=label, value=to))
            assert reply, label
            assert "[" in reply, label


async def test_menu_labels_work_when_they_are_typed(chat):
    await chat.say("您好")

    assert (await chat.say("工会在哪")).startswith("您想找哪里？")
    assert (await chat.say("補貼和幫扶")) != ""
    assert (await chat.say("补贴和帮扶")).startswith("补贴和帮扶，您想问哪一样？")


async def test_menu_keeps_a_form_and_offers_it(chat, staffed):
    await chat.say("欠薪")
    await chat.say("[请同事联系我]")

    assert (await chat.say("菜单")).startswith("您有一张没填完的单子，点“继续填”接着来。")
    await chat.run(
        ("[继续填]", "请留个手机号，同事好给您回电话。\n[不填了]"),
        ("13800000000", "什么时候方便接电话？\n[上午] [下午] [都行]"),
    )


async def test_unknown_level_shows_the_menu(chat):
    assert (await chat.send(chat.incoming("press", value="menu:cellar"))).endswith(MENU)


async def test_dated_activities_are_listed_the_nearest_first(chat, demo_content):
    chat.dialogue.edition = replace(chat.dialogue.edition, content=demo_content)

    assert (await chat.say("活动报名")).count("（演示）]") == 6
    shown = [6]
    while "[更多]" in (told := await chat.say("[更多]")):
        shown.append(told.count("（演示）]"))
    shown.append(told.count("（演示）]"))

    assert sum(shown) == len([entry for entry in demo_content.entries if entry.demo and entry.starts])
    stale = chat.incoming("press", text="更多", value="menu:activities.999", message="m1")
    assert (await chat.send(stale)).count("（演示）]") == 6


async def test_activities_without_a_date_are_those_of_earlier_years(chat):
    told = await chat.say("活动报名")

    assert "[摄影大赛]" in told or told.count("[") > 5
