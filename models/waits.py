"""What waits for staff, counted for the page they begin their day with."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import Event
from models.handoffs import HandOff
from models.members import Member
from models.notices import DRAFT, Notice
from models.outbox import LOOSE, Letter
from models.places import OFFERED, Place
from models.rights import Scope
from models.unanswered import Unanswered

DAY, WEEK, STUCK = timedelta(days=1), timedelta(days=7), timedelta(minutes=10)
LOST = ("failed", "gone", "unknown")


async def handoffs(session: AsyncSession, scope: Scope, *, now: datetime) -> tuple[int, int, datetime | None]:
    """Return how many members wait for a person, how many longer than promised, and since when the first."""
    late = func.count().filter(HandOff.promised < now)
    query = select(func.count(), late, func.min(HandOff.asked_at)).select_from(HandOff).join(Member)
    query = query.where(HandOff.state == "waiting")
    row = (await session.execute(scope.narrow(query, Member.union_name, Member.area))).one()
    return row[0], row[1], row[2]


async def offers(session: AsyncSession, scope: Scope, *, now: datetime) -> int:
    """Count the offered places that lapse within a day."""
    query = select(func.count()).select_from(Place).join(Event)
    query = query.where(Place.state == OFFERED, Place.offered_until.between(now, now + DAY))
    return await session.scalar(scope.narrow(query, Event.union, Event.area)) or 0


async def notices(session: AsyncSession) -> int:
    """Count the notices that nobody has approved yet."""
    return await session.scalar(select(func.count()).where(Notice.state == DRAFT)) or 0


async def lost(session: AsyncSession, channels: Collection[str], *, now: datetime) -> dict[str, int]:
    """Count by channel the letters that did not arrive since yesterday."""
    query = select(Letter.channel, func.count()).where(
        Letter.channel.in_(channels), Letter.state.in_(LOST), Letter.settled_at > now - DAY
    )
    return dict((await session.execute(query.group_by(Letter.channel))).all())


async def stuck(session: AsyncSession, channels: Collection[str], *, now: datetime) -> dict[str, int]:
    """Count by channel the letters that should have left ten minutes ago: nobody runs it, or it is away."""
    loose = or_(Letter.notice_id.is_(None), Letter.notice_id == LOOSE)
    query = select(Letter.channel, func.count()).where(
        Letter.channel.in_(channels), Letter.state == "waiting", Letter.due < now - STUCK, loose
    )
    return dict((await session.execute(query.group_by(Letter.channel))).all())


async def questions(session: AsyncSession, *, now: datetime) -> int:
    """Count the questions of the last week that got no sure answer."""
    return await session.scalar(select(func.count()).where(Unanswered.asked_at > now - WEEK)) or 0
