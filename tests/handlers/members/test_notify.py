"""有通知告诉我, and being told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from handlers import desk
from handlers.wording import BEIJING
from models.interests import Interest
from models.outbox import LANES, Letter

KEPT = "好，一有消息就告诉您。\n[不用告诉我了] [菜单] [转人工]"
NONE = "您还没有报名，也没有让我留意的活动。\n[活动报名] [菜单] [转人工]"


async def test_wish_is_kept_once_and_given_back(chat):
    title = chat.dialogue.edition.content.by_slug["photo-contest"].title
    await chat.say("摄影比赛啥时候")
    await chat.run(("[有通知告诉我]", KEPT))
    await chat.run(("我的", f"您让我留意的：{title}。有了消息会告诉您。\n[菜单] [转人工]"))
    press = chat.incoming("press", value="notify:photo-contest")
    assert await chat.send(press) == KEPT

    async with chat.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Interest)) == 1
    await chat.run(("[不用告诉我了]", "好，不告诉您了。\n[菜单] [转人工]"), ("我的", NONE))


async def test_wish_for_nothing_known_is_answered(chat):
    assert (await chat.send(chat.incoming("press", value="notify:gone"))).startswith("这个我不会")


@pytest.fixture
def dated(chat, clock):
    """Give the photo contest its dates, as staff would."""
    content = chat.dialogue.edition.content
    dates = {
        "opens": clock() + timedelta(days=2),
        "closes": clock() + timedelta(days=20),
        "starts": clock() + timedelta(days=30),
    }
    entries = tuple(
        entry.model_copy(update={**dates, "place": "文化馆"}) if entry.slug == "photo-contest" else entry
        for entry in content.entries
    )
    return replace(content, entries=entries)


async def test_members_are_told_of_the_date_and_of_the_opening_once_each(chat, clock, dated):
    await chat.say("摄影比赛啥时候")
    await chat.say("[有通知告诉我]")

    told = [await tell(chat, dated, clock), await tell(chat, dated, clock)]
    clock.tick(3 * 24 * 3600)
    told += [await tell(chat, dated, clock), await tell(chat, dated, clock)]

    title = dated.by_slug["photo-contest"].title
    buttons = "\n[看一看] [不用告诉我了] [转人工]"
    assert (
        told[0]
        == f"{title}有日子了：12月10日（周四）上午10:00，文化馆。报名从11月12日（周四）上午10:00到11月30日（周一）上午10:00。{buttons}"
    )
    assert told[1] == ""
    assert told[2] == f"{title}开始报名了，11月30日（周一）上午10:00截止。{buttons}"
    assert told[3] == ""


async def test_jobs_that_run_at_once_tell_once(chat, clock, dated):
    await chat.say("摄影比赛啥时候")
    await chat.say("[有通知告诉我]")

    async def run() -> None:
        async with chat.database.transaction() as session:
            await desk.tell_interested(session, dated, now=clock())

    await asyncio.gather(*(run() for _ in range(4)))

    async with chat.database.transaction() as session:
        news = select(func.count()).select_from(Letter).where(Letter.lane == LANES.index("bulk"))
        assert await session.scalar(news) == 1


async def tell(chat, content, clock) -> str:
    async with chat.database.transaction() as session:
        await desk.tell_interested(session, content, now=clock())
    clock.tick(2)
    return await chat.shown()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((24, 10, 0), (24, 10, 0)),
        ((24, 21, 29), (24, 21, 29)),
        ((24, 21, 30), (25, 8, 30)),
        ((25, 3, 0), (25, 8, 30)),
        ((25, 8, 30), (25, 8, 30)),
    ],
)
def test_news_waits_until_people_are_awake(now, due):
    at = datetime(2026, 11, *now, tzinfo=BEIJING).astimezone(UTC)

    assert desk.awake(at).astimezone(BEIJING) == datetime(2026, 11, *due, tzinfo=BEIJING)
