"""What members say of an event they were at: asked once, the day after, with one tap to answer."""

from datetime import datetime, time, timedelta
from typing import Literal, cast

from sqlalchemy import ForeignKey, Table, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import danger
from models.base import Base, Moment, Refused, insert_new, kind_of
from models.crypto import Encrypted
from models.events import OPEN, SERIES, Event
from models.members import Member
from models.places import ATTENDED, Place
from models.quiet import BEIJING, QUIET_FROM

Answer = Literal["good", "fair", "bad"]
ANSWERS: tuple[Answer, ...] = ("good", "fair", "bad")
MORNING = time(10)
LATEST = timedelta(days=3)
"""After that nobody is asked any more: they were at other things since."""
AT_ONCE = 200


class Opinion(Base):
    """One question about one place; *answer* is empty until it is answered, *words* hold what was added."""

    __tablename__ = "opinions"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(Encrypted, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


_UNASKED = (Place.state == ATTENDED, ~exists().where(Opinion.place_id == Place.id))


async def ask(session: AsyncSession, *, now: datetime) -> list[Place]:
    """Return whose opinion is to be asked now, each once ever, and note it: the day after, from ten in the morning.

    Nobody who is or just was in danger is asked.
    """
    here = now.astimezone(BEIJING)
    if not MORNING <= here.time() < QUIET_FROM:
        return []
    today = datetime.combine(here.date(), time(), BEIJING)
    query = (
        select(Place)
        .where(Place.event_id.in_(await _over(session, today)), *_UNASKED)
        .where(Place.member_id.not_in(danger.in_danger(now)))
        .order_by(Place.id)
        .limit(AT_ONCE)
    )
    return await _note(session, list(await session.scalars(query)), now)


async def _over(session: AsyncSession, today: datetime) -> list[int]:
    """Return the events that ended within the days before *today* and of which somebody is still to be asked."""
    query = select(Event).where(
        Event.state == OPEN,
        Event.starts.between(today - SERIES, today),
        exists().where(Place.event_id == Event.id, *_UNASKED),
    )
    found = await session.scalars(query)
    return [event.id for event in found if event.last and today - LATEST <= event.last < today]


async def _note(session: AsyncSession, found: list[Place], now: datetime) -> list[Place]:
    """Write the questions down; return those that no other process has written meanwhile."""
    insert = insert_new(kind_of(session), cast(Table, Opinion.__table__), ("place_id",), ("place_id",))
    asked = []
    for place in found:
        row = {"place_id": place.id, "asked_at": now, "answer": "", "words": ""}
        if (await session.execute(insert, row)).first():
            asked.append(place)
    return asked


async def answer(session: AsyncSession, place: Place, said: str, *, now: datetime) -> None:
    """Keep the answer; another one later takes its place.

    Raises Refused when nobody asked, or it is no answer.
    """
    opinion = await _asked(session, place)
    if said not in ANSWERS:
        raise Refused("no_question")
    opinion.answer, opinion.answered_at = said, now


async def add(session: AsyncSession, place: Place, words: str, *, now: datetime) -> None:
    """Keep what the member adds in words.

    Raises Refused when nobody asked.
    """
    opinion = await _asked(session, place)
    opinion.words, opinion.answered_at = words, now


async def forget(session: AsyncSession, member: Member) -> None:
    """Forget what *member* said in words; the answers stay as numbers."""
    theirs = select(Place.id).where(Place.member_id == member.id)
    gone = update(Opinion).where(Opinion.place_id.in_(theirs)).values(words="")
    await session.execute(gone, execution_options={"synchronize_session": False})


async def _asked(session: AsyncSession, place: Place) -> Opinion:
    found = await session.get(Opinion, place.id)
    if found is None:
        raise Refused("no_question")
    return found
