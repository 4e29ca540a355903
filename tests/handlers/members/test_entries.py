"""Answers by button, and how an entry tells its dates before, during and after them."""

from dataclasses import replace
from datetime import datetime

import pytest

from handlers.wording import BEIJING


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


@pytest.fixture
def dated(chat, edition):
    """The photography contest with dates of its own."""
    photo = edition.content.by_slug["photo-contest"].model_copy(
        update={"opens": at(11, 20), "closes": at(12, 1), "starts": at(12, 20), "place": "文化馆"}
    )
    entries = tuple(photo if e.slug == photo.slug else e for e in edition.content.entries)
    chat.dialogue.edition = replace(edition, content=replace(edition.content, entries=entries))
    return photo


TOLD = "关于“摄影大赛”：12月20日（周日）上午9:00，文化馆。报名从11月20日（周五）上午9:00到12月1日（周二）上午9:00。"


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        (at(11, 10), "[开始报名告诉我]"),
        (at(11, 25), "[有通知告诉我]"),
        (at(12, 5), "[有通知告诉我]"),
    ],
)
async def test_dates_are_told_until_the_day(chat, dated, clock, now, offered):
    clock.now = now

    told = await chat.say("摄影比赛啥时候")

    assert told.startswith(TOLD)
    assert offered in told


async def test_after_the_day_history_is_told_again(chat, dated, clock):
    clock.now = at(12, 21)

    assert (await chat.say("摄影比赛啥时候")).startswith("关于“摄影大赛”：2014年的做法：")


async def test_detail_holds_the_history_of_what_has_dates(chat, dated):
    await chat.say("摄影比赛啥时候")

    told = await chat.say("[详细]")

    assert told.startswith("2014年的做法：")
    assert told.endswith("[转人工] [菜单]")


async def test_papers_are_told(chat):
    await chat.say("我本科毕业了能补多少钱")

    assert (await chat.say("[要什么材料]")).startswith("“学费资助”一般要带：")


@pytest.mark.parametrize("value", ["show:no-such", "detail:no-such", "papers:no-such", "papers:who-we-are"])
async def test_button_of_what_is_gone_offers_the_next_step(chat, value):
    told = await chat.send(chat.incoming("press", value=value))

    assert told.endswith("[菜单] [转人工]")


async def test_wrong_until_nothing_is_left_leads_to_a_person(chat):
    await chat.say("摄影比赛啥时候")
    for _ in range(6):
        ranked = chat.dialogue.edition.index.search("摄影比赛啥时候").entries
    for slug in ranked:
        told = await chat.send(chat.incoming("press", value=f"wrong:{slug}"))

    assert told.startswith("我还是没弄懂，请同事来看吧？")
