"""A proposal and a poll through the whole service: on Telegram and on the page, with the colleagues at the console."""

from datetime import timedelta

import pytest

from tests import traces
from tests.town import WAYS, town

pytestmark = pytest.mark.timeout(120)
ANSWERED = {
    "web": "您的建议（编号JY2026-0001）有答复了：\n下月加一个窗口\n[写建议] [转人工]",
    "wechat": "您的建议（编号JY2026-0001）有答复了：\n下月加一个窗口\n[写建议] [转人工]",
    "telegram": "您有一条工会消息，点开查看。\n[点开查看]",
}


@pytest.fixture
async def place(tmp_path):
    async with town(tmp_path) as found:
        yield found


@pytest.mark.parametrize("way", WAYS)
async def test_proposal_goes_from_chat_to_its_answer(place, way):
    member, li = await place.member(way), await place.colleague("li", "organiser")
    for said in ("写建议", "园区食堂太小，要排半个小时", "[说不清]", "错开吃饭的时间"):
        await member.say(said)
    taken = await member.say("[交上去]")

    listed = await li.open("/proposals")
    sent = await li.do("/proposals/1", "answer", answer="下月加一个窗口")

    assert taken.startswith("收到了，编号JY2026-0001。12月10日（周四）前答复您。")
    assert "JY2026-0001 园区食堂太小" in listed.text
    assert sent.status == 303
    assert await member.read() == ANSWERED[way]
    assert member.actions == 5


@pytest.mark.parametrize("way", WAYS)
async def test_vote_leaves_no_trace_of_who_chose_what(place, way):
    members, li = [await place.member(way) for _ in range(3)], await place.colleague("li", "editor")
    asked = {
        "question": "春游去哪儿？",
        "answers": "去东边\n去西边",
        "closes": "2026-11-11T18:00",
        "union": "",
        "area": "",
    }
    opened = await li.do("/polls", "open", **asked)
    for member, answer in zip(members, ("[去东边]", "[去西边]", "[去西边]"), strict=True):
        await member.say("投票")
        assert (await member.say("[春游去哪儿？]")).endswith("[去东边] [去西边] [转人工]")
        assert (await member.say(answer)).startswith("投好了，谢谢您。")

    async with place.house.database.transaction() as session:
        some, whole = await traces.of(session, ("去东边", "去西边"), ("poll:1:0", "poll:1:1"))
    await place.pass_time(timedelta(days=1, hours=9))
    li = await place.colleague("wu", "editor")
    shown = await li.open("/polls/1")

    assert opened.status == 303
    assert some == []
    assert whole > 5
    assert "结束了 · 3 人投了 春游去哪儿？ 去东边 33% 去西边 67%" in shown.text
