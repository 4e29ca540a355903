"""Mass sends: what is held of a notice for everybody goes in one call for thousands, four times a month for each at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, case, delete, exists, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.notices import NAME
from models import danger
from models.audiences import wants
from models.base import Base, Moment, insert_new, kind_of, lock
from models.members import Contact, Member
from models.notices import TOLD, Notice
from models.outbox import HELD, MASS, PASSIVE, TABLE, Letter
from models.quiet import BEIJING, is_quiet

MOST_A_MONTH, MOST, LEAST = 4, 10_000, 2
"""Of one account a member takes four a calendar month, one call takes 2 to 10,000 (wechat spec 1.3)."""
LEASE, LETTERS_LEASE = timedelta(minutes=5), timedelta(hours=1)
KEPT = timedelta(days=90)
"""As long as the letters of notices."""
PLACED, GONE, REFUSED = "placed", "gone", "refused"


class WeChatMonth(Base):
    """How many mass messages an openid has had in a calendar month, as 2026-11."""

    __tablename__ = "wechat_months"

    openid: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    had: Mapped[int] = mapped_column(default=0)


class WeChatMass(Base):
    """One call: the *letters* of a notice that go with it, and WeChat's number of it; *state* placed, gone or refused."""

    __tablename__ = "wechat_mass"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int]
    letters: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default=PLACED)
    number: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment)


def month(now: datetime) -> str:
    """Return the calendar month in Beijing, by which WeChat counts."""
    return f"{now.astimezone(BEIJING):%Y-%m}"


def is_for_all(notice: Notice) -> bool:
    """Say whether everybody reads the same words: news without a name and without lines of a sheet."""
    personal = f"{{{NAME}}}" in notice.text or bool(notice.audience.get("sheet"))
    return (
        notice.kind != "service"
        and not personal
        and not notice.removes
        and not notice.picture
        and not notice.file
    )


async def begin(session: AsyncSession, *, owner: str, now: datetime) -> tuple[int, Notice, list[str]] | None:
    """Return a call to make with its notice and openids; one that a dead process began comes first, the same as it was."""
    await lock(session, "wechat mass")
    found = await session.scalar(
        select(WeChatMass).where(WeChatMass.state == PLACED, WeChatMass.leased_until < now).limit(1)
    )
    if found is None:
        found = await _place(session, now)
    if found is None:
        return None
    found.owner, found.leased_until = owner, now + LEASE
    leased = {"state": "leased", "owner": MASS, "leased_until": now + LETTERS_LEASE}
    mine = (TABLE.c.id.in_(found.letters), TABLE.c.state.in_((HELD, "waiting", "leased")))
    await session.execute(update(TABLE).where(*mine).values(leased))
    await session.flush()
    notice = await session.get_one(Notice, found.notice_id)
    query = (
        select(Letter.address).where(Letter.id.in_(found.letters), Letter.address != "").order_by(Letter.id)
    )
    return found.id, notice, list(await session.scalars(query))


async def _place(session: AsyncSession, now: datetime) -> WeChatMass | None:
    under_way = exists().where(WeChatMass.notice_id == Notice.id, WeChatMass.state == PLACED)
    told = select(Notice).where(Notice.state.in_(TOLD), Notice.send_until > now, ~under_way)
    if is_quiet(now):
        told = told.where(Notice.kind == "urgent")
    for notice in await session.scalars(told.order_by(Notice.id)):
        letters = await _eligible(session, notice, now) if is_for_all(notice) else []
        if len(letters) >= LEAST:
            found = WeChatMass(notice_id=notice.id, letters=letters, state=PLACED, made_at=now)
            session.add(found)
            return found
    return None


async def _eligible(session: AsyncSession, notice: Notice, now: datetime) -> list[int]:
    """Return letters of *notice* that are held for members who can take one more this month and still want it now."""
    had = select(WeChatMonth.openid).where(
        WeChatMonth.month == month(now), WeChatMonth.had >= MOST_A_MONTH, WeChatMonth.openid == Letter.address
    )
    mine = (Letter.notice_id == notice.id, Letter.channel == PASSIVE, Letter.state == HELD)
    at = and_(Contact.channel == PASSIVE, Contact.address == Letter.address, Contact.dead_at.is_(None))
    query = select(Letter.id).join(Member, Member.id == Letter.member_id).join(Contact, at)
    query = query.where(*mine, ~had.exists(), *_may_be_told(notice, now)).order_by(Letter.id).limit(MOST)
    return list(await session.scalars(query.with_for_update(skip_locked=True, of=Letter)))


