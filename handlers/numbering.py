"""Numbers typed where a channel has no buttons: each is a press of what the list shown last has under it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.choosing import number, tidy
from models import handoffs, shown_lists
from models.messages import Incoming
from models.shown_lists import PAGE, ShownList

NUMBERED = frozenset(["wechat"])
"""The channels whose choices are numbers."""
MORE = frozenset(["更多", "下文", "more"])
NEXT, BACK = 9, 0


async def meant(session: AsyncSession, message: Incoming, *, now: datetime) -> Incoming:
    """Return *message*, a number in it as the press of what it stands for, unless it is said to a colleague."""
    if message.sender.channel not in NUMBERED or message.kind != "text":
        return message
    shown = await shown_lists.of(session, message.sender)
    if shown is None:
        return message
    if shown.rest and tidy(message.text) in MORE:
        return replace(message, kind="press", value="list:more")
    value = _chosen(shown, message.text, now)
    if value is None or await handoffs.is_led(session, message.sender):
        return message
    return replace(message, kind="press", value=value)


def _chosen(shown: ShownList, said: str, now: datetime) -> str | None:
    """Return the value that *said* stands for, None when it is no choice."""
    text = tidy(said)
    named = next((value for label, value in shown.choices if tidy(label) == text), None)
    if named is not None and not shown.is_over(now):
        return None if named.startswith("f:") else named  # a form reads its own words, several at a time
    chosen = BACK if text == "0" else number(said)
    if chosen is None or shown.digits or not shown.choices:
        return None
    if shown.is_over(now):
        return "list:old"
    if chosen == NEXT and shown.first + PAGE < len(shown.choices):
        return "list:next"
    if chosen == BACK:
        return "list:back" if shown.first else None
    page = shown.page(shown.first)[:PAGE]
    if chosen <= len(page):
        return page[chosen - 1].value
    return "list:old" if chosen <= shown.before else "list:again"
