"""Notices as members meet them, on Telegram and on the page, sent by the whole service."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers import noticing
from models import corrections, notices
from models.attachments import Attachment
from models.files import Store
from models.outbox import Letter
from tests.models.notices import ring
from tests.pictures import opened, saved, scene
from tests.town import OnThePage, Town, town

pytestmark = pytest.mark.timeout(120)
MOMENT = timedelta(seconds=2)
UNDER = "[收哪些通知] [转人工]"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as found:
        yield found


async def send(place: Town, **said) -> int:
    """Send a notice off as staff do; return its number."""
    house = place.house
    told = noticing.complete(house.dialogue.edition.content, ring.plan(**said), None)
    async with house.database.transaction() as session:
        notice = await ring.drafted(session, told, now=place.clock())
        await notices.schedule(session, notice.id, "li", now=place.clock())
    await place.pass_time(MOMENT)
    return notice.id


async def sent(place: Town, number: int) -> dict[str, str]:
    """Return the state of each letter of a notice by channel, once none is under way."""
    async with asyncio.timeout(20):
        while True:
            async with place.house.database.transaction() as session:
                query = select(Letter.channel, Letter.state).where(Letter.notice_id == number)
                found = dict((await session.execute(query)).all())
            if not set(found.values()) & {"waiting", "leased"}:
                return found
            await asyncio.sleep(0.05)


async def test_notice_reaches_telegram_at_once_and_the_page_at_the_next_visit(place):
    phone, page = await place.member("telegram"), await place.member("web")
    for member in (phone, page):
        await member.say("你好")

    number = await send(place, choices=[{"label": "看补贴", "to": "menu:aid"}])

    assert await phone.read() == f"会员，明天停水。\n[看补贴] {UNDER}"
    assert await sent(place, number) == {"telegram": "sent", "web": "held"}
    assert await page.read() == "您不在时有1条通知，最近的是：停水\n[看一看] [最近通知] [转人工]"
    assert await sent(place, number) == {"telegram": "sent", "web": "sent"}
    await page.run(("[看一看]", f"会员，明天停水。\n[看补贴] {UNDER}"))
    await phone.run(
        (
            "[看补贴]",
            "补贴和帮扶，您想问哪一样？\n[学费资助] [急用钱·困难帮扶] [温暖包] [住院互助保障] [农民工上大学] [申请法律援助] [转人工]",
        ),
    )


async def test_page_hears_of_many_in_one_line_and_not_of_what_is_over(place):
    page = await place.member("web")
    await page.say("你好")
    await send(place, title="讲座", valid_hours=1)
    await place.pass_time(timedelta(hours=2))
    await send(place, title="停水")
    await send(place, title="电影票")

    assert await page.read() == "您不在时有2条通知，最近的是：电影票\n[看一看] [最近通知] [转人工]"
    await page.run(("[最近通知]", f"最近30天的通知，点一个看看。\n[电影票] [停水] {UNDER}"))


async def test_open_page_shows_a_notice_whole(place):
    page = await place.member("web")
    await page.say("你好")
    assert isinstance(page, OnThePage)
    heard = {"Last-Event-ID": str(page._last)}
    async with page._page.get(f"{page._url}/api/chat/events", headers=heard) as stream:
        await stream.content.readline()
        await send(place)
        async for line in stream.content:
            if line.startswith(b"data: "):
                break

    assert json.loads(line.removeprefix(b"data: "))["text"] == "会员，明天停水。"


async def test_member_with_two_ways_hears_it_once(place):
    phone, page = await place.member("telegram"), await place.member("web")
    await phone.say("换手机")
    code = (await phone.say("[老手机，要码]")).splitlines()[1]
    await page.say("换手机")
    await page.say("[新手机，有码]")
    assert (await page.say(code)).startswith("连上了")
    await phone.read()  # that it was done

    number = await send(place)

    assert await phone.read() == f"会员，明天停水。\n{UNDER}"
    assert await sent(place, number) == {"telegram": "sent"}


async def test_picture_is_carried_up_once_and_shown_on_the_page(place):
    phones = [await place.member("telegram"), await place.member("telegram")]
    page = await place.member("web")
    for member in (*phones, page):
        await member.say("你好")
    body = saved(scene((400, 300)))
    kept = await Store(place.house.settings.files).put(body, "image/jpeg")

    await send(place, picture=Attachment(kept.hash, "海报.jpg").reference)

    for phone in phones:
        assert await phone.read() == f"会员，明天停水。\n{UNDER}"
        assert opened(await phone.picture()).size == (400, 300)
    assert place.server.uploads == 1
    await page.read()
    await page.say("[看一看]")
    assert opened(await page.picture()).size == (400, 300)


async def test_wrong_notice_is_put_right_and_taken_back(place):
    phone, late = await place.member("telegram"), await place.member("web")
    for member in (phone, late):
        await member.say("你好")
    number = await send(place)
    await phone.read()
    content = place.house.dialogue.edition.content
    async with place.house.database.transaction() as session:
        text = noticing.corrected(content, await notices.locked(session, number), "日子", "后天停水")
        right = await corrections.correct(session, number, text, "li", now=place.clock())
    await place.pass_time(MOMENT)

    corrected = "更正：刚才“停水”里日子写错了，正确的是：后天停水。对不起。"
    assert (await phone.read()).startswith(corrected)
    assert await sent(place, number) == {"telegram": "sent", "web": "skipped"}
    assert await sent(place, right.id) == {"telegram": "sent"}

    async with place.house.database.transaction() as session:
        back = await corrections.recall(session, right.id, "li", reason="又错了", now=place.clock())
    await place.pass_time(MOMENT)
    assert await sent(place, back.id) == {"telegram": "sent"}
    assert [letter.text for letter in place.server.letters if "停水" in letter.text] == ["会员，明天停水。"]
    assert await late.say("最近通知") == "最近30天没有给您发过通知。\n[收哪些通知] [菜单] [转人工]"
