"""Claiming letters: what may leave now, in lanes and evenly, for one process alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models import budgets, notices
from models.base import Moment
from models.notices import Notice
from models.outbox import BULK, LOOSE, TABLE, Letter
from models.quiet import is_quiet

LEASE = timedelta(seconds=30)
"""Longer than any send may take; after it another process sends the letter."""
BURST, BURST_TIME = 20, timedelta(seconds=20)
BUSY = timedelta(milliseconds=20)
"""How long letters wait that could leave but for an earlier one of their chat."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Letters to send now, when a reply may leave again, and when to look for more unasked (None: nothing waits)."""

    letters: tuple[Letter, ...]
    free_at: datetime
    next_at: datetime | None


async def claim(
    session: AsyncSession, channel: str, *, owner: str, rate: float, now: datetime, limit: int = 100
) -> Claim:
    """Take the letters that may leave now and reserve their slots in the channel's budget.

    Lanes in order, then the running notices in theirs; in a chat one letter at a time, in order, and at most 20 in 20
    seconds (Telegram's one a second with the burst it allows).
    """
    budget = await budgets.locked(session, channel, now=now)
    slots = budget.slots(rate, now=now, limit=limit)
    if not slots:
        return Claim((), budget.free_at(rate, now), budget.free_at(rate, now))
    bulk = budget.bulk_slots(rate, now=now, limit=slots)
    chats: dict[str, int] = {}
    await _candidates(session, chats, _may_leave(), channel, now=now, limit=slots)
    running = [] if chats and not bulk else await _running(session, channel, now)
    if bulk and len(chats) < slots:
        most = min(slots, len(chats) + bulk)
        await _of_notices(session, chats, running, channel, now=now, most=most)
    if not chats:
        return Claim((), now, await _next_due(session, running, channel, budget, now=now))
    letters = await _lease(session, list(chats.values()), owner=owner, now=now)
    budget.spend(rate, len(letters), sum(letter.lane == BULK for letter in letters), now=now)
    return Claim(letters, budget.free_at(rate, now), budget.next_at)


async def _candidates(
    session: AsyncSession,
    chats: dict[str, int],
    query: Select[int, str],
    channel: str,
    *,
    now: datetime,
    limit: int,
    **more: int,
) -> None:
    """Add to *chats* letters that may leave, best lane first; no chat gets a second one."""
    told = {"channel": channel, "now": now, "most": limit, "recent": now - BURST_TIME, **more}
    for letter, address in await session.execute(query, told):
        chats.setdefault(address, letter)


async def _of_notices(
    session: AsyncSession,
    chats: dict[str, int],
    running: Sequence[int],
    channel: str,
    *,
    now: datetime,
    most: int,
) -> None:
    """Add letters of the notices *running* until there are *most*, those of the first notice first."""
    for notice in running:
        limit = most - len(chats)
        await _candidates(session, chats, _may_leave(bulk=True), channel, now=now, limit=limit, notice=notice)
        if len(chats) >= most:
            break


async def _running(session: AsyncSession, channel: str, now: datetime) -> list[int]:
    """Return the notices whose letters wait for *channel* and may leave now, the first to go first."""
    return [LOOSE, *await session.scalars(_with_letters(quiet=is_quiet(now)), {"channel": channel})]


@cache
def _with_letters(*, quiet: bool) -> Select[int]:
    """Return the query; the limit keeps PostgreSQL from reading all letters to join them with few notices."""
    waiting = (TABLE.c.channel == bindparam("channel"), TABLE.c.state == "waiting")
    first = select(TABLE.c.id).where(TABLE.c.notice_id == Notice.id, *waiting).limit(1).correlate(Notice)
    return notices.running(quiet=quiet).where(first.scalar_subquery().is_not(None))


@cache
def _may_leave(*, bulk: bool = False) -> Select[int, str]:
    """Return the query of letters that may leave, made once: making it takes longer than running it.

    The ids are found in a materialized part, so that PostgreSQL locks just these rows and passes over locked ones.
    """
    table = TABLE.c
    which = table.notice_id == bindparam("notice", type_=Integer) if bulk else table.lane < BULK
    order = (table.due, table.id) if bulk else (table.lane, table.due, table.id)
    query = (
        select(table.id, table.address)
        .where(table.channel == bindparam("channel"), table.state == "waiting", which)
        .where(table.due <= bindparam("now"), ~_overtakes(), _calm())
        .order_by(*order)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=TABLE)
        .cte("candidates")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return select(query.c.id, query.c.address)


def _overtakes() -> ColumnElement[bool]:
    """Say that an earlier letter of the same chat is under way, or waits and is no notice."""
    other = aliased(Letter)
    under_way = other.state == "leased"
    earlier = and_(other.state == "waiting", other.id < TABLE.c.id, other.lane < BULK, TABLE.c.lane < BULK)
    same_chat = (other.channel == TABLE.c.channel, other.address == TABLE.c.address)
    return exists().where(*same_chat, or_(under_way, earlier))


def _calm() -> ColumnElement[bool]:
    """Say that the chat did not get its burst just now."""
    other = aliased(Letter)
    same_chat = (other.channel == TABLE.c.channel, other.address == TABLE.c.address)
    sent = select(func.count()).where(
        *same_chat, other.state == "sent", other.settled_at > bindparam("recent", type_=Moment)
    )
    return sent.scalar_subquery() < BURST


async def _lease(session: AsyncSession, ids: list[int], *, owner: str, now: datetime) -> tuple[Letter, ...]:
    values = {"state": "leased", "owner": owner, "tries": TABLE.c.tries + 1, "leased_until": now + LEASE}
    await session.execute(update(TABLE).where(TABLE.c.id.in_(ids), TABLE.c.state == "waiting").values(values))
    found = await session.scalars(
        select(Letter).where(Letter.id.in_(ids), Letter.owner == owner, Letter.state == "leased")
    )
    by_id = {letter.id: letter for letter in found}
    return tuple(by_id[letter] for letter in ids if letter in by_id)


async def _next_due(
    session: AsyncSession, running: Sequence[int], channel: str, budget: budgets.Budget, *, now: datetime
) -> datetime | None:
    waiting = (TABLE.c.channel == channel, TABLE.c.state == "waiting")
    due = await session.scalar(select(func.min(TABLE.c.due)).where(*waiting, TABLE.c.lane < BULK))
    moments: list[datetime] = [] if due is None else [due]
    for notice in running:
        due = await session.scalar(select(func.min(TABLE.c.due)).where(*waiting, TABLE.c.notice_id == notice))
        moments += [] if due is None else [max(due, budget.bulk_free_at(now))]
    if not moments:
        return None
    soonest = min(moments)
    return soonest if soonest > now else now + BUSY
