"""Made-up members, events and letters for the console, and the statements that a page costs."""

from datetime import timedelta

from models import membership, roster
from models.events import Event
from models.handoffs import HandOff
from models.members import Contact, Member
from models.outbox import Letter
from models.places import Place
from models.roster import Holder
from tests.databases import statements
from tests.office import Office

FENG, WANG = Holder("冯芳（演示）", "6214680000111111", "13800000001", "北冶", "上地"), "王芳（演示）"


async def add(here: Office, *rows: object) -> None:
    """Keep rows."""
    async with here.database.transaction() as session:
        session.add_all(rows)


async def member(here: Office, name: str = WANG, *, channels: tuple[str, ...] = (), **more: object) -> int:
    """Let somebody be a member, reached on *channels*; return their number."""
    async with here.database.transaction() as session:
        found = Member(**{"name": name, "joined_at": here.clock(), **more})
        session.add(found)
        await session.flush()
        session.add_all(
            Contact(channel=one, address=f"{one}{found.id}", member_id=found.id) for one in channels
        )
        return found.id


async def bound(here: Office, holder: Holder = FENG, **more: object) -> int:
    """Let somebody be a member who is bound to a card; return their number."""
    number = await member(here, **more)
    async with here.database.transaction() as session:
        await roster.put(session, [holder], source="名册.csv", now=here.clock())
        (card,) = await roster.by_card_end(session, holder.card[-6:], holder.name)
        await membership.bind(session, await session.get_one(Member, number), card, now=here.clock())
    return number


async def handoff(here: Office, who: int, *, minutes: int, **more: object) -> None:
    """Let a member have waited for a person; an answer was promised within the hour."""
    asked = here.clock() - timedelta(minutes=minutes)
    told = {"member_id": who, "channel": "web", "address": "a", "promised": asked + timedelta(hours=1)}
    await add(here, HandOff(**{**told, "asked_at": asked, **more}))


async def letter(
    here: Office, *, state: str, channel: str = "telegram", address: str = "a", **more: object
) -> int:
    """Keep a letter that was due an hour ago; return its number."""
    at = here.clock() - timedelta(hours=1)
    row = {"body": {"text": "象棋赛有您的名额。"}, "lane": 2, "due": at, "created_at": at}
    async with here.database.transaction() as session:
        found = Letter(**{**row, "channel": channel, "address": address, "state": state, **more})
        session.add(found)
        await session.flush()
        return found.id


async def event(here: Office, slug: str = "chess", **more: object) -> int:
    """Hold an event in ten days; return its number."""
    starts = here.clock() + timedelta(days=10)
    async with here.database.transaction() as session:
        found = Event(**{"slug": slug, "kind": "contest", "title": "象棋赛", "starts": starts, **more})
        session.add(found)
        await session.flush()
        return found.id


async def place(here: Office, at: int, who: int, state: str, **more: object) -> None:
    """Give a member a place of an event."""
    row = {"event_id": at, "member_id": who, "state": state, "since": here.clock(), "joined_at": here.clock()}
    await add(here, Place(**{**row, **more}))


async def cost(here: Office, desk, path: str) -> int:
    """Return how many statements a page takes."""
    with statements(here.database) as said:
        assert (await desk.open(path)).status == 200
    return len(said)
