"""绑定 123456: a colleague's own chat, to which alarms go."""

import re

from models import phones
from models.staff import Staff
from tests.handlers.staff.conftest import desks  # noqa: F401 -- a fixture
from tests.transcripts import Chat

WRONG = "这个码不对，或者过了15分钟。请在管理台再要一个。想绑会员卡请点下面。\n[绑定会员] [转人工]"
OFTEN = "试得太多了，请 15 分钟后再试。\n[菜单] [转人工]"
DONE = "绑好了，li（演示）。有人等您的时候，我在这里提醒。\n[菜单]"


async def code_of(desk) -> str:
    return re.search(r"绑定 (\d{6}) ", (await desk.do("/phone", "code")).text)[1]


async def address(office, desk) -> tuple[str, str]:
    async with office.database.transaction() as session:
        found = await session.get_one(Staff, desk.who.id)
        return found.channel, found.address


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_code_of_the_console_binds_the_chat_once(desks, dialogue):  # noqa: F811 -- the fixture
    li = await desks.enter("li", "caseworker")
    chat = Chat(desks.database, dialogue, desks.clock)
    code = await code_of(li)

    await chat.run((f"绑定 {other_than(code)}", WRONG), (f"绑定{code}", DONE), (f"绑定 {code}", WRONG))

    assert await address(desks, li) == ("phone", "wang")
    assert "绑好了" in (await li.open("/phone")).text
    assert "解开了，不再往手机上发提醒。" in (await li.follow("/phone", "unbind")).text
    assert await address(desks, li) == ("", "")


async def test_code_ends_with_its_time_and_with_the_next_one(desks, dialogue, monkeypatch):  # noqa: F811 -- the fixture
    li, zhao = await desks.enter("li", "caseworker", "administrator"), await desks.enter("zhao", "caseworker")
    chat = Chat(desks.database, dialogue, desks.clock)
    drawn = iter(["000001", "000002", "000002", "000003"])
    monkeypatch.setattr(phones, "_draw", lambda: next(drawn))

    assert [await code_of(li), await code_of(li), await code_of(zhao)] == ["000001", "000002", "000003"]
    await chat.run(("绑定 000001", WRONG))
    desks.clock.tick(15 * 60)
    await chat.run(("绑定 000002", WRONG), ("绑定 000003", WRONG))


async def test_tries_of_one_chat_are_counted(desks, dialogue):  # noqa: F811 -- the fixture
    li = await desks.enter("li", "caseworker")
    chat = Chat(desks.database, dialogue, desks.clock)
    code = await code_of(li)

    await chat.run(*[(f"绑定 {other_than(code)}", WRONG)] * 8, (f"绑定 {code}", OFTEN))
    await chat.run((f"绑定 {code}", DONE), member="lilei")


async def test_other_words_behind_the_same_word_go_their_way(chat):
    how = "这是给工会同事用的。请在管理台的“收提醒”里要一个码，再对我说“绑定”加六位数。\n[菜单] [转人工]"

    await chat.run(("绑定管理台", how))

    assert await chat.say("绑定") not in {how, WRONG}
    assert await chat.say("绑定 1234567") != WRONG
