"""Whom a notice reaches on WeChat, by which way, and what that uses up: counted before it is sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Subquery, and_, case, exists, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from config.wechat import Form
from models.notices import Notice
from models.outbox import PASSIVE
from models.wechat_ledger import WeChatConsent, WeChatWindow
from models.wechat_mass import MOST_A_MONTH, WeChatMonth, is_for_all, month

Way = Literal["talk", "notice", "template", "mass"]
SERVICE = "certified-service"


class Reach(NamedTuple):
    """How many are reached by each way, tried in this order; the rest is *held* until they write."""

    talk: int
    notice: int
    template: int
    mass: int
    held: int


def ways(grade: str, forms: Iterable[Form], notice: Notice) -> frozenset[Way]:
    """Return the ways that an account of this *grade* with these *forms* has for *notice*."""
    if grade in {"", "passive"}:
        return frozenset()
    found: set[Way] = {"talk"}
    if grade == SERVICE:
        fits = [form for form in forms if notice.kind in form.kinds]
        found |= {form.route for form in fits}
        found |= {"mass"} if is_for_all(notice) else set()
    return frozenset(found)


async def reach(session: AsyncSession, told: Subquery, has: frozenset[Way], *, now: datetime) -> Reach:
    """Return how those of *told* on WeChat would be reached by the ways that the account *has*."""
    window = and_(WeChatWindow.until > now, WeChatWindow.left > 0)
    agreed = exists().where(WeChatConsent.openid == told.c.address, WeChatConsent.left > 0)
    free = func.coalesce(WeChatMonth.had, 0) < MOST_A_MONTH
    tests = {"talk": window, "notice": agreed, "template": true(), "mass": free}
    way = case(*((test, name) for name, test in tests.items() if name in has), (false(), ""), else_="held")
    query = (
        select(way.label("way"), func.count())
        .select_from(told)
        .outerjoin(WeChatWindow, WeChatWindow.openid == told.c.address)
        .outerjoin(WeChatMonth, and_(WeChatMonth.openid == told.c.address, WeChatMonth.month == month(now)))
        .where(told.c.channel == PASSIVE)
        .group_by("way")
    )
    found: dict[str, int] = dict((await session.execute(query)).all())
    return Reach(*(found.get(name, 0) for name in Reach._fields))
