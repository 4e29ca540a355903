"""Neutral letters as WeChat shows them: one text within its limit, choices as numbered lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models import attachments, tickets
from models.messages import Choice, Outgoing
from models.shown_lists import PAGE, short

TEXT_BYTES = 2000
"""WeChat takes 2,048 bytes, some trials found less (wechat spec 1.2)."""
Words = Callable[[str], str]
"""Returns the text called so."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is shown, and what of the text is kept for who asks for more."""

    text: str
    rest: str = ""


def render(letter: Outgoing, words: Words, *, site: str = "", room: int = TEXT_BYTES) -> Rendered:
    """Return *letter* within *room* bytes: its text cut at the end of a paragraph, then what can be chosen.

    *site* is where our own pages are; without one their lines are left out.
    """
    below = "\n".join([*_links(letter, words, site), *_choices(letter, words)])
    below = f"\n\n{below}" if below else ""
    left = room - _bytes(below)
    if _bytes(letter.text) <= left:
        return Rendered(f"{letter.text}{below}".strip())
    more = f"\n\n{words('list.more')}"
    kept, rest = cut(letter.text, left - _bytes(more))
    return Rendered(f"{kept}{more}{below}", rest)


def cut(text: str, room: int) -> tuple[str, str]:
    """Return what of *text* fits into *room* bytes and the rest: parted between paragraphs, else sentences, else anywhere."""
    fits = text.encode()[:room].decode(errors="ignore")
    for end in ("\n\n", "\n", "。"):
        at = fits.rfind(end)
        if at > len(fits) // 3:
            fits = fits[: at + len(end)]
            break
    return fits.rstrip(), text[len(fits) :].lstrip()


def numbered(choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices that numbers stand for: those that open an address have theirs in their line."""
    return [choice for choice in choices if choice.value]


def _links(letter: Outgoing, words: Words, site: str) -> list[str]:
    """Return a line for each picture, file and page that can be opened."""
    lines = []
    for kind in ("picture", "file"):
        path = _path(getattr(letter, kind))
        if path and site:
            lines.append(f"{words(f'list.{kind}')}{site}{path}")
    for choice in letter.choices:
        url = f"{site}{choice.url}" if site and choice.url.startswith("/") else choice.url
        if url and not url.startswith("/"):
            lines.append(f"{choice.label}：{url}")
    return lines


def _path(reference: str) -> str:
    if reference.startswith("ticket:"):
        return tickets.path(reference)
    kept = attachments.parsed(reference)
    return kept.path if kept else ""


def _choices(letter: Outgoing, words: Words) -> list[str]:
    choices = numbered(letter.choices)
    if not choices:
        return []
    if letter.digits:
        return [words("list.words") + "".join(f"“{short(choice.label)}”" for choice in choices)]
    lines = [f"{number} {short(choice.label)}" for number, choice in enumerate(choices[:PAGE], 1)]
    return [*lines, *([words("list.next")] if len(choices) > PAGE else []), words("list.hint")]


def _bytes(text: str) -> int:
    return len(text.encode())
