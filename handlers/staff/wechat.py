"""The account on WeChat: what it may do, what can still be sent, what is held, and how mass sends went."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from handlers.console import ADMINISTRATORS, Page, Reply, View, Visit
from models import wechat_board
from models.wechat_board import QUOTA, WeChatCheck

GRADES: Mapping[str, str] = {
    "": "没有接通",
    "passive": "只能回答（未认证）",
    "certified-subscription": "认证公众号",
    "certified-service": "认证服务号",
}
CHECKS: Mapping[str, str] = {
    "token": "接口能不能用",
    "menu": "账号菜单",
    QUOTA: "今天还能发的条数",
    "callback": "微信找不找得到我们",
    "rights": "账号的权限",
}
STATES: Mapping[str, str] = {"placed": "正在发", "gone": "发了", "refused": "没发成"}


class Said(NamedTuple):
    """What WeChat answered about one thing; of what is as it should be only numbers are told."""

    name: str
    good: bool
    told: str
    at: datetime


def _said(one: WeChatCheck) -> Said:
    told = one.told if not one.good or one.name == QUOTA else ""
    return Said(CHECKS[one.name], one.good, told.replace(" of ", " / "), one.at)


async def show(visit: Visit) -> Reply:
    """Show how the account stands."""
    told = await wechat_board.standing(visit.session, now=visit.now)
    return View(
        "wechat.html",
        {
            "grade": GRADES[visit.ways.grade],
            "told": told,
            "checks": [_said(one) for one in await wechat_board.checks(visit.session)],
            "calls": await wechat_board.calls(visit.session),
            "forms": visit.content.wechat.forms,
            "states": STATES,
        },
    )


pages = (Page("/wechat", "微信公众号", ADMINISTRATORS, show, menu="微信", rank=94),)
