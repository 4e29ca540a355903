"""How times are told to members: with the weekday and the part of the day, in Beijing's clock."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
CHANNELS: Mapping[str, str] = {"telegram": "Telegram", "wechat": "微信", "web": "网页", "phone": "电话"}
"""The channels as colleagues call them."""
SHOWN = 12
_MORNING, _NOON, _EVENING = 10, 12, 18


def day(moment: date) -> str:
    """Return a date as 12月20日（周日）."""
    return f"{moment.month}月{moment.day}日（周{'一二三四五六日'[moment.weekday()]}）"


def full_day(moment: date) -> str:
    """Return a date with its year, as 2026年12月20日."""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def clock(moment: datetime) -> str:
    """Return a time as 上午9:00; midnight and the minute before it are 晚上12点."""
    at = moment.astimezone(BEIJING)
    if (at.hour, at.minute) in {(0, 0), (23, 59)}:
        return "晚上12点"
    part = "上午" if at.hour < _NOON else "下午" if at.hour < _EVENING else "晚上"
    hour = at.hour if at.hour <= _NOON else at.hour - _NOON
    return f"{part}{hour}:{at.minute:02}"


def hour(at: time) -> str:
    """Return a full or half hour as 晚上9点半."""
    part = "早上" if at.hour < _MORNING else "上午" if at.hour < _NOON else "中午" if at.hour == _NOON else ""
    part = part or ("下午" if at.hour < _EVENING else "晚上")
    number = at.hour if at.hour <= _NOON else at.hour - _NOON
    return f"{part}{number}点{'半' if at.minute else ''}"


def when(moment: datetime) -> str:
    """Return day and time; midnight belongs to the day that ends."""
    at = moment.astimezone(BEIJING)
    told = at - timedelta(days=1) if (at.hour, at.minute) == (0, 0) else at
    return day(told.date()) + clock(at)


def channel(name: str) -> str:
    """Return a channel as colleagues call it."""
    return CHANNELS.get(name, name)


def masked_address(address: str) -> str:
    """Return an address on a channel as it may be shown: of a long one, such as an openid, only its ends."""
    return address if len(address) <= SHOWN else f"{address[:4]}…{address[-4:]}"


def masked_name(name: str) -> str:
    """Return a name as 王*."""
    return name[:1] + "*" * len(name[1:])


def by(moment: datetime, now: datetime) -> str:
    """Return until when something is promised: only the time when it is today."""
    today = now.astimezone(BEIJING).date() == moment.astimezone(BEIJING).date()
    return clock(moment) if today else when(moment)


def soon(moment: datetime, now: datetime) -> str:
    """Return day and time, the day as 今天 or 明天 where it is."""
    days = (moment.astimezone(BEIJING).date() - now.astimezone(BEIJING).date()).days
    return f"{('今天', '明天')[days]}{clock(moment)}" if days in (0, 1) else when(moment)
