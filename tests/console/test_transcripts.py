"""A member and a colleague at the console, through the whole service: on Telegram and on the page."""

import asyncio
import re
from datetime import timedelta

import pytest

from tests.office import Desk
from tests.town import WAYS, town

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def place(tmp_path):
    async with town(tmp_path) as found:
        await found.put_on_duty()
        yield found


def numbers(page) -> list[str]:
    """Return the numbers of the conversations that a page lists."""
    return sorted(set(re.findall(r'href="/console/inbox/(\d+)"', page.html)))


async def until_it_shows(desk: Desk, path: str, words: str) -> None:
    """Look at a page until *words* stand there."""
    async with asyncio.timeout(20):
        while words not in (await desk.open(path)).text:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("way", WAYS)
async def test_member_is_answered_by_a_person_and_the_bot_is_silent_meanwhile(place, way):
    member, li = await place.member(way), await place.colleague("li", "caseworker")
    asked = await member.say("人工")
    (number,) = numbers(await li.open("/inbox"))
    if way != "telegram":  # whom nothing else reaches is asked for a number
        await member.say("13800000001")
    await member._text("公司不发工资条，找谁")
    await until_it_shows(li, f"/inbox/{number}", "公司不发工资条，找谁")

    answered = await li.do(f"/inbox/{number}", "answer", text="您先别急，单位叫什么名字？")
    told = [await member.read(), await member.read()]
    await member._text("不想说单位")
    await until_it_shows(li, f"/inbox/{number}", "不想说单位")
    await li.do(f"/inbox/{number}", "close")
    closed = await member.read()

    assert asked.startswith("好，请同事来，上午10:")
    assert answered.status == 303
    assert told == ["同事来了，我先不说话。", "您先别急，单位叫什么名字？"]
    assert closed == "同事忙完了，我接着为您服务。事情办好了吗？\n[办好了] [还没有]"
    assert (await member.say("菜单")).startswith("您想办哪件事？")


async def test_colleague_hears_an_alarm_on_the_own_phone_when_the_promise_passes(place):
    member, li = await place.member("web"), await place.colleague("li", "caseworker")
    phone = await place.member("telegram")
    code = re.search(r"绑定 ?(\d{6})", (await li.do("/phone", "code")).text)
    bound = await phone.say(f"绑定 {code[1]}")
    await member.say("人工")

    await place.pass_time(timedelta(minutes=31))

    assert "li（演示）" in bound
    assert "还没回上" in await member.read()
    assert "第1号" in await phone.read()
    late = await li.open("/inbox")
    assert "过时未接 1" in late.text
