"""Days as people say them: 昨天, 上个月15号, 去年10月, 2019年5月. Pure."""

import re
import unicodedata
from datetime import date, timedelta

from models.law.dates import months_add

_NUMERALS = "零一二三四五六七八九"
_AROUND = re.compile(
    r"^(?:大概|大约|大致|应该|好像|可能|就是|是|从|自|在)+|(?:左右|前后|的时候|那天|吧|了|开始|起)+$"
)
_AGO = re.compile(r"(\d{1,3}|半)个?(天|日|周|星期|礼拜|月|年)(半)?(?:之|以)?前")
_WEEKDAY = re.compile(r"(上上|上|这|本|下)个?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_WRITTEN = re.compile(
    r"(?:(?P<year>\d{4}|\d{2}(?=年)|今年|去年|前年|明年)[年./-]?)?"
    r"(?:(?P<month>\d{1,2})(?:月份?|[./-])|(?P<near>上上个?月|上个?月|这个?月|本月|当月|下个?月))?"
    r"(?:(?P<day>\d{1,2})[日号]?|(?P<part>初|上旬|中旬|中|下旬|底|末))?"
)
_MONTH_ONLY = re.compile(r"(\d{4})[./-](\d{1,2})")
_NEAR_DAYS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "大前天": 3, "明天": -1, "后天": -2}
_NEAR_MONTHS = {"上上": -2, "上": -1, "下": 1}
_NEAR_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
_PARTS = {"初": 1, "上旬": 1, "中": 11, "中旬": 11, "下旬": 21, "底": 21, "末": 21}
_CENTURY, _YEAR_MONTHS, _WEEK = 2000, 12, 7
EARLIEST = 1950
"""No day that members speak of lies before this year."""


def read(said: str, today: date, *, past: bool = False) -> date | None:
    """Return the day that is meant, None when that is not clear; of a month or a part of it, the first day.

    One that is *past* never lies ahead: without its year it is the last such day.
    """
    text = _plain(said)
    if text in _NEAR_DAYS:
        found: date | None = today - timedelta(days=_NEAR_DAYS[text])
    else:
        found = _ago(text, today) or _of_week(text, today) or _written(text, today, past=past)
    if found is None or found.year < EARLIEST or (past and found > today):
        return None
    return found


def _plain(said: str) -> str:
    """Return what was said in digits and without words around it."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", said)).replace("两", "二").replace("〇", "零")
    text = _AROUND.sub("", text)
    if _WEEKDAY.fullmatch(text):
        return text
    return re.sub(f"[{_NUMERALS}十]+", lambda found: _digits(found[0]), text)


def _digits(said: str) -> str:
    """Return 二十五 as 25, and 二零一九 as 2019."""
    if "十" not in said:
        return "".join(str(_NUMERALS.index(one)) for one in said)
    tens, _, ones = said.partition("十")
    return f"{_digits(tens) if tens else 1}{_digits(ones) if ones else 0}"


def _ago(text: str, today: date) -> date | None:
    match = _AGO.fullmatch(text)
    if match is None:
        return None
    half = match[1] == "半"
    number, unit = 0 if half else int(match[1]), match[2]
    if unit in "月年":
        months = number * (_YEAR_MONTHS if unit == "年" else 1)
        more = _YEAR_MONTHS // 2 if (half or match[3]) and unit == "年" else 0
        return months_add(today, -months - more) if months + more else None
    return None if half or match[3] else today - timedelta(days=number * (1 if unit in "天日" else _WEEK))


def _of_week(text: str, today: date) -> date | None:
    match = _WEEKDAY.fullmatch(text)
    if match is None:
        return None
    weeks = {"上上": -2, "上": -1, "下": 1}.get(match[1], 0)
    at = "一二三四五六日".find(match[2].replace("天", "日"))
    day = at if at >= 0 else int(match[2]) - 1
    return today + timedelta(days=day - today.weekday() + weeks * _WEEK)


def _written(text: str, today: date, *, past: bool) -> date | None:
    alone = _MONTH_ONLY.fullmatch(text)
    if alone:
        return _day(int(alone[1]), int(alone[2]), 1)
    match = _WRITTEN.fullmatch(text)
    if match is None or not (match["month"] or match["near"] or text.endswith(("日", "号"))):
        return None
    day = int(match["day"]) if match["day"] else _PARTS.get(match["part"] or "", 1)
    year = _year(match["year"], today)
    if match["month"]:
        found = _day(today.year if year is None else year, int(match["month"]), day)
        ahead = past and year is None and (found is None or found > today)
        return _day(today.year - 1, int(match["month"]), day) if ahead else found
    if year is not None:
        return None
    moved = next((by for word, by in _NEAR_MONTHS.items() if (match["near"] or "").startswith(word)), 0)
    if past and not match["near"] and day > today.day:
        moved = -1
    month = months_add(today.replace(day=1), moved)
    return _day(month.year, month.month, day)


def _year(said: str | None, today: date) -> int | None:
    if said is None:
        return None
    if said in _NEAR_YEARS:
        return today.year + _NEAR_YEARS[said]
    return int(said) if len(said) > len("年份") else _CENTURY + int(said)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
