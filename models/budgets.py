"""Each channel's budget: when the next letter may leave, shared by all processes."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, insert_new, kind_of

USED, BULK_SHARE = 0.955, 0.8 * 0.985
"""Of the allowed rate this much is used, so that neither jitter nor a letter that goes early brings more into any
second; notices get a share of the allowed rate."""
GRACE, BULK_GRACE = timedelta(milliseconds=10), timedelta(milliseconds=100)
"""Lateness of the sender that is made up for; notices may make up more, as the rate of all letters bounds them too."""
HORIZON = timedelta(milliseconds=30)


class Budget(Base):
    """The moments from which the next letter, and the next notice, may leave."""

    __tablename__ = "channel_budgets"

    channel: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime] = mapped_column(Moment)
    bulk_next_at: Mapped[datetime] = mapped_column(Moment)
    held_until: Mapped[datetime] = mapped_column(Moment)
    bulk_held_until: Mapped[datetime] = mapped_column(Moment)

    def free_at(self, rate: float, now: datetime) -> datetime:
        """Return when the next letter may leave: one slot early, so that it need not wait behind a notice."""
        return max(self.next_at - _spacing(rate * USED), self.held_until, now)

    def bulk_free_at(self, now: datetime) -> datetime:
        """Return when the next notice may leave."""
        return max(self.next_at, self.held_until, self.bulk_next_at, self.bulk_held_until, now)

    def slots(self, rate: float, *, now: datetime, limit: int) -> int:
        """Return how many letters may leave now: the slots of the next 30 ms, at least one when it is time."""
        if self.free_at(rate, now) > now:
            return 0
        return min(limit, max(1, int(HORIZON / _spacing(rate * USED))))

    def bulk_slots(self, rate: float, *, now: datetime, limit: int) -> int:
        """Return how many of them may be notices."""
        if self.bulk_free_at(now) > now:
            return 0
        return min(limit, max(1, int(HORIZON / _spacing(rate * BULK_SHARE))))

    def spend(self, rate: float, letters: int, notices: int, *, now: datetime) -> None:
        """Use up slots; time that has passed unused is not saved up, but for a few milliseconds of lateness."""
        self.next_at = max(self.next_at, now - GRACE) + letters * _spacing(rate * USED)
        if notices:
            self.bulk_next_at = max(self.bulk_next_at, now - BULK_GRACE) + notices * _spacing(
                rate * BULK_SHARE
            )

    def hold(self, until: datetime, *, bulk_only: bool) -> None:
        """Let everything, or only notices, wait as the platform asked."""
        if bulk_only:
            self.bulk_held_until = max(self.bulk_held_until, until)
        else:
            self.held_until = max(self.held_until, until)


def _spacing(rate: float) -> timedelta:
    return timedelta(seconds=1 / rate)


async def locked(session: AsyncSession, channel: str, *, now: datetime) -> Budget:
    """Return the budget of *channel*, made on first use, for this transaction alone."""
    found = await session.get(Budget, channel, with_for_update=True, populate_existing=True)
    if found is None:
        moments = dict.fromkeys(("next_at", "bulk_next_at", "held_until", "bulk_held_until"), now)
        new = insert_new(kind_of(session), cast(Table, Budget.__table__), ("channel",))
        await session.execute(new, {"channel": channel, **moments})
        found = await session.get_one(Budget, channel, with_for_update=True, populate_existing=True)
    return found
