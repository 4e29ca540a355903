"""How many seats of an event are held, reserved and free; to be counted under the event's lock."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import Category, Event, Reservation
from models.places import HOLDING, WAITING, Place

UNLIMITED = 10**9
"""More seats than anybody asks for."""


class Seats:
    """The count of one event, kept up to date while seats are given within the same transaction.

    *categories* gives the id of each by its name, *closed* the ids of those that take nobody.
    """

    def __init__(self, cap: int | None, rows: Iterable[Any]) -> None:
        self.held, self.waiting = 0, False
        self.categories = dict[str, int]()
        self.closed = set[int | None]()
        self._cap = UNLIMITED if cap is None else cap
        self._caps = dict[int | None, int]()
        self._reserved = dict[str, int]()
        self._by_category = Counter[int | None]()
        self._by_union = Counter[str]()
        for what, key, name, number in rows:
            self._read(what, key, name, number)

    def _read(self, what: str, key: int | None, name: str, number: int | None) -> None:
        match what:
            case "held":
                self.take(key, name, number or 0)
            case "waiting":
                self.waiting = True
            case "reserved":
                self._reserved[name] = number or 0
            case _:
                self.categories[name] = key or 0
                self._caps[key] = UNLIMITED if number is None else number
                self.closed |= {key} if what == "closed" else set()

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
        own = self._caps.get(category_id, UNLIMITED) - self._by_category[category_id]
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


_HERE = bindparam("event_id", type_=Integer)
_COUNT = union_all(
    select(literal_column("'held'", String), Place.category_id, Place.union, func.sum(Place.party))
    .where(Place.event_id == _HERE, Place.state.in_(HOLDING))
    .group_by(Place.category_id, Place.union),
    select(
        literal_column("'waiting'", String), cast(null(), Integer), literal_column("''", String), func.count()
    )
    .where(Place.event_id == _HERE, Place.state == WAITING)
    .having(func.count() > 0),
    select(
        case((Category.open, literal_column("'open'")), else_=literal_column("'closed'")),
        Category.id,
        Category.name,
        Category.cap,
    ).where(Category.event_id == _HERE),
    select(
        literal_column("'reserved'", String), cast(null(), Integer), Reservation.union, Reservation.seats
    ).where(Reservation.event_id == _HERE, Reservation.released.is_(False)),
)
"""All that is counted in one statement, because it runs while everybody else waits for the event."""


async def count(session: AsyncSession, event: Event) -> Seats:
    """Count the seats of *event* as they are now."""
    rows = await session.execute(_COUNT, {"event_id": event.id})
    return Seats(event.cap, rows)
