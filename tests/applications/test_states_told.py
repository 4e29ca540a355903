"""Every state of an application in plain words, with a way on."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from models import application_states
from models.application_rules import State

TITLE = "学费资助，编号XF2026-0001。\n"
UNTIL = "11月25日（周三）上午"
HERE = "[交材料] [撤回] [转人工]"
SOON = f"{UNTIL}10:00前告诉您结果。\n"
TOLD = {  # what is no step of this plan cannot be left either
    "draft": "还没有交上来。\n[撤回] [转人工]",
    "home_visit": f"同事要上门看看，去之前先和您约。{SOON}[交材料] [转人工]",
    "street_check": f"街道这一级在核对。{SOON}[交材料] [转人工]",
    "economic_check": f"在核对家里的收入和花销。{SOON}[交材料] [转人工]",
    "district_review": f"前面都核对过了，区里在看。{SOON}{HERE}",
    "publicity": "核对好了，名单公示到11月17日（周二）晚上12点，名字遮住一部分。没有异议就往下办。\n[撤回] [转人工]",
    "lapsed": "日子到了还没等到材料，这份先停了。想办可以重新申请。\n[重新申请] [转人工]",
}


def test_every_state_has_its_words(edition):
    assert [one for one in get_args(State) if f"apply.state.{one}" not in edition.content.texts] == []


@pytest.mark.parametrize(("state", "words"), TOLD.items())
async def test_every_state_is_told_with_a_way_on(filed, state, words):
    async with filed.page.database.transaction() as session:
        found = await filed.newest(session)
        application_states.enter(session, found, state, by="li", reason="差一样", now=filed.now)
        found.amount, found.account = "2000", "6222000000000000123"
        if state == "publicity":
            found.due = datetime(2026, 11, 17, 16, tzinfo=UTC)

    assert await filed.page.say("我的申请") == f"{TITLE}{words}"
