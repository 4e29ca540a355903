"""The outbox: every letter that leaves, written in the transaction of what it tells of."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    Integer,
    Select,
    SmallInteger,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models import budgets
from models.base import Base, Moment, insert_new, kind_of, wake
from models.messages import LANES, Address, Choice, Outgoing

PULLED = "web"
"""The channel whose letters wait to be fetched; they are neither paced nor leased."""
LEASE = timedelta(seconds=30)
"""Longer than any send may take; after it another process sends the letter."""
BULK = LANES.index("bulk")
BURST, BURST_TIME = 20, timedelta(seconds=20)
GIVEN_UP = timedelta(hours=24)
BUSY = timedelta(milliseconds=20)
"""How long letters wait that could leave but for an earlier one of their chat."""
KEPT = timedelta(days=30)
State = Literal["sent", "gone", "failed", "unknown", "skipped", "waiting"]


class Letter(Base):
    """One message to one address, from `waiting` (or `ready`, to be fetched) to `sent` or another end."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "channel", "state", "lane", "due", "id"),
        Index("ix_outbox_chat", "channel", "address", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    lane: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    due: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    platform_id: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    key: Mapped[str | None] = mapped_column(unique=True)

    @property
    def message(self) -> Outgoing:
        """Return what to send."""
        choices = tuple(Choice(**choice) for choice in self.body.get("choices", ()))
        return Outgoing(**{**self.body, "choices": choices, "lane": LANES[self.lane]})

    @property
    def at(self) -> Address:
        """Return where it goes."""
        return Address(self.channel, self.address)


_TABLE = cast(Table, Letter.__table__)


@dataclass(frozen=True, slots=True)
class Claim:
    """Letters to send now, when a reply may leave again, and when to look for more unasked (None: nothing waits)."""

    letters: tuple[Letter, ...]
    free_at: datetime
    next_at: datetime | None


async def put(
    session: AsyncSession, to: Address, message: Outgoing, *, due: datetime, key: str | None = None
) -> None:
    """Hand a letter to the postman; it leaves after the commit. The same *key* is put once only."""
    body = {name: value for name, value in asdict(message).items() if name != "lane" and value}
    row = {
        "channel": to.channel, "address": to.id, "body": body, "lane": LANES.index(message.lane),
        "state": "ready" if to.channel == PULLED else "waiting", "due": due, "tries": 0, "owner": "",
        "platform_id": "", "reason": "", "created_at": due, "key": key,
    }  # fmt: skip
    await session.execute(insert_new(kind_of(session), _TABLE, ("key",)), row)
    wake(session, f"page:{to.id}" if to.channel == PULLED else f"letters:{to.channel}")


async def claim(
    session: AsyncSession, channel: str, *, owner: str, rate: float, now: datetime, limit: int = 100
) -> Claim:
    """Take the letters that may leave now and reserve their slots in the channel's budget.

    Lanes in order; in a chat one letter at a time, in order, and at most 20 in 20 seconds (Telegram's one a second
    with the burst it allows).
    """
    budget = await budgets.locked(session, channel, now=now)
    slots = budget.slots(rate, now=now, limit=limit)
    if not slots:
        return Claim((), budget.free_at(rate, now), budget.free_at(rate, now))
    bulk = budget.bulk_slots(rate, now=now, limit=slots)
    ids = await _candidates(session, channel, now=now, limit=slots, lanes=LANES.index("timely"))
    if len(ids) < slots and bulk:
        ids += await _candidates(
            session, channel, now=now, limit=min(bulk, slots - len(ids)), lanes=BULK, least=BULK
        )
    if not ids:
        return Claim((), now, await _next_due(session, channel, budget, now=now))
    letters = await _lease(session, ids, owner=owner, now=now)
    budget.spend(rate, len(letters), sum(letter.lane == BULK for letter in letters), now=now)
    return Claim(letters, budget.free_at(rate, now), budget.next_at)


async def _candidates(
    session: AsyncSession, channel: str, *, now: datetime, limit: int, lanes: int, least: int = 0
) -> list[int]:
    """Return ids of letters that may leave, best lane first, no chat twice."""
    told = {"channel": channel, "now": now, "most": limit, "lanes": lanes, "least": least}
    by_chat: dict[str, int] = {}
    for letter, address in await session.execute(_may_leave(), told | {"recent": now - BURST_TIME}):
        by_chat.setdefault(address, letter)
    return list(by_chat.values())


@cache
def _may_leave() -> Select[int, str]:
    """Return the query of letters that may leave, made once: making it takes longer than running it.

    The ids are found in a materialized part, so that PostgreSQL locks just these rows and passes over locked ones.
    """
    query = (
        select(_TABLE.c.id, _TABLE.c.address)
        .where(_TABLE.c.channel == bindparam("channel"), _TABLE.c.state == "waiting")
        .where(
            _TABLE.c.due <= bindparam("now"), _TABLE.c.lane.between(bindparam("least"), bindparam("lanes"))
        )
        .where(~_overtakes(), _calm())
        .order_by(_TABLE.c.lane, _TABLE.c.due, _TABLE.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=_TABLE)
        .cte("candidates")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return select(query.c.id, query.c.address)


def _overtakes() -> ColumnElement[bool]:
    """Say that an earlier letter of the same chat is under way, or waits and is no notice."""
    other = aliased(Letter)
    under_way = other.state == "leased"
    earlier = and_(other.state == "waiting", other.id < _TABLE.c.id, other.lane < BULK, _TABLE.c.lane < BULK)
    same_chat = (other.channel == _TABLE.c.channel, other.address == _TABLE.c.address)
    return exists().where(*same_chat, or_(under_way, earlier))


def _calm() -> ColumnElement[bool]:
    """Say that the chat did not get its burst just now."""
    other = aliased(Letter)
    same_chat = (other.channel == _TABLE.c.channel, other.address == _TABLE.c.address)
    sent = select(func.count()).where(
        *same_chat, other.state == "sent", other.settled_at > bindparam("recent", type_=Moment)
    )
    return sent.scalar_subquery() < BURST


async def _lease(session: AsyncSession, ids: list[int], *, owner: str, now: datetime) -> tuple[Letter, ...]:
    values = {"state": "leased", "owner": owner, "tries": _TABLE.c.tries + 1, "leased_until": now + LEASE}
    await session.execute(
        update(_TABLE).where(_TABLE.c.id.in_(ids), _TABLE.c.state == "waiting").values(values)
    )
    found = await session.scalars(
        select(Letter).where(Letter.id.in_(ids), Letter.owner == owner, Letter.state == "leased")
    )
    by_id = {letter.id: letter for letter in found}
    return tuple(by_id[letter] for letter in ids if letter in by_id)


async def _next_due(
    session: AsyncSession, channel: str, budget: budgets.Budget, *, now: datetime
) -> datetime | None:
    due = await session.scalar(
        select(func.min(_TABLE.c.due)).where(_TABLE.c.channel == channel, _TABLE.c.state == "waiting")
    )
    if due is None:
        return None
    soonest: datetime = max(due, budget.bulk_free_at(now))
    return soonest if soonest > now else now + BUSY


async def settle(
    session: AsyncSession,
    letter: Letter,
    state: State,
    *,
    owner: str,
    now: datetime,
    platform_id: str = "",
    reason: str = "",
    retry_at: datetime | None = None,
) -> bool:
    """Record how sending went; return False when another process has taken the letter over meanwhile."""
    if state == "waiting" and now - letter.created_at > GIVEN_UP:
        state, reason = "failed", "given up"
    values = {
        "state": state, "platform_id": platform_id, "reason": reason, "due": retry_at or letter.due,
        "settled_at": None if state == "waiting" else now, "leased_until": None, "address": letter.address,
    }  # fmt: skip
    mine = (
        _TABLE.c.id == letter.id,
        _TABLE.c.state == "leased",
        _TABLE.c.owner == owner,
        _TABLE.c.tries == letter.tries,
    )
    done = await session.execute(update(_TABLE).where(*mine).values(values))
    return done.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def hold_chat(session: AsyncSession, at: Address, *, until: datetime) -> None:
    """Let every waiting letter of a chat wait, as the platform asked."""
    waiting = (
        _TABLE.c.channel == at.channel,
        _TABLE.c.address == at.id,
        _TABLE.c.state == "waiting",
        _TABLE.c.due < until,
    )
    await session.execute(update(_TABLE).where(*waiting).values(due=until))


async def move(session: AsyncSession, old: Address, new: Address) -> None:
    """Re-address the waiting letters of a chat that has moved."""
    waiting = (_TABLE.c.channel == old.channel, _TABLE.c.address == old.id, _TABLE.c.state == "waiting")
    await session.execute(update(_TABLE).where(*waiting).values(address=new.id))


async def sweep(session: AsyncSession, *, now: datetime, alone: bool = False) -> int:
    """Free the letters of dead processes: notices may have arrived and stay unknown, the rest is sent again.

    *alone* says that no other process can be sending, so that nothing has to be waited for.
    """
    late = (_TABLE.c.state == "leased", *(() if alone else (_TABLE.c.leased_until < now,)))
    maybe = await session.execute(
        update(_TABLE)
        .where(*late, _TABLE.c.lane == BULK)
        .values(state="unknown", reason="lease", settled_at=now)
    )
    again = await session.execute(update(_TABLE).where(*late).values(state="waiting", due=now))
    return maybe.rowcount + again.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Forget letters that came to their end a month ago."""
    await session.execute(delete(_TABLE).where(_TABLE.c.settled_at < now - KEPT))


async def fetch(session: AsyncSession, address: str, *, after: int | None, limit: int = 100) -> list[Letter]:
    """Return letters for a page: all after a known one, or those nobody has acknowledged."""
    query = select(Letter).where(Letter.channel == PULLED, Letter.address == address)
    query = query.where(Letter.state == "ready") if after is None else query.where(Letter.id > after)
    return list(await session.scalars(query.order_by(Letter.id).limit(limit)))


async def acknowledge(session: AsyncSession, address: str, *, upto: int, now: datetime) -> None:
    """Note that a page has shown its letters up to one."""
    ready = (
        _TABLE.c.channel == PULLED,
        _TABLE.c.address == address,
        _TABLE.c.state == "ready",
        _TABLE.c.id <= upto,
    )
    await session.execute(update(_TABLE).where(*ready).values(state="sent", settled_at=now))
