"""Sums, days and months as members write them. Pure."""

import re
from datetime import date, timedelta
from decimal import Decimal

_AROUND = re.compile(r"^(?:大概|大约|差不多|约|¥)|(?:左右|上下|差不多)$")
_MONEY = re.compile(r"(?:块钱|元钱|元|块|圆)$")
_PLAIN = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
_SCALED = re.compile(
    r"(?:(\d{1,4}(?:\.\d{1,4})?)万)?(?:(\d{1,2}(?:\.\d{1,3})?)千)?(?:(\d{1,2}(?:\.\d{1,2})?)百)?(零?)(\d{0,4})",
    re.ASCII,
)
_SCALES = (10_000, 1_000, 100)
_NUMERALS = str.maketrans("一二两三四五六七八九wWkK", "1223456789万万千千")
_DAY = re.compile(
    r"(?:(\d{4})\s*[年./-]\s*|(\d{2})年\s*|([今去前]年)的?\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?",
    re.ASCII,
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_MONTH = re.compile(
    r"(?:(\d{4})\s*[年./-]\s*|(\d{2})年\s*|([今去前]年)的?\s*)(\d{1,2})\s*月?(?:份)?", re.ASCII
)
_AGO = {"今天": 0, "今日": 0, "昨天": 1, "前天": 2}
_YEARS_AGO = {"今年": 0, "去年": 1, "前年": 2}
_THIS_MONTH, _LAST_MONTH = frozenset({"这个月", "本月"}), frozenset({"上个月", "上月"})


def amount(text: str, unit: str = "") -> str | None:
    """Return the number in a sum such as 8千, 1万2 or 8,000元, or in a count with its *unit*; None when there is none."""
    said = _AROUND.sub("", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    said = _MONEY.sub("", said.strip()).removesuffix(unit).strip()
    return said if _PLAIN.fullmatch(said) else _scaled(said.translate(_NUMERALS).replace(" ", ""))


def day(text: str, today: date) -> str | None:
    """Return a day in ISO form; without a year it is this year's. None when it is none, or only a month."""
    if text in _AGO:
        return (today - timedelta(days=_AGO[text])).isoformat()
    if (digits := _DIGITS.fullmatch(text)) and digits[3]:
        return _made(int(digits[1]), digits[2], digits[3])
    match = _DAY.fullmatch(text)
    return _made(_year(match, today), match[4], match[5]) if match else None


def month(text: str, today: date) -> str | None:
    """Return a month in ISO form; of a day, its month. None when it is none."""
    first = today.replace(day=1)
    if text in _THIS_MONTH:
        return f"{first:%Y-%m}"
    if text in _LAST_MONTH:
        return f"{first - timedelta(days=1):%Y-%m}"
    if whole := day(text, today):
        return whole[:7]
    digits = _DIGITS.fullmatch(text)
    if digits and not digits[3]:
        found = _made(int(digits[1]), digits[2], "1")
    else:
        match = _MONTH.fullmatch(text)
        found = _made(_year(match, today), match[4], "1") if match else None
    return found[:7] if found else None


def _scaled(said: str) -> str | None:
    """Return what 1万2 or 3千5百 comes to; a single digit at the end counts the next smaller unit."""
    match = _SCALED.fullmatch(said)
    if match is None or not any(match.groups()[:3]):
        return None
    total, smallest = Decimal(0), 0
    for part, scale in zip(match.groups()[:3], _SCALES, strict=True):
        if part:
            total, smallest = total + Decimal(part) * scale, scale
    rest = int(match[5] or 0)
    total += rest * (smallest // 10) if len(match[5]) == 1 and not match[4] else rest
    return f"{total.quantize(Decimal('0.01')):f}".removesuffix(".00")


def _year(match: re.Match[str], today: date) -> int:
    """Return the year of a match: four digits, two of this century or the last, in words, or this year."""
    if match[1]:
        return int(match[1])
    if match[2]:
        short = int(match[2])
        return today.year - today.year % 100 + short - (100 if short > today.year % 100 else 0)
    return today.year - _YEARS_AGO.get(match[3] or "", 0)


def _made(year: int, month_: str, day_: str) -> str | None:
    try:
        return date(year, int(month_), int(day_)).isoformat()
    except ValueError:
        return None
