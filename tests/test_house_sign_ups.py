"""Every event that the demo holds can be signed up for by a new member, through its own form."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from config import files
from config.content import Content
from config.entries import Entry, Question
from config.settings import CONTENT_DIR
from handlers import enrolling
from models import members
from models.places import CONFIRMED, PENDING, Place
from tests.transcripts import Chat

CONTENT = Content.of(files.read(CONTENT_DIR, demo=date(2026, 11, 10)))
EVENTS = [entry for entry in CONTENT.entries if entry.event and entry.form]
STATES = {"fcfs": CONFIRMED, "lottery": PENDING, "approve": PENDING}
WORDS = {"text": "演示", "number": "3", "date": "12月1日", "digits": "123456", "phone": "13800000001"}
FIRST_BUTTON, CODE = re.compile(r"\[(?!不填了).*?\]"), re.compile(r"^\d{6}$", re.MULTILINE)


@pytest.fixture
async def demo(small, dialogue, clock) -> Chat:
    """A chat about the demo's content, its events published."""
    dialogue.edition = replace(dialogue.edition, content=CONTENT)
    async with small.transaction() as session:
        await enrolling.publish(session, CONTENT, now=clock())
    return Chat(small, dialogue, clock)


async def verify(chat: Chat) -> None:
    """Let the member be bound to a card, as some events ask."""
    address = chat.incoming("text").sender
    async with chat.database.transaction() as session:
        (await members.at_address(session, address, now=chat.clock())).verified_at = chat.clock()


async def fill(chat: Chat, asked: str, entry: Entry) -> str:
    """Answer whatever is asked, with the first button where there is one to choose; return the last answer."""
    kinds = {_worded(question): question.kind for question in (*CONTENT.forms["who"].questions, *entry.form)}
    while (question := asked.rpartition("\n")[0]) in kinds:
        first = FIRST_BUTTON.match(asked.rpartition("\n")[2])
        asked = await chat.say(first[0] if first else WORDS[kinds[question]])
    return await chat.say("[没错，报名]")


def _worded(question: Question) -> str:
    return CONTENT.texts[question.ask].text if question.ask in CONTENT.texts else question.ask


async def agree(chat: Chat, entry: Entry, told: str) -> None:
    """Let the partner whom *told* is meant for say yes."""
    await chat.send(chat.incoming("press", "lilei", text="我是搭档", value=f"invited:{entry.slug}"))
    for said in (CODE.findall(told)[0], "[愿意]", "李雷（演示）", "13800000002"):
        await chat.say(said, member="lilei")


@pytest.mark.parametrize("entry", EVENTS, ids=lambda entry: entry.slug)
async def test_event_is_signed_up_for_through_its_form(demo, clock, entry):
    clock.now = max(clock.now, entry.opens or clock.now)
    if entry.event.members_only:
        await verify(demo)

    asked = await demo.send(demo.incoming("press", text="报名", value=f"enrol:{entry.slug}"))
    told = await fill(demo, asked, entry)
    if entry.pairs:
        await agree(demo, entry, told)

    async with demo.database.transaction() as session:
        states = list(await session.scalars(select(Place.state).order_by(Place.id)))
    assert states == [STATES[entry.event.policy]], told
