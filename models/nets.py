"""The nets under notices, each minute: none is forgotten, none stands still unseen, none goes on after its time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import notices, progress
from models.base import SLICE
from models.calls import CHANNEL as CALLS
from models.dispatch import LATE
from models.expansion import advance
from models.notice_lines import NoticeLine
from models.notices import CANCELLED, DONE, MACHINE, MISSED, PAUSED, RUNNING, SCHEDULED, Notice
from models.outbox import HELD, Letter
from models.quiet import is_quiet

STALLED = timedelta(minutes=5)
KEPT = timedelta(days=90)
"""How long the letters of a notice are kept after its end; its results stay."""
AT_ONCE = 20
"""How many notices are closed in one transaction."""
STARTED = (RUNNING, PAUSED, DONE)
"""The states in which all letters of a notice are there."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about a notice that staff must hear of; *what* is the end of the key of its text."""

    what: str
    notice: Notice
    at: datetime


async def missed(
    session: AsyncSession,
    *,
    holidays: Collection[date] = (),
    workdays: Collection[date] = (),
    now: datetime,
) -> list[Alarm]:
    """End the notices that nobody sent before their time was over; a series waits for its next time."""
    query = select(Notice).where(Notice.state == SCHEDULED, Notice.send_until < now)
    alarms = []
    for notice in list(await session.scalars(query.with_for_update(skip_locked=True))):
        alarms.append(Alarm("missed", notice, notice.send_at or now))
        if notice.rule is not None:
            advance(session, notice, holidays=holidays, workdays=workdays, now=now)
            continue
        notice.done_at = now
        notices.turn(session, notice, MISSED, by=MACHINE, reason="nobody sent it in time", now=now)
    return alarms


async def watch(session: AsyncSession, *, now: datetime) -> list[Alarm]:
    """End the notices that have no letter left to send, and tell of those that stand still.

    One that was paused and forgotten ends once its time is over.
    """
    alarms = []
    forgotten = and_(Notice.state == PAUSED, Notice.send_until < now)
    query = select(Notice).where(or_(Notice.state == RUNNING, forgotten)).order_by(Notice.id)
    for notice in list(await session.scalars(query.with_for_update(skip_locked=True))):
        waits = _waits(notice)
        first = await session.scalar(waits.where(Letter.due <= now).order_by(Letter.due, Letter.id).limit(1))
        if first is None:
            if not await session.scalar(select(exists(waits))):
                notice.done_at = now
                notices.turn(session, notice, DONE, by=MACHINE, now=now)
        elif first != notice.watched or (is_quiet(now) and not notice.urgent):
            notice.watched, notice.watched_since = first, now
        elif notice.watched_since is not None and now - notice.watched_since >= STALLED:
            alarms.append(Alarm("stalled", notice, notice.watched_since))
    return alarms


def _waits(notice: Notice) -> Select[int]:
    mine = (Letter.notice_id == notice.id, Letter.channel != CALLS, Letter.state.in_(progress.QUEUED))
    return select(Letter.id).where(*mine)


async def close(session: AsyncSession, *, now: datetime) -> int:
    """Skip letters of notices that were cancelled or whose time is over, some at a time; return how much was done."""
    over = or_(Notice.state == CANCELLED, and_(Notice.send_until < now, Notice.state.in_(STARTED)))
    query = select(Notice).where(~Notice.closed, over).order_by(Notice.id).limit(AT_ONCE)
    done = 0
    for notice in list(await session.scalars(query.with_for_update(skip_locked=True))):
        skipped = await _skip(session, notice, now=now)
        under_way = select(Letter.id).where(Letter.notice_id == notice.id, Letter.state == "leased")
        notice.closed = not skipped and not await session.scalar(select(exists(under_way)))
        done += skipped + notice.closed
    return done


async def _skip(session: AsyncSession, notice: Notice, *, now: datetime) -> int:
    left = (Letter.notice_id == notice.id, Letter.state.in_(("waiting", HELD)))
    some = select(Letter.id).where(*left).limit(SLICE["sqlite"])
    told = {
        "state": "skipped",
        "reason": CANCELLED if notice.state == CANCELLED else LATE,
        "settled_at": now,
    }
    done = await session.execute(
        update(Letter).where(Letter.id.in_(some), Letter.state != "leased").values(told),
        execution_options={"synchronize_session": False},
    )
    return done.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def shorten(session: AsyncSession, *, now: datetime) -> int:
    """Keep the results of notices that ended long ago and delete some of their letters; return how many."""
    query = select(Notice).where(Notice.done_at < now - KEPT, Notice.results.is_(None)).limit(1)
    for notice in list(await session.scalars(query)):
        notice.results = await progress.kept(session, notice, now=now)
        await session.execute(delete(NoticeLine).where(NoticeLine.notice_id == notice.id))
    told = select(Notice.id).where(Notice.results.is_not(None))
    some = select(Letter.id).where(Letter.notice_id.in_(told)).limit(SLICE["sqlite"])
    gone = await session.execute(
        delete(Letter).where(Letter.id.in_(some)), execution_options={"synchronize_session": False}
    )
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE has a row count
