"""The unit is asked after the place is won, once, and may be left out."""

import pytest

from models import roster
from models.places import Place
from tests.handlers.members.test_enrol import opened, sign_up  # noqa: F401 -- the fixture

ASKED = "您在哪个单位？不说也行。"
KEPT = "\n[我的报名] [菜单] [转人工]"
UNIONS = ("演示科技公司工会", "演示科技园联合工会", "演示学校工会")


@pytest.fixture
async def known(chat, clock):
    """A roster with three unions."""
    holders = [
        roster.Holder("甲（演示）", f"621468000000000{number}", "13800000009", union)
        for number, union in enumerate(UNIONS)
    ]
    async with chat.database.transaction() as session:
        await roster.put(session, holders, source="tests", now=clock())


async def unit(chat) -> str:
    async with chat.database.transaction() as session:
        return (await session.get_one(Place, 1)).answers.get("unit", "")


async def test_unit_is_chosen_from_those_that_sound_like_it(chat, opened, known):  # noqa: F811 -- the fixture
    await opened(places=5)
    assert ASKED in await sign_up(chat)

    await chat.run(
        ("[填单位]", "您的单位叫什么？写几个字就行。\n[不填了]"),
        ("科技", f"是哪一个？\n[{UNIONS[0]}] [{UNIONS[1]}] [就按我写的]"),
        (f"[{UNIONS[1]}]", f"记下了，{UNIONS[1]}。{KEPT}"),
    )

    assert await unit(chat) == UNIONS[1]


async def test_unit_that_nobody_knows_is_kept_as_it_was_typed(chat, opened, known):  # noqa: F811 -- the fixture
    await opened(places=5)
    await sign_up(chat)

    await chat.run(
        ("[填单位]", "您的单位叫什么？写几个字就行。\n[不填了]"), ("100%_演示", f"记下了，100%_演示。{KEPT}")
    )
    await chat.say("我的")

    assert await unit(chat) == "100%_演示"


async def test_unit_is_not_asked_again_and_goes_along(chat, opened):  # noqa: F811 -- the fixture
    await opened(places=5)
    await sign_up(chat)
    await chat.say("[填单位]")
    await chat.say("演示厂")
    for said in ("我的", "[来不了]", "[退掉]", "象棋比赛", "[报名]", "[业余爱好]"):
        await chat.say(said)

    assert ASKED not in await chat.say("[没错，报名]")
    assert await unit(chat) == "演示厂"


async def test_typed_name_is_kept_though_others_sound_like_it(chat, opened, known):  # noqa: F811 -- the fixture
    await opened(places=5)
    await sign_up(chat)
    await chat.say("[填单位]")
    await chat.say("演示")

    await chat.run(("[就按我写的]", f"记下了，演示。{KEPT}"))


@pytest.mark.parametrize("value", ["isunit:1:9", "isunit:1:x", "isunit:9:0", "unit:9", "unit:x"])
async def test_wrong_button_changes_nothing(chat, opened, value):  # noqa: F811 -- the fixture
    await opened(places=5)
    await sign_up(chat)

    told = await chat.send(chat.incoming("press", text="x", value=value, message="m1"))

    assert told == "这里没有要退的报名。\n[我的报名] [转人工]"
    assert await unit(chat) == ""
