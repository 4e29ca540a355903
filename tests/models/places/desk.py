"""A desk for tests: rules by the names of members, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from models import merger, offers, places, publishing, signups
from models.base import Database
from models.events import Event
from models.members import Member
from models.places import Change, Place
from models.signups import Wish

STARTS = datetime(2026, 12, 20, 1, tzinfo=UTC)
Told = list[tuple[str, str]]


class Desk:
    """One event and its members; *told* is what changed, as (member, what)."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database, self.clock = database, clock
        self.ids: dict[str, int] = {}
        self.event_id = 0

    async def open(self, **values: Any) -> None:
        values = {
            "slug": "chess",
            "kind": "contest",
            "title": "象棋",
            "number_prefix": "C",
            "starts": STARTS,
            **values,
        }
        async with self.database.transaction() as session:
            event, _ = await publishing.publish(session, values, by="staff", now=self.clock())
            self.event_id = event.id

    async def publish(self, **values: Any) -> Told:
        async with self.database.transaction() as session:
            _, changes = await publishing.publish(
                session, {"slug": "chess", **values}, by="staff", now=self.clock()
            )
            return self.told(changes)

    async def member(self, name: str) -> int:
        if name not in self.ids:
            async with self.database.transaction() as session:
                member = Member(joined_at=self.clock())
                session.add(member)
                await session.flush()
                self.ids[name] = member.id
        return self.ids[name]

    async def sign_up(self, name: str, /, **wish: Any) -> Told:
        found = Wish(**{"member_id": await self.member(name), "channel": "web", **wish})
        return await self.at(signups.sign_up, found)

    async def all_sign_up(self, *names: str) -> list[str]:
        """Sign up several, a second apart; return what each was told."""
        told = []
        for name in names:
            told.append((await self.sign_up(name))[0][1])
            self.clock.tick(1)
        return told

    async def merge(self, kept: str, gone: str) -> Told:
        async with self.database.transaction() as session:
            members = [await session.get_one(Member, self.ids[name]) for name in (kept, gone)]
            return self.told(await merger.merge(session, *members, by="刘", now=self.clock()))

    async def at(self, rule: Callable[..., Awaitable[list[Change]]], *args: Any, **more: Any) -> Told:
        """Apply *rule* to the event."""
        async with self.database.transaction() as session:
            event = await session.get_one(Event, self.event_id)
            return self.told(await rule(session, event, *args, **more, now=self.clock()))

    async def on(
        self, rule: Callable[..., Awaitable[list[Change]]], name: str, *args: Any, **more: Any
    ) -> Told:
        """Apply *rule* to the place of a member."""
        async with self.database.transaction() as session:
            place = await self._place(session, name)
            return self.told(await rule(session, place, *args, **more, now=self.clock()))

    async def sweep(self) -> Told:
        async with self.database.transaction() as session:
            return self.told(await offers.sweep(session, now=self.clock()))

    async def ask(self, query: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Return what *query* says of the event; places as names."""
        async with self.database.transaction() as session:
            found = await query(session, await session.get_one(Event, self.event_id), *args)
            return (
                [self._name(row) if isinstance(row, Place) else row for row in found]
                if isinstance(found, list)
                else found
            )

    async def place(self, name: str) -> Place:
        async with self.database.transaction() as session:
            return await self._place(session, name)

    async def event(self) -> Event:
        async with self.database.transaction() as session:
            return await session.get_one(Event, self.event_id)

    async def history(self, name: str) -> list[tuple[str, str, str, str, str]]:
        async with self.database.transaction() as session:
            lines = await places.history(session, await self._place(session, name))
            return [(line.by, line.what, line.was, line.became, line.reason) for line in lines]

    async def standing(self, name: str) -> places.Standing:
        async with self.database.transaction() as session:
            return await places.standing(session, await self._place(session, name))

    async def states(self) -> dict[str, str]:
        async with self.database.transaction() as session:
            rows = await session.scalars(
                select(Place).where(Place.event_id == self.event_id).order_by(Place.id)
            )
            return {self._name(place): place.state for place in rows}

    async def put(self, name: str, **values: Any) -> None:
        """Set columns of a place outright."""
        async with self.database.transaction() as session:
            here = Place.event_id == self.event_id, Place.member_id == self.ids[name]
            await session.execute(update(Place).where(*here).values(**values))

    async def set(self, **values: Any) -> None:
        """Set columns of the event outright."""
        async with self.database.transaction() as session:
            await session.execute(update(Event).where(Event.id == self.event_id).values(**values))

    def told(self, changes: list[Change]) -> Told:
        return [(self._name(change.place), change.what) for change in changes]

    async def _place(self, session: Any, name: str) -> Place:
        query = select(Place).where(Place.event_id == self.event_id, Place.member_id == self.ids[name])
        return (await session.scalars(query)).one()

    def _name(self, place: Place) -> str:
        return next(name for name, key in self.ids.items() if key == place.member_id)
