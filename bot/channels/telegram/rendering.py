"""Neutral letters in Telegram's form: text within its limits, choices as an inline keyboard."""

from dataclasses import replace
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit

from models import tickets
from models.messages import Choice, Outgoing

SHORT = 7.0
_HALF = "·."


def text(letter: Outgoing, limit: int = MessageLimit.MAX_TEXT_LENGTH) -> str:
    """Return the text, cut at the end of a paragraph where it is longer than *limit* UTF-16 units."""
    if units(letter.text) <= limit:
        return letter.text
    kept = letter.text.encode("utf-16-le")[: (limit - 2) * 2].decode("utf-16-le", "ignore")
    paragraph = kept.rfind("\n")
    return f"{kept[:paragraph] if paragraph > limit // 2 else kept}\n…"


def units(said: str) -> int:
    """Return the length as Telegram counts it: UTF-16 units."""
    return len(said.encode("utf-16-le")) // 2


def keyboard(letter: Outgoing, site: str = "") -> InlineKeyboardMarkup | None:
    """Return the choices as buttons: two a row where both labels are short, else one.

    *site* is where our own pages are; without one their buttons are left out.
    """
    rows: list[list[InlineKeyboardButton]] = []
    half: Choice | None = None
    own = (replace(c, url=f"{site}{c.url}") if c.url.startswith("/") else c for c in letter.choices)
    reachable = [choice for choice in own if not choice.url.startswith("/")]
    for choice in reachable[: InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER]:
        if half is not None and width(choice.label) <= SHORT:
            rows[-1].append(_button(choice))
            half = None
            continue
        rows.append([_button(choice)])
        half = choice if width(choice.label) <= SHORT else None
    return InlineKeyboardMarkup(rows) if rows else None


def width(label: str) -> float:
    """Return how wide a label is in Chinese characters: Latin letters and dots count half."""
    return sum(0.5 if c.isascii() or c in _HALF else 1 for c in label)


def file(reference: str, site: str = "") -> str | Path | bytes:
    """Return a picture or file as the library takes it: an address, Telegram's own id, a path, or a ticket itself."""
    if reference.startswith("ticket:"):
        return tickets.picture(reference, site)
    if reference.startswith(("https://", "http://")):
        return reference
    return reference.removeprefix("telegram:") if reference.startswith("telegram:") else Path(reference)


def _button(choice: Choice) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    return InlineKeyboardButton(choice.label, callback_data=choice.value)
