"""What staff look at over time: members who joined, sign-ups by event, and how letters arrive."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import periods
from models.events import OPEN, Event
from models.members import Member
from models.outbox import Letter
from models.places import HOLDING, OFFERED, WAITING, Place
from models.rights import Scope

EVENTS = 12
PAST = timedelta(days=7)
"""How long an event is shown after it began."""
NOT_ARRIVED = ("failed", "unknown")
BLOCKED = "gone"


@dataclass(frozen=True, slots=True)
class SignUps:
    """One event with its places: taken ones, and members who wait for one."""

    title: str
    taken: int
    waiting: int
    cap: int | None


@dataclass(slots=True)
class Delivery:
    """The letters of one channel that are kept, by what became of them."""

    states: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """Return how many arrived."""
        return self.states.get("sent", 0)

    @property
    def failed(self) -> int:
        """Return how many did not, or nobody knows."""
        return sum(self.states.get(state, 0) for state in NOT_ARRIVED)

    @property
    def blocked(self) -> int:
        """Return how many nobody was there for: the member has blocked us, or is gone."""
        return self.states.get(BLOCKED, 0)


async def joined(session: AsyncSession, scope: Scope, bounds: list[datetime]) -> list[int]:
    """Return how many members wrote for the first time in each period between *bounds*."""
    query = scope.narrow(periods.counted(Member.joined_at, bounds), Member.union_name, Member.area)
    found: dict[int, int] = dict((await session.execute(query)).all())
    return [found.get(at, 0) for at in range(len(bounds) - 1)]


async def sign_ups(session: AsyncSession, scope: Scope, *, now: datetime) -> list[SignUps]:
    """Return the events of these days, the first to begin first."""
    taken = func.count(Place.id).filter(Place.state.in_(set(HOLDING) - {OFFERED}))
    line = func.count(Place.id).filter(Place.state.in_((WAITING, OFFERED)))
    query = select(Event.title, taken, line, Event.cap).outerjoin(Place).group_by(Event.id)
    query = query.where(Event.state == OPEN, or_(Event.starts.is_(None), Event.starts > now - PAST))
    query = scope.narrow(query, Event.union, Event.area)
    query = query.order_by(Event.starts.is_(None), Event.starts, Event.id).limit(EVENTS)
    return [SignUps(*row) for row in await session.execute(query)]


async def delivery(session: AsyncSession, channels: Collection[str]) -> dict[str, Delivery]:
    """Return what became of the letters of *channels* that are still kept."""
    query = select(Letter.channel, Letter.state, func.count()).where(Letter.channel.in_(channels))
    found: dict[str, Delivery] = {}
    for channel, state, number in await session.execute(query.group_by(Letter.channel, Letter.state)):
        found.setdefault(channel, Delivery()).states[state] = number
    return found
