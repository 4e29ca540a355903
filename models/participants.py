"""Who takes part in an event, for staff: counted by the database, found among thousands without reading them all."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import places
from models.events import OPEN, Event
from models.members import NOT_DIGITS, PHONE_DIGITS
from models.places import ATTENDED, CONFIRMED, RANK, WAITING, Place
from models.rights import Scope

PAGE = 50
AT_THE_DOOR = 20
LOOKED_AT = 2_000
"""How many rows are decrypted in one look for a name: it bounds what a page costs, whatever the event's size."""
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sign-ups are looked for: *said* is a number, six digits, a member's id, a part of a name, or name and phone."""

    state: str = ""
    category: int | None = None
    union: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of sign-ups; *after* is where the next look begins, 0 when nothing is left."""

    rows: Sequence[Place]
    after: int = 0


@dataclass(slots=True)
class Numbers:
    """How many persons are in which state, and how many seats each category and each union holds."""

    states: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    categories: Counter[int | None] = field(default_factory=Counter)
    unions: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> int:
        """Return how many seats are held."""
        return sum(self.states[state] for state in places.HOLDING)

    @property
    def came(self) -> int:
        """Return how many persons were there."""
        return self.states[ATTENDED]


async def numbers(session: AsyncSession, ids: Collection[int]) -> dict[int, Numbers]:
    """Count the sign-ups of events by their ids, all in one statement."""
    columns = (Place.event_id, Place.state, Place.category_id, Place.union)
    query = select(*columns, func.count(), func.sum(Place.party)).where(Place.event_id.in_(ids))
    counted = {number: Numbers() for number in ids}
    for number, state, category, union, rows, persons in await session.execute(query.group_by(*columns)):
        one = counted[number]
        one.states[state] += persons
        one.rows[state] += rows
        if state in places.HOLDING:
            one.categories[category] += persons
            one.unions[union] += persons
    return counted


async def roster(session: AsyncSession, event: Event, wanted: Wanted, *, after: int = 0) -> Found:
    """Return a page of the sign-ups that are *wanted*, in the order they came, beyond the id *after*.

    Numbers and ids are found by the database. Names lie encrypted: they are looked for in slices of bounded size.
    """
    query = _narrowed(select(Place), event, wanted)
    said = "".join(wanted.said.split())
    digits = NOT_DIGITS.sub("", said)
    name = said.removesuffix(digits)
    if len(digits) == PHONE_DIGITS and name != said and name:
        return Found(
            list(await session.scalars(query.where(Place.person == places.same_person(name, digits))))
        )
    plain = said.upper().removeprefix(event.number_prefix.upper())
    if plain.isascii() and plain.isdigit() and len(plain) <= MOST_DIGITS:
        by = or_(Place.number == int(plain), Place.code == plain, Place.member_id == int(plain))
        return Found(list(await session.scalars(query.where(by).order_by(Place.id))))
    if said:
        return await _by_name(session, event, wanted, said, after)
    rows = list(await session.scalars(query.where(Place.id > after).order_by(Place.id).limit(PAGE + 1)))
    return Found(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0)


async def _by_name(session: AsyncSession, event: Event, wanted: Wanted, said: str, after: int) -> Found:
    names = _narrowed(select(Place.id, Place.name), event, wanted).where(Place.id > after)
    looked = list(await session.execute(names.order_by(Place.id).limit(LOOKED_AT)))
    hits = [number for number, name in looked if said in name][: PAGE + 1]
    more = looked[-1][0] if len(looked) == LOOKED_AT else 0
    if len(hits) > PAGE:
        hits, more = hits[:PAGE], hits[PAGE - 1]
    return Found(
        list(await session.scalars(select(Place).where(Place.id.in_(hits)).order_by(Place.id))), more
    )


async def named(session: AsyncSession, event: Event, name: str) -> list[Place]:
    """Return who has a place under a *name* like this: as many as a phone at the door can show."""
    found, after = list[Place](), 0
    while True:
        page = await roster(session, event, Wanted(said=name), after=after)
        found += [place for place in page.rows if place.state in (CONFIRMED, ATTENDED)]
        if found or not page.after:
            return found[:AT_THE_DOOR]
        after = page.after


def _narrowed(query: Select[*tuple[Any, ...]], event: Event, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = query.where(Place.event_id == event.id)
    if wanted.state:
        query = query.where(Place.state == wanted.state)
    if wanted.category is not None:
        query = query.where(Place.category_id == wanted.category)
    return query.where(Place.union == wanted.union) if wanted.union else query


async def line(session: AsyncSession, event: Event, *, skip: int = 0) -> list[Place]:
    """Return one more than a page of those who wait, the next to be asked first."""
    query = select(Place).where(Place.event_id == event.id, Place.state == WAITING).order_by(*RANK)
    return list(await session.scalars(query.offset(skip).limit(PAGE + 1)))


async def end_of_line(session: AsyncSession, event: Event, *, first: bool) -> int:
    """Return the priority that puts somebody before all who wait, or behind them."""
    edge = func.max(Place.priority) + 1 if first else func.min(Place.priority) - 1
    return await session.scalar(select(edge).where(Place.event_id == event.id, Place.state == WAITING)) or 0


async def listed(
    session: AsyncSession, scope: Scope, *, when: str = "", title: str = "", skip: int = 0, now: datetime
) -> list[Event]:
    """Return one more than a page of the events within *scope*, and of those for everybody: open, ahead, past, or all."""
    query = select(Event)
    if not scope.whole:
        everybody = (Event.union == "") & (Event.area == "")
        query = query.where(or_(scope.within(Event.union, Event.area), everybody))
    if title:
        query = query.where(Event.title.contains(title, autoescape=True))
    last = func.coalesce(Event.ends, Event.starts)
    if when == "open":
        query = query.where(
            Event.state == OPEN,
            or_(Event.opens.is_(None), Event.opens <= now),
            or_(Event.closes.is_(None), Event.closes > now),
        )
    if when == "ahead":
        query = query.where(Event.starts > now)
    if when == "past":
        query = query.where(last < now)
    order = (Event.starts.desc(), Event.id.desc()) if when in ("past", "") else (Event.starts, Event.id)
    return list(await session.scalars(query.order_by(*order).offset(skip).limit(PAGE + 1)))
