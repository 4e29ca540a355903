"""The account on WeChat: what it may do, what can still be sent, what is held, and how mass sends went."""

from collections.abc import Mapping

from handlers.console import ADMINISTRATORS, Page, Reply, View, Visit
from models import wechat_board

GRADES: Mapping[str, str] = {
    "": "没有接通",
    "passive": "只能回答（未认证）",
    "certified-subscription": "认证公众号",
    "certified-service": "认证服务号",
}
STATES: Mapping[str, str] = {"placed": "正在发", "gone": "发了", "refused": "没发成"}


async def show(visit: Visit) -> Reply:
    """Show how the account stands."""
    told = await wechat_board.standing(visit.session, now=visit.now)
    return View(
        "wechat.html",
        {
            "grade": GRADES[visit.ways.grade],
            "told": told,
            "calls": await wechat_board.calls(visit.session),
            "forms": visit.content.wechat.forms,
            "states": STATES,
        },
    )


pages = (Page("/wechat", "微信公众号", ADMINISTRATORS, show, menu="微信", rank=94),)
