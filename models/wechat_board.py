"""How the account on WeChat stands: what WeChat says of it, what can still be sent, what is held, how mass sends went."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, lock
from models.members import Contact
from models.outbox import HELD, PASSIVE, Letter
from models.wechat_ledger import WeChatConsent, WeChatWindow
from models.wechat_mass import WeChatMass, WeChatMonth, month

SHOWN = 20
QUOTA = "messages left today"
"""The check whose answer is a number even when all is well."""


class WeChatCheck(Base):
    """What WeChat answered last about one thing: token, menu, quota, callback, rights."""

    __tablename__ = "wechat_checks"

    name: Mapped[str] = mapped_column(primary_key=True)
    good: Mapped[bool]
    told: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class Standing(NamedTuple):
    """Counts of now: followers, those with a window, consents, letters that are held or failed, mass messages this month."""

    followers: int
    talking: int
    consents: int
    held: int
    failed: int
    had: int


class Call(NamedTuple):
    """One mass send."""

    at: datetime
    notice: int
    size: int
    state: str
    reason: str


async def standing(session: AsyncSession, *, now: datetime) -> Standing:
    """Return the counts."""

    async def count(column: object, *conditions: object) -> int:
        return await session.scalar(select(func.count()).select_from(column).where(*conditions)) or 0  # type: ignore[arg-type]

    mine = Letter.channel == PASSIVE
    return Standing(
        await count(Contact, Contact.channel == PASSIVE, Contact.dead_at.is_(None)),
        await count(WeChatWindow, WeChatWindow.until > now, WeChatWindow.left > 0),
        await session.scalar(select(func.sum(WeChatConsent.left))) or 0,
        await count(Letter, mine, Letter.state == HELD),
        await count(Letter, mine, Letter.state == "failed"),
        await session.scalar(select(func.sum(WeChatMonth.had)).where(WeChatMonth.month == month(now))) or 0,
    )


async def calls(session: AsyncSession) -> Sequence[Call]:
    """Return the last mass sends, the newest first."""
    found = await session.scalars(select(WeChatMass).order_by(WeChatMass.id.desc()).limit(SHOWN))
    return [Call(one.made_at, one.notice_id, len(one.letters), one.state, one.reason) for one in found]


async def note(session: AsyncSession, lines: Iterable[tuple[bool, str, str]], *, now: datetime) -> None:
    """Keep what WeChat answers now, (good, name, told) for each thing, in place of what it answered before."""
    await lock(session, WeChatCheck.__tablename__)  # every process asks
    await session.execute(delete(WeChatCheck))
    session.add_all(WeChatCheck(name=name, good=good, told=told, at=now) for good, name, told in lines)


async def checks(session: AsyncSession) -> Sequence[WeChatCheck]:
    """Return what WeChat answered last, what is wrong first."""
    return list(await session.scalars(select(WeChatCheck).order_by(WeChatCheck.good, WeChatCheck.name)))
