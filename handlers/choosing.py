"""Choices said in words: a number, the label, or its sense, taken as a press. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

YES = frozenset(
    ["要", "行", "好", "好的", "来", "我来", "可以", "对", "是", "是的", "嗯", "恩", "成", "ok", "yes"]
)
NO = frozenset(["不要", "不了", "不来", "不用", "不", "不行", "不对", "否", "算了吧", "no"])
_NUMERALS = "一二三四五六七八九"
_TWO = re.compile(r"\d[\W_]+\d")


def tidy(said: str) -> str:
    """Return *said* without case, width, spaces and punctuation."""
    text = unicodedata.normalize("NFKC", said).casefold()
    if text.isalnum():  # as most labels are: letters and numbers alone
        return text
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of *words* in a text, in one go."""
    return re.compile("|".join(map(re.escape, words)) or "(?!)")


def number(said: str) -> int | None:
    """Return the number that was said to choose by: 1 １ ① 一 选1 第1个 1号, or None, as for 1、3 and 1.5."""
    if _TWO.search(unicodedata.normalize("NFKC", said)):
        return None
    text = tidy(said)
    for before in ("我选", "选择", "选", "第", "按"):
        text = text.removeprefix(before)
    for after in ("个", "号", "项", "条"):
        text = text.removesuffix(after)
    if text in _NUMERALS and len(text) == 1:
        return _NUMERALS.index(text) + 1
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None  # noqa: PLR2004 -- two digits count choices


def pick(said: str, choices: Sequence[Sequence[str]], *, digits: bool = True) -> str | None:
    """Return the value of the choice that *said* names; *choices* are (label, value) pairs."""
    text = tidy(said)
    if not text or not choices:
        return None
    for label, value in choices:
        if text == tidy(label):
            return value
    chosen = number(said) if digits else None
    if chosen is not None:
        return choices[chosen - 1][1] if 1 <= chosen <= len(choices) else None
    return _sense(text, choices)


def _sense(text: str, choices: Sequence[Sequence[str]]) -> str | None:
    if len(choices) < 2 or not choices[1][0].startswith(("不", "先不")) or choices[1][1].startswith("wrong"):  # noqa: PLR2004 -- a pair of yes and no
        return None
    if text in YES:
        return choices[0][1]
    return choices[1][1] if text in NO else None
