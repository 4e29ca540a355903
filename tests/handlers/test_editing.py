"""Content that staff have planned, published by the clock."""

import asyncio
from datetime import timedelta

import pytest

from handlers import editing
from handlers.members import services
from handlers.router import Router
from models import content as shelves
from models import drafts
from models.base import Database
from tests import stock

CHECK = Router(services()).check


@pytest.fixture
async def stocked(database, clock) -> Database:
    await stock.publish(database, now=clock())
    return database


async def plan(database, clock, body, key="search.thanks"):
    async with database.transaction() as session:
        due = clock() + timedelta(hours=1)
        await drafts.plan(session, "texts", key, body, due, by="li", now=clock())


async def publish(database, edition, clock) -> int:
    async with database.transaction() as session:
        return await editing.publish_due(session, CHECK, edition.content, now=clock())


async def planned(database, key="search.thanks"):
    async with database.transaction() as session:
        return await drafts.of(session, "texts", key, "staff")


async def texts(database):
    async with database.transaction() as session:
        content = await shelves.published(session)
    return content.version, content.texts["search.thanks"].text


async def test_planned_text_is_published_when_its_time_comes_and_once(stocked, edition, clock):
    await plan(stocked, clock, {"text": "谢谢。"})
    await plan(stocked, clock, {"text": "别客气。"})
    early = await publish(stocked, edition, clock)
    clock.tick(3600)

    found = await asyncio.gather(*(publish(stocked, edition, clock) for _ in range(3)))

    assert (early, sorted(found)) == (0, [0, 0, 1])
    assert await texts(stocked) == (2, "别客气。")
    assert await planned(stocked) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            {"text": ""},
            "没有保存，这里还不对：「说什么」没有填。",
        ),
        (
            {"text": "别客气。", "choices": {"去": "nowhere"}},
            "没有保存，这里还不对：texts.yaml: search.thanks: choices: nobody answers nowhere",
        ),
    ],
)
async def test_planned_text_that_does_not_do_any_more_stays_with_the_reason(
    stocked, edition, clock, body, why
):
    await plan(stocked, clock, body)
    await plan(stocked, clock, {"text": "您好。"}, key="search.greeting")
    clock.tick(3600)

    assert await publish(stocked, edition, clock) == 2
    assert await publish(stocked, edition, clock) == 0

    draft = await planned(stocked)
    assert (draft.due_at, draft.fault) == (None, why)
    assert await planned(stocked, "search.greeting") is None
    assert (await texts(stocked))[0] == 2