def _may_be_told(notice: Notice, now: datetime) -> list[ColumnElement[bool]]:
    """Return what holds of a member whom this may reach now, as models/dispatch.py asks of each letter."""
    asked: list[ColumnElement[bool]] = []
    if not notice.urgent:
        asked += [Member.id.not_in(danger.in_danger(now)), ~_rests(now)]
    if notice.kind == "news":
        asked.append(wants(notice.topic))
    return asked


def _rests(now: datetime) -> ColumnElement[bool]:
    """Say that it is the member's own quiet time."""
    here = now.astimezone(BEIJING)
    minute = here.hour * 60 + here.minute
    begun, not_over = Member.quiet_from <= minute, Member.quiet_to > minute
    same_day, over_night = Member.quiet_from < Member.quiet_to, Member.quiet_from > Member.quiet_to
    return case((same_day, and_(begun, not_over)), (over_night, or_(begun, not_over)), else_=false())


async def went(session: AsyncSession, call: int, number: str, *, now: datetime) -> None:
    """Note that a call was taken: its letters are sent, and count for the month."""
    mass = await session.get_one(WeChatMass, call, with_for_update=True)
    mass.state, mass.number, mass.leased_until = GONE, number, None
    mine = (TABLE.c.id.in_(mass.letters), TABLE.c.state == "leased")
    done = (
        update(TABLE).where(*mine).values(state="sent", platform_id=number, settled_at=now, leased_until=None)
    )
    openids = list(await session.scalars(done.returning(TABLE.c.address)))
    await _count(session, openids, 1, now)


async def _count(session: AsyncSession, openids: Sequence[str], by: int, now: datetime) -> None:
    if not openids:
        return
    table = WeChatMonth.__table__
    rows = [{"openid": openid, "month": month(now), "had": 0} for openid in openids]
    await session.execute(insert_new(kind_of(session), table, ("openid", "month")), rows)
    mine = (WeChatMonth.month == month(now), WeChatMonth.openid.in_(openids))
    await session.execute(update(WeChatMonth).where(*mine).values(had=WeChatMonth.had + by))


async def refused(session: AsyncSession, call: int, reason: str) -> None:
    """Note that a call was not taken: its letters are held again."""
    mass = await session.get_one(WeChatMass, call, with_for_update=True)
    mass.state, mass.reason, mass.leased_until = REFUSED, reason[:40], None
    await _hold(session, mass, "leased", reason)


async def _hold(session: AsyncSession, mass: WeChatMass, state: str, reason: str) -> None:
    mine = (TABLE.c.id.in_(mass.letters), TABLE.c.state == state)
    back = {"state": HELD, "reason": reason[:40], "settled_at": None, "leased_until": None, "platform_id": ""}
    await session.execute(update(TABLE).where(*mine).values(back))


async def finished(session: AsyncSession, number: str, status: str, *, now: datetime) -> None:
    """Note how WeChat ended a call that it had taken; what it did not send is held again and does not count."""
    mass = await session.scalar(select(WeChatMass).where(WeChatMass.number == number))
    if mass is None or status in {"sendsuccess", "send success", ""}:
        return
    mass.state, mass.reason = REFUSED, status[:40]
    mine = select(Letter.address).where(Letter.id.in_(mass.letters), Letter.state == "sent")
    await _count(session, list(await session.scalars(mine)), -1, now)
    await _hold(session, mass, "sent", status)


async def forget(session: AsyncSession, openids: Sequence[str]) -> None:
    """Delete what is counted for these."""
    await session.execute(delete(WeChatMonth).where(WeChatMonth.openid.in_(openids)))


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Delete the counts of months that are over, and calls whose letters are gone."""
    await session.execute(delete(WeChatMonth).where(WeChatMonth.month < month(now)))
    await session.execute(delete(WeChatMass).where(WeChatMass.made_at < now - KEPT))
