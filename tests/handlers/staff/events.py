"""Events for the tests of their pages: the demo content published, and members who sign up."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from handlers import enrolling
from models import content, events, signups
from models.base import Database
from models.members import Member
from models.places import Place
from models.signups import Wish
from tests import stock
from tests.databases import Clock
from tests.office import Office

SLUG = "board-contest"


@dataclass
class Town:
    """The published demo content with its events, and who takes part."""

    office: Office

    @property
    def database(self) -> Database:
        return self.office.database

    @property
    def clock(self) -> Clock:
        return self.office.clock

    async def publish(self, slug: str = SLUG, **values: object) -> None:
        """Publish the demo content once, and give the event *slug* other *values*."""
        async with self.database.transaction() as session:
            if await content.version(session) == 0:
                await content.load(session, stock.pieces(date(2026, 11, 10)), now=self.clock())
                published = await content.published(session)
                await enrolling.publish(session, published, now=self.clock())
                self.office.edition = replace(self.office.edition, content=published)
            found = await events.by_slug(session, slug)
            for name, value in values.items():
                setattr(found, name, value)

    async def sign_up(self, name: str, slug: str = SLUG, **wish: object) -> Place:
        async with self.database.transaction() as session:
            member = Member(name=name, joined_at=self.clock())
            session.add(member)
            await session.flush()
            phone = f"138{member.id:08}"
            asked = Wish(**{"member_id": member.id, "channel": "web", "name": name, "phone": phone, **wish})
            found = await events.by_slug(session, slug)
            changes = await signups.sign_up(session, found, asked, now=self.clock())
        self.clock.tick(1)
        return changes[0].place

    async def states(self, slug: str = SLUG) -> dict[str, str]:
        """Return the state of everybody by name."""
        async with self.database.transaction() as session:
            found = await events.by_slug(session, slug)
            rows = await session.scalars(select(Place).where(Place.event_id == found.id).order_by(Place.id))
            return {place.name: place.state for place in rows}
