"""How a notice will go and how it goes: its plan before, its letters by state and reason while it runs and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audiences, members, quiet, wechat_reach
from models.audiences import Ring
from models.budgets import BULK_SHARE
from models.members import PAGE, Member
from models.notices import Notice
from models.outbox import PASSIVE, Letter
from models.wechat_reach import Reach, Way

QUEUED, SENT, FAILED = ("waiting", "leased"), "sent", ("failed", "gone")
LAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whom a notice reaches: by channel at once, on their next visit of the page, by telephone, or nobody of them.

    *account* tells by which way those on WeChat are reached, None when there are none.
    """

    members: int
    now: Mapping[str, int]
    next_visit: int
    calls: int
    nobody: int
    account: Reach | None
    finishes: datetime
    sample: Sequence[str]


@dataclass(frozen=True, slots=True)
class Progress:
    """The letters of a notice by channel, state and reason, and how many left in the last minute."""

    rows: Mapping[tuple[str, str, str], int]
    last_minute: int

    @property
    def total(self) -> int:
        """Return how many letters there are."""
        return sum(self.rows.values())

    def of(self, *states: str) -> int:
        """Return how many letters are in one of *states*."""
        return sum(number for (_, state, _), number in self.rows.items() if state in states)

    @property
    def reasons(self) -> dict[str, int]:
        """Return how many did not go, by reason."""
        found: dict[str, int] = {}
        for (_, state, reason), number in sorted(self.rows.items()):
            if state in (*FAILED, "skipped", "unknown"):
                found[reason or state] = found.get(reason or state, 0) + number
        return found


def ring(notice: Notice) -> Ring:
    """Return whom *notice* is for."""
    return Ring(notice.whom, notice.kind, notice.topic, notice.id)


async def forecast(
    session: AsyncSession,
    notice: Notice,
    rates: Mapping[str, float],
    ways: frozenset[Way] = frozenset(),
    *,
    now: datetime,
) -> Forecast:
    """Return whom *notice* would reach and when the last letter would leave, at these *rates* a second.

    *ways* are those that the account on WeChat has for it.
    """
    told = ring(notice).contacts().subquery()
    counted = await session.execute(select(told.c.channel, func.count()).group_by(told.c.channel))
    by_channel: dict[str, int] = dict(counted.all())
    everybody = await audiences.count(session, ring(notice))
    page = by_channel.pop(PAGE, 0)
    calls = await _calls(session, notice)
    account = await wechat_reach.reach(session, told, ways, now=now) if PASSIVE in by_channel else None
    some = await audiences.sample(session, ring(notice))
    start = max(notice.send_at or now, now)
    return Forecast(
        everybody, by_channel, page, calls, everybody - sum(by_channel.values()) - page - calls, account,
        max((finish(start, number, rates.get(channel, 1), urgent=notice.urgent)
             for channel, number in by_channel.items()), default=start),
        [f"{(member.name or '?')[:1]}* {members.masked(member.phone or '')}".strip() for member in some],
    )  # fmt: skip


async def _calls(session: AsyncSession, notice: Notice) -> int:
    if notice.kind != "service":
        return 0
    last = await session.scalar(select(func.max(Member.id))) or 0
    told = ring(notice).calls(0, last).subquery()
    return await session.scalar(select(func.count()).select_from(told)) or 0


def finish(start: datetime, letters: int, rate: float, *, urgent: bool) -> datetime:
    """Return when the last of *letters* leaves at the share of *rate* that notices have, resting in quiet times."""
    left = timedelta(seconds=letters / (rate * BULK_SHARE))
    if urgent:
        return start + left
    at = quiet.awake(start)
    while True:
        here = at.astimezone(quiet.BEIJING)
        night = here.replace(
            hour=quiet.QUIET_FROM.hour, minute=quiet.QUIET_FROM.minute, second=0, microsecond=0
        )
        if at + left <= night:
            return at + left
        left -= night - at
        at = quiet.awake(night)


async def counts(session: AsyncSession, notice: Notice, *, now: datetime) -> Progress:
    """Count the letters of *notice*, from the letters themselves, or from what was kept when they were deleted."""
    if notice.results is not None:
        return Progress({(c, state, why): number for c, state, why, number in notice.results["rows"]}, 0)
    mine = Letter.notice_id == notice.id
    by = (Letter.channel, Letter.state, Letter.reason)
    rows = await session.execute(select(*by, func.count()).where(mine).group_by(*by))
    found = {(channel, state, reason): number for channel, state, reason, number in rows}
    recent = select(func.count()).where(mine, Letter.state == SENT, Letter.settled_at > now - LAST)
    return Progress(found, await session.scalar(recent) or 0)


async def unions(session: AsyncSession, notice: Notice) -> dict[str, tuple[int, int]]:
    """Return for each union how many of its members got the notice and how many were to; "" stands for none."""
    if notice.results is not None:
        return {union: (got, all_) for union, (got, all_) in notice.results["unions"].items()}
    query = (
        select(Member.union_name, func.count().filter(Letter.state == SENT), func.count())
        .select_from(Letter)
        .outerjoin(Member, Member.id == Letter.member_id)
        .where(Letter.notice_id == notice.id)
        .group_by(Member.union_name)
    )
    found: dict[str, tuple[int, int]] = {}
    for union, sent, number in await session.execute(query):
        got, all_ = found.get(union or "", (0, 0))
        found[union or ""] = (got + sent, all_ + number)
    return dict(sorted(found.items()))


async def kept(session: AsyncSession, notice: Notice, *, now: datetime) -> dict[str, Any]:
    """Return what is to be known of *notice* when its letters are gone."""
    found = await counts(session, notice, now=now)
    return {
        "rows": [[*row, number] for row, number in found.rows.items()],
        "unions": await unions(session, notice),
    }
