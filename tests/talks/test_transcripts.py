"""Whole talks between members and a colleague in the console, on the page and on Telegram."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.lists import Colleague
from models import staff, staff_sessions
from models.rights import Grant
from tests.office import Answer, Desk
from tests.pictures import opened, saved, scene
from tests.town import PATIENCE, WAYS, Town, town

pytestmark = pytest.mark.timeout(120)
TAKEN = "同事来了，我先不说话。"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """The town with a colleague on duty, whom no platform reaches."""
    async with town(tmp_path) as found:
        content = found.house.dialogue.edition.content
        people = (Colleague(name="值班（演示）", channel="phone", address="desk"),)
        duty = content.duty.model_copy(update={"staff": people})
        edition = replace(found.house.dialogue.edition, content=replace(content, duty=duty))
        found.house.dialogue.edition = edition
        yield found


@pytest.fixture
async def li(place: Town) -> AsyncIterator[Desk]:
    async with place.house.database.transaction() as session:
        now = place.clock()
        who = await staff.add(session, "li", "李（演示）", "nobody knows", [Grant("caseworker")], now=now)
        token = await staff_sessions.begin(session, who, address="127.0.0.1", browser="test", now=now)
    desk = Desk(place._url.rstrip("/"), who, token)
    yield desk
    await desk.leave()


async def shown(desk: Desk, part: str) -> Answer:
    """Look at the talk until *part* is there."""
    async with asyncio.timeout(PATIENCE):
        while part not in (page := await desk.open("/inbox/1")).html:
            await asyncio.sleep(0.05)
        return page


@pytest.mark.parametrize("way", WAYS)
async def test_talk_is_late_taken_led_with_pictures_and_ended(place, li, way):
    member = await place.member(way)
    assert (await member.say("人工")).startswith("好，请同事来，上午10:30前回您。")
    await place.pass_time(timedelta(minutes=31))
    assert (await member.read()).startswith("说好上午10:30回您，还没回上，对不起，我又催了。")
    await li.open("/inbox/1")
    assert "过时未接 1" in (await li.open("/inbox")).text

    await li.follow("/inbox/1", "take")
    assert await member.read() == TAKEN
    await member._text("会费交多少")
    await shown(li, "会费交多少")
    await member._picture_sent(saved(scene()))
    page = await shown(li, "<img ")
    assert 'src="/console/inbox/1/files/2"' in page.html
    assert opened((await li.open("/inbox/1/files/2")).body).format == "JPEG"

    await li.follow("/inbox/1", "answer", text="您好，我看看。")
    assert await member.read() == "您好，我看看。"  # the bot said nothing between
    assert (await li.do("/inbox/1", "answer", files={"file": ("a.png", saved(scene(), "PNG"))})).status == 303
    assert await member.read() == ""
    assert opened(await member.picture()).size == scene().size

    await li.follow("/inbox/1", "close")
    assert await member.read() == "同事忙完了，我接着为您服务。事情办好了吗？\n[办好了] [还没有]"
    assert "会费" in await member.say("会费交多少")
