"""How many seats of an event are held, reserved and free; to be counted under the event's lock."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events
from models.events import Category, Event, Reservation
from models.places import HOLDING, WAITING, Place

UNLIMITED = 10**9
"""More seats than anybody asks for."""


class Seats:
    """The count of one event, kept up to date while seats are given within the same transaction."""

    def __init__(self, event: Event, categories: Iterable[Category], reserved: Iterable[Reservation]) -> None:
        self.waiting = 0
        self.held = 0
        self._cap = UNLIMITED if event.cap is None else event.cap
        self._caps = {category.id: category.cap for category in categories if category.cap is not None}
        self._reserved = {kept.union: kept.seats for kept in reserved if not kept.released}
        self._by_category = Counter[int | None]()
        self._by_union = Counter[str]()

    def take(self, category_id: int | None, union: str, party: int) -> None:
        """Count *party* seats as held, or as given back when it is negative."""
        self.held += party
        self._by_category[category_id] += party
        self._by_union[union] += party

    @property
    def free(self) -> int:
        """Return how many seats anybody may have."""
        return max(0, self._cap - self.held - self._unclaimed(except_union=None))

    @property
    def surplus(self) -> int:
        """Return by how many seats too many are held."""
        return max(0, self.held - self._cap)

    def room(self, category_id: int | None, union: str) -> int:
        """Return how many seats a member of *union* may have in a category: their union's reserved ones too."""
        common = self._cap - self.held - self._unclaimed(except_union=union)
        own = UNLIMITED
        if category_id in self._caps:
            own = self._caps[category_id] - self._by_category[category_id]
        return max(0, min(common, own))

    def over(self, category_id: int) -> int:
        """Return by how many seats too many are held in a category."""
        return max(0, self._by_category[category_id] - self._caps.get(category_id, UNLIMITED))

    def any(self) -> bool:
        """Say whether a seat is left for anybody at all."""
        return self.held < self._cap

    def _unclaimed(self, *, except_union: str | None) -> int:
        return sum(
            max(0, seats - self._by_union[union])
            for union, seats in self._reserved.items()
            if union != except_union
        )


async def count(session: AsyncSession, event: Event) -> Seats:
    """Count the seats of *event* as they are now."""
    kept = await events.reservations(session, event)
    seats = Seats(event, await events.categories(session, event), kept)
    query = (
        select(Place.state, Place.category_id, Place.union, func.sum(Place.party))
        .where(Place.event_id == event.id, Place.state.in_((*HOLDING, WAITING)))
        .group_by(Place.state, Place.category_id, Place.union)
    )
    for state, category_id, union, party in await session.execute(query):
        if state == WAITING:
            seats.waiting += party
        else:
            seats.take(category_id, union, party)
    return seats
