"""Where a channel has no files and only numbers, a long form and a paper may go on on our page."""

import re

import pytest
from sqlalchemy import func, select

from handlers.confiding import Ways
from models.conversations import FROM, Conversation
from models.passes import Pass
from models.senders import STRANGER
from tests.transcripts import Chat

SITE = "https://gonghui.example"
DOOR = f"{SITE}/wechat/login"


@pytest.fixture
def wechat(small, dialogue, clock) -> Chat:
    dialogue.ways = Ways(frozenset({"wechat"}), SITE, beside={"wechat": ""})
    return Chat(small, dialogue, clock, "wechat")


async def press(chat: Chat, value: str) -> list[tuple[str, str]]:
    """Press a button; return those of the answer that open a page."""
    await chat.send(chat.incoming("press", value=value))
    chat.clock.tick(2)
    await chat.shown()
    return [(choice.label, choice.url) for choice in chat._choices["wang"] if choice.url]


async def passes(database) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Pass))


async def test_long_form_begins_with_the_way_to_our_page(wechat, small):
    [(label, url)] = await press(wechat, "aid:begin")

    assert label == "在网页上填"
    assert re.fullmatch(rf"{SITE}/c/[\w-]{{43}}", url)
    async with small.transaction() as session:
        found = await session.scalar(select(Pass))
        assert (found.purpose, found.place) == ("form:resume", "wechat:wang")
        conversation = await session.scalar(select(Conversation))
        assert conversation.answers == {FROM: "wechat:wang"}
    assert await press(wechat, wechat._choices["wang"][0].value) == []


async def test_platform_that_tells_who_comes_needs_no_link(wechat, small):
    wechat.dialogue.ways = Ways(frozenset({"wechat"}), SITE, beside={"wechat": DOOR})

    assert await press(wechat, "aid:begin") == [("在网页上填", DOOR)]

    assert await passes(small) == 0


async def test_short_form_goes_without(wechat, small, clock):
    message = wechat.incoming("press", value="menu")
    async with small.transaction() as session:
        turn = await wechat.dialogue._turn(session, message, STRANGER, clock())

        assert [choice.label for choice in turn.start("card").choices if choice.url] == []

    assert await passes(small) == 0


async def test_channel_with_buttons_goes_without(small, dialogue, clock):
    dialogue.ways = Ways(frozenset({"phone"}), SITE, beside={"wechat": ""})

    assert await press(Chat(small, dialogue, clock), "aid:begin") == []


async def test_paper_may_be_handed_in_on_our_page(wechat, small, clock):
    message = wechat.incoming("press", value="menu")
    async with small.transaction() as session:
        turn = await wechat.dialogue._turn(session, message, STRANGER, clock())

        labels = [
            choice.label for choice in turn.start("apply-paper", "1", {"label": "学历证", "id": "1"}).choices
        ]

    assert labels == ["不发了", "转人工", "在网页上填"]


async def test_form_of_another_device_offers_no_way_to_the_page(wechat, small, clock):
    message = wechat.incoming("press", value="menu")
    async with small.transaction() as session:
        turn = await wechat.dialogue._turn(session, message, STRANGER, clock())
        turn.start("card")
        turn.conversation.form = "aid"
        assert [choice.url for choice in turn.question().choices if choice.url] != []

        turn.conversation.answers = {FROM: "web:office"}

        assert [choice.url for choice in turn.question().choices if choice.url] == []
