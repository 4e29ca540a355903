"""Every answer of the content with its choices as WeChat shows it: one message, whatever is asked."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.wechat import rendering
from models.messages import Address, Choice, Incoming, Outgoing
from models.outbox import Letter
from models.shown_lists import PAGE

SITE = "https://gonghui.example"
ACTIONS = ("show", "detail", "papers")


async def letters(database, dialogue, now, values: Sequence[str]) -> dict[str, Outgoing]:
    """Return the letter that answers each press."""
    async with database.transaction() as session:
        for value in values:
            press = Incoming(value, Address("wechat", value), kind="press", value=value)
            await dialogue.answer(session, press, now)
        found = await session.scalars(select(Letter).where(Letter.channel == "wechat").order_by(Letter.id))
        return {letter.address: letter.message for letter in found}


async def test_every_answer_is_one_message(small, dialogue, demo_content, clock):
    dialogue.edition = replace(dialogue.edition, content=demo_content)
    texts = demo_content.texts
    values = [f"{action}:{entry.slug}" for entry in demo_content.entries for action in ACTIONS]
    values += [to for text in texts.values() for to in text.choices.values() if "{" not in to]

    told = await letters(small, dialogue, clock(), list(dict.fromkeys(values)))
    shown = {
        value: rendering.render(letter, lambda key: texts[key].text, site=SITE)
        for value, letter in told.items()
    }

    assert len(shown) > len(demo_content.entries) * len(ACTIONS)
    assert max(len(one.text.encode()) for one in shown.values()) <= rendering.TEXT_BYTES
    assert [value for value, one in shown.items() if one.rest] == []


@given(
    st.text(max_size=3000),
    st.lists(st.text(max_size=200), max_size=20),
    st.booleans(),
)
def test_nothing_is_over_the_limit_and_nothing_of_the_text_is_lost(text, labels, digits):
    choices = tuple(Choice(label, f"v:{n}") for n, label in enumerate(labels[: PAGE if digits else 20]))

    told = rendering.render(Outgoing(text, choices, digits=digits), "……{}".format)

    assert len(told.text.encode()) <= rendering.TEXT_BYTES
    kept = told.text.partition("\n\n……list.more")[0] if told.rest else text
    assert "".join((kept + told.rest).split()) == "".join(text.split())
