"""Numbers typed where a channel has no buttons: each is a press of what the list shown last has under it."""

from dataclasses import replace
from datetime import datetime

from handlers.choosing import number, tidy
from models.messages import Incoming
from models.senders import Sender
from models.shown_lists import PAGE, ShownList

NUMBERED = frozenset(["wechat"])
"""The channels whose choices are numbers."""
MORE = frozenset(["更多", "下文", "more"])
NEXT, BACK = 9, 0


def meant(message: Incoming, sender: Sender, *, now: datetime) -> Incoming:
    """Return *message*, a number in it as the press of what it stands for, unless it is said to a colleague."""
    if message.sender.channel not in NUMBERED or message.kind != "text" or sender.shown is None:
        return message
    if sender.shown.rest and tidy(message.text) in MORE:
        return replace(message, kind="press", value="list:more")
    value = _chosen(sender.shown, message.text, now)
    return message if value is None or sender.is_led else replace(message, kind="press", value=value)


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
