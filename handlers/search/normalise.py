"""A question as the search reads it: one width, one case, no punctuation, cut into characters, words and syllables."""

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

os.environ.setdefault(
    "PYPINYIN_NO_PHRASES", "true"
)  # single characters are enough, and cost 11 MB instead of 54
from pypinyin import Style, pinyin_dict
from pypinyin.style import convert

_TOKEN = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff\uf900-\ufaff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SYLLABLE_LENGTH = 6


def plain(text: str) -> str:
    """Return *text* in one width and case, with single spaces for everything that is no letter or digit."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if unicodedata.category(c)[0] in "LN" else " " for c in folded).split())


def without(text: str, phrases: Iterable[str]) -> str:
    """Return plain *text* without *phrases*, unless nothing would be left."""
    left = text
    for phrase in phrases:
        left = left.replace(phrase, " ")
    return " ".join(left.split()) or text


def tokens(text: str) -> list[str]:
    """Return the Chinese characters, Latin words and numbers of plain *text*."""
    return _TOKEN.findall(text)


def syllables(parts: Iterable[str]) -> list[str]:
    """Return *parts* as toneless pinyin; Latin words are cut into syllables where that works."""
    said: list[str] = []
    for part in parts:
        if part[0].isascii():
            said.extend(cut(part) or (part,))
        else:
            said.append(toneless(part))
    return said


@cache
def toneless(character: str) -> str:
    """Return the most usual reading of a Chinese character without its tone."""
    readings = pinyin_dict.pinyin_dict.get(ord(character), "")
    return convert(readings.split(",")[0], Style.NORMAL, strict=False) if readings else character


@cache
def _known() -> frozenset[str]:
    return frozenset(toneless(chr(code)) for code in range(0x4E00, 0x9FA6))


@lru_cache(maxsize=4096)
def cut(word: str) -> tuple[str, ...]:
    """Return the syllables of a Latin *word*, longest first, or nothing when it is no pinyin."""
    if not word:
        return ()
    for length in range(min(_SYLLABLE_LENGTH, len(word)), 0, -1):
        head, rest = word[:length], word[length:]
        if head in _known() and (length > 1 or head in {"a", "e", "o"}):
            if not rest:
                return (head,)
            if tail := cut(rest):
                return (head, *tail)
    return ()


def is_english(text: str) -> bool:
    """Say whether *text* is English: Latin letters, no Chinese character, and not all of it pinyin."""
    words = re.findall(r"[a-z]+", plain(text))
    return bool(words) and not _HAN.search(text) and not all(cut(word) for word in words)
