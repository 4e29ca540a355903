"""From a notice whose time has come to one letter a member: won by one process, written in slices by the database."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from models import dispatch, notices, progress
from models.base import SLICE, Moment, insert_from, kind_of, wake
from models.members import Member, moves_along
from models.notices import EXPANDING, MACHINE, RUNNING, SCHEDULED, Notice
from models.outbox import BULK, HELD, PULLED, TABLE, Letter
from models.recurrence import following

LEASE = timedelta(seconds=60)
FURTHEST = ("sent", "unknown", "leased", "waiting", HELD)
"""The states of letters that reach their member, or may, the surest first."""


async def win(
    session: AsyncSession,
    *,
    owner: str,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> int | None:
    """Take the right to write the letters of one notice whose time has come, or whose writer has died.

    Of a series a notice of its own is made, and the series waits for its next time, by the working days with these
    *holidays* and *workdays*; one that slept over several times goes once.
    """
    due = and_(Notice.state == SCHEDULED, Notice.send_at <= now, Notice.send_until >= now, ~_leaves_first())
    left = and_(Notice.state == EXPANDING, Notice.leased_until < now)
    query = select(Notice).where(or_(due, left)).order_by(Notice.send_at, Notice.id).limit(1)
    notice = await session.scalar(
        query.with_for_update(skip_locked=True), execution_options={"populate_existing": True}
    )
    if notice is None:
        return None
    if notice.rule is not None:
        series, notice = notice, await _this_time(session, notice, now=now)
        advance(session, series, holidays=holidays, workdays=workdays, now=now)
    if notice.state == SCHEDULED:
        notice.cursor, notice.last_member = 0, await session.scalar(select(func.max(Member.id))) or 0
        notices.turn(session, notice, EXPANDING, by=MACHINE, now=now)
    notice.owner, notice.leased_until = owner, now + LEASE
    return notice.id


def _leaves_first() -> ColumnElement[bool]:
    """Say that letters of the notice that this one corrects are still under way."""
    under_way = (Letter.notice_id == Notice.corrects, Letter.state == "leased")
    return select(Letter.id).where(*under_way).exists()


async def _this_time(session: AsyncSession, series: Notice, *, now: datetime) -> Notice:
    """Make the notice of this time from a *series*."""
    own = notices.copied(
        series,
        series_id=series.id, send_at=series.send_at, send_until=series.send_until, recurrence=None,
        state=SCHEDULED, created_by=series.created_by, created_at=now, approved_by=series.approved_by,
    )  # fmt: skip
    session.add(own)
    await session.flush()
    return own


def advance(
    session: AsyncSession,
    series: Notice,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> None:
    """Let a series wait for its next time, later than this one and than now; without one it is done."""
    after = max(series.send_at or now, now)
    at = following(series.rule, after, holidays=holidays, workdays=workdays) if series.rule else None
    series.send_at = at
    series.send_until = at + timedelta(hours=series.valid_hours) if at else None
    if at is None:
        series.done_at = now
        notices.turn(session, series, notices.DONE, by=MACHINE, now=now)


async def write(session: AsyncSession, number: int, *, owner: str, now: datetime) -> bool:
    """Write the letters for the next slice of members; return False when none is left to write."""
    notice = await notices.locked(session, number)
    if notice.state != EXPANDING or notice.owner != owner:
        return False  # cancelled meanwhile, or another process has taken over
    upto = min(notice.cursor + SLICE[kind_of(session)], notice.last_member)
    for rows in _rows(notice, notice.cursor + 1, upto, now):
        await session.execute(insert_from(kind_of(session), TABLE, rows))
    await dispatch.write_calls(session, notice, notice.cursor + 1, upto)
    notice.cursor, notice.leased_until = upto, now + LEASE
    if upto < notice.last_member:
        return True
    notice.started_at = now
    notices.turn(session, notice, RUNNING, by=MACHINE, now=now)
    wake(session, notices.WAKE)
    return False


def _rows(notice: Notice, first: int, last: int, now: datetime) -> Iterator[Select[*tuple[Any, ...]]]:
    """Select the letters of the members from *first* to *last*: by their addresses, and service also by telephone."""
    if notice.removes:
        before = (Letter.notice_id == notice.corrects, Letter.state == "sent", Letter.platform_id != "")
        told = select(Letter.member_id, Letter.channel, Letter.address).where(*before)
        yield _letters(notice, told.where(Letter.member_id.between(first, last)), now)
        return
    ring = progress.ring(notice)
    yield _letters(notice, ring.contacts(first, last), now)
    if notice.kind == "service":
        yield _letters(notice, ring.calls(first, last), now)


def _letters(notice: Notice, told: Select[*tuple[Any, ...]], now: datetime) -> Select[*tuple[Any, ...]]:
    to = told.subquery("told")
    fixed = {
        "body": literal({}, JSON), "lane": literal(BULK), "due": literal(now, Moment), "tries": literal(0),
        "owner": literal(""), "platform_id": literal(""), "reason": literal(""),
        "created_at": literal(now, Moment), "notice_id": literal(notice.id), "once": literal(notice.once),
    }  # fmt: skip
    state = case((to.c.channel == PULLED, HELD), else_="waiting").label("state")
    return select(
        to.c.member_id,
        to.c.channel,
        to.c.address,
        state,
        *(value.label(name) for name, value in fixed.items()),
    ).where(true())  # SQLite takes ON CONFLICT after SELECT for a join without it


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, now: datetime) -> None:
    """Bring the letters of notices along; of two of one notice that stays which got further, and the other ends."""
    theirs = {letter.notice_id: letter for letter in await _told(session, other)}
    for own in await _told(session, keep):
        if own.notice_id not in theirs:
            continue
        worse = max(theirs[own.notice_id], own, key=_far)
        worse.member_id = None
        if worse.state in ("waiting", HELD):
            worse.state, worse.reason, worse.settled_at = "skipped", dispatch.GONE, now
    await session.flush()
    mine = update(Letter).where(Letter.member_id == other.id).values(member_id=keep.id)
    await session.execute(mine)


async def _told(session: AsyncSession, member: Member) -> list[Letter]:
    query = select(Letter).where(Letter.member_id == member.id).order_by(Letter.id).with_for_update()
    return list(await session.scalars(query, execution_options={"populate_existing": True}))


def _far(letter: Letter) -> int:
    return FURTHEST.index(letter.state) if letter.state in FURTHEST else len(FURTHEST)
