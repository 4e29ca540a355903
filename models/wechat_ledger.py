"""What may still be sent to each member on WeChat, counted by ourselves so that WeChat need not refuse (wechat spec 1.3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, UniqueConstraint, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import wechat_mass
from models.base import Base, Moment, insert_new, kind_of, wake
from models.messages import LANES
from models.notices import TOLD, Notice
from models.outbox import HELD, LOOSE, PASSIVE, TABLE

TALK, TALK_LASTS = 5, timedelta(hours=48)
TAP, TAP_LASTS = 3, timedelta(minutes=1)
TAPS = frozenset(["press", "start", "joined"])
"""After a text five messages in 48 hours, after a tap three in a minute."""
EARLY, TAP_EARLY = timedelta(minutes=5), timedelta(seconds=5)
"""A window counts as over a little before WeChat closes it: the letter must arrive in it."""
ACCEPTED, REFUSED = "accept", "reject"


class WeChatWindow(Base):
    """How many messages one openid may still get, after a text until *until*, after a tap until *tap_until*."""

    __tablename__ = "wechat_windows"

    openid: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment)
    left: Mapped[int] = mapped_column("remaining")
    tap_until: Mapped[datetime] = mapped_column(Moment)
    tap_left: Mapped[int] = mapped_column("tap_remaining")


class WeChatConsent(Base):
    """How many subscription notices of one *form* an openid has agreed to and not had yet."""

    __tablename__ = "wechat_consents"
    __table_args__ = (UniqueConstraint("openid", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str]
    form: Mapped[str]
    left: Mapped[int] = mapped_column("remaining")


async def _locked(session: AsyncSession, openid: str, now: datetime) -> WeChatWindow:
    """Return the window of *openid*, one that is over where none was; two processes never make two."""
    found = await session.get(WeChatWindow, openid, with_for_update=True, populate_existing=True)
    if found is None:
        row = {"openid": openid, "until": now, "remaining": 0, "tap_until": now, "tap_remaining": 0}
        table = cast(Table, WeChatWindow.__table__)
        await session.execute(insert_new(kind_of(session), table, ("openid",)), row)
        found = await session.get_one(WeChatWindow, openid, with_for_update=True)
    return found


async def opened(session: AsyncSession, openid: str, kind: str, *, now: datetime) -> None:
    """Note that a member wrote or tapped at *now*, and let what waited for that go; noted again it changes nothing."""
    window = await _locked(session, openid, now)
    if kind in TAPS:
        until = now + TAP_LASTS - TAP_EARLY
        new = until > window.tap_until
        window.tap_until, window.tap_left = (until, TAP) if new else (window.tap_until, window.tap_left)
    else:
        until = now + TALK_LASTS - EARLY
        new = until > window.until
        window.until, window.left = (until, TALK) if new else (window.until, window.left)
    if new:
        await _release(session, openid, now)


async def _release(session: AsyncSession, openid: str, now: datetime) -> None:
    """Let what is held for *openid* leave: as letters of their own, for their notice may have nothing else left to send."""
    told = select(Notice.id).where(Notice.state.in_(TOLD))
    free = or_(TABLE.c.notice_id.is_(None), TABLE.c.notice_id == LOOSE, TABLE.c.notice_id.in_(told))
    held = (TABLE.c.channel == PASSIVE, TABLE.c.address == openid, TABLE.c.state == HELD, free)
    lane = case((TABLE.c.notice_id > LOOSE, LANES.index("timely")), else_=TABLE.c.lane)
    done = await session.execute(update(TABLE).where(*held).values(state="waiting", due=now, lane=lane))
    if done.rowcount:  # type: ignore[attr-defined]  # an UPDATE has a row count
        wake(session, f"letters:{PASSIVE}")


async def take(session: AsyncSession, openid: str, *, now: datetime) -> bool:
    """Use up one message to *openid* if there is one left; two processes never use the same."""
    window = await session.get(WeChatWindow, openid, with_for_update=True, populate_existing=True)
    if window is None:
        return False
    if window.tap_left and now < window.tap_until:
        window.tap_left -= 1
        return True
    if window.left and now < window.until:
        window.left -= 1
        return True
    return False


async def give_back(session: AsyncSession, openid: str, *, now: datetime) -> None:
    """Note that the message which was to use one up was not taken."""
    window = await _locked(session, openid, now)
    if now < window.tap_until and window.tap_left < TAP:
        window.tap_left += 1
    elif now < window.until and window.left < TALK:
        window.left += 1


async def close(session: AsyncSession, openid: str) -> None:
    """Note that WeChat takes no more messages to *openid*, whatever was counted."""
    mine = update(WeChatWindow).where(WeChatWindow.openid == openid)
    await session.execute(mine.values(left=0, tap_left=0))


async def agreed(session: AsyncSession, openid: str, form: str) -> bool:
    """Use up the consent to one notice of *form* if there is one."""
    mine = (WeChatConsent.openid == openid, WeChatConsent.form == form, WeChatConsent.left > 0)
    done = await session.execute(update(WeChatConsent).where(*mine).values(left=WeChatConsent.left - 1))
    return done.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def kept(session: AsyncSession, openid: str, form: str) -> None:
    """Note that the notice which was to use a consent up was not taken."""
    mine = (WeChatConsent.openid == openid, WeChatConsent.form == form)
    await session.execute(update(WeChatConsent).where(*mine).values(left=WeChatConsent.left + 1))


async def revoked(session: AsyncSession, openid: str, form: str) -> None:
    """Note that *openid* agrees to *form* no more."""
    mine = (WeChatConsent.openid == openid, WeChatConsent.form == form)
    await session.execute(update(WeChatConsent).where(*mine).values(left=0))


async def noted(
    session: AsyncSession, openid: str, kind: str, fields: Mapping[str, Any], *, now: datetime
) -> None:
    """Note what WeChat tells of consents and of letters."""
    if kind.startswith("subscribe_msg_") and kind != "subscribe_msg_sent_event":
        for group in fields.values():
            for told in group if isinstance(group, list) else ():
                await _consented(
                    session, openid, told.get("TemplateId", ""), told.get("SubscribeStatusString")
                )
    if kind == "MASSSENDJOBFINISH":
        await wechat_mass.finished(
            session, str(fields.get("MsgID", "")), str(fields.get("Status", "")), now=now
        )
    if kind == "TEMPLATESENDJOBFINISH" and fields.get("Status") not in {"success", None}:
        await _undelivered(session, openid, str(fields.get("MsgID", "")), str(fields["Status"]))


async def _consented(session: AsyncSession, openid: str, form: str, status: str | None) -> None:
    if not form or status not in {ACCEPTED, REFUSED}:
        return
    mine = (WeChatConsent.openid == openid, WeChatConsent.form == form)
    found = await session.scalar(select(WeChatConsent).where(*mine).with_for_update())
    if status == REFUSED:
        await revoked(session, openid, form)
    elif found is None:
        session.add(WeChatConsent(openid=openid, form=form, left=1))
    else:
        found.left += 1


async def _undelivered(session: AsyncSession, openid: str, number: str, why: str) -> None:
    """Hold a letter again that WeChat took but could not bring; it is told at the next contact."""
    mine = (TABLE.c.channel == PASSIVE, TABLE.c.address == openid, TABLE.c.platform_id == number)
    back = update(TABLE).where(*mine, TABLE.c.state == "sent")
    await session.execute(back.values(state=HELD, reason=why[:40], settled_at=None))


async def forget(session: AsyncSession, openids: Sequence[str]) -> None:
    """Delete what is counted for these."""
    for table in (WeChatWindow, WeChatConsent):
        await session.execute(delete(table).where(table.openid.in_(openids)))


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Delete windows that are long over, the months before this one and old mass sends."""
    over = (WeChatWindow.until < now - TALK_LASTS, WeChatWindow.tap_until < now - TALK_LASTS)
    await session.execute(delete(WeChatWindow).where(*over))
    await wechat_mass.clean(session, now=now)
