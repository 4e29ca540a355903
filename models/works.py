"""Works: the photos that members enter for a contest, numbered, replaced and withdrawn until the deadline."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import files
from models.base import Base, Moment, Refused, lock
from models.files import RECEIVED, File
from models.members import Member, moves_along
from models.photos import Photo
from models.pictures import distance

SERIES_LEAST, SERIES_MOST, NEAR_BITS = 4, 8, 6
PURPOSE = "work"


class Work(Base):
    """One photo of an event; a replaced one stays, and its successor has its *number* and the next *version*.

    *series* names the series of the member that it belongs to, "" for a single one; *resembles* is the work that
    it looks like, for staff to compare; *consented_at* is when the member vouched for it and let it be shown.
    """

    __tablename__ = "works"
    __table_args__ = (UniqueConstraint("event", "number", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str]
    number: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    title: Mapped[str]
    series: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    story: Mapped[str] = mapped_column(Text, default="")
    colour: Mapped[bool]
    taken_on: Mapped[date | None]
    group: Mapped[str]
    original: Mapped[str] = mapped_column(ForeignKey("files.hash"), index=True)
    shown: Mapped[str] = mapped_column(ForeignKey("files.hash"))
    thumbnail: Mapped[str] = mapped_column(ForeignKey("files.hash"))
    dhash: Mapped[str]
    small: Mapped[bool]
    resembles: Mapped[int | None] = mapped_column(ForeignKey("works.id", ondelete="SET NULL"))
    credited: Mapped[bool]
    consented_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(default="entered")
    at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def code(self) -> str:
        """Return the number as members and the jury read it: P001."""
        return f"P{self.number:03}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a member says of a photo; *taken_on* and *group* only where the picture does not tell, or is wrong."""

    title: str
    credited: bool
    consented_at: datetime
    series: str = ""
    place: str = ""
    story: str = ""
    taken_on: date | None = None
    group: str = ""


async def enter(
    session: AsyncSession,
    event: str,
    member: Member,
    photo: Photo,
    entry: Entry,
    *,
    limit: int,
    closes: datetime,
    now: datetime,
) -> Work:
    """Enter a photo under the next number; a series counts as one of *limit* works.

    Raises Refused: works_closed, works_full, works_twice, series_full.
    """
    await _open(session, event, closes, now)
    own = await of(session, event, member)
    in_series = sum(work.series == entry.series for work in own) if entry.series else 0
    if in_series >= SERIES_MOST:
        raise Refused("series_full")
    if not in_series and counted(own) >= limit:
        raise Refused("works_full")
    last = await session.scalar(select(func.max(Work.number)).where(Work.event == event)) or 0
    return await _add(session, member.id, photo, entry, event=event, number=last + 1, version=1, now=now)


async def replace(
    session: AsyncSession, work: Work, photo: Photo, entry: Entry, *, closes: datetime, now: datetime
) -> Work:
    """Put another photo in the place of *work*, under the same number and in the same series.

    Raises Refused: works_closed, works_none (it is out already), works_twice.
    """
    await _still(session, work, closes, now)
    entry = dataclasses.replace(entry, series=work.series)
    new = await _add(
        session,
        work.member_id,
        photo,
        entry,
        event=work.event,
        number=work.number,
        version=work.version + 1,
        now=now,
    )
    await _end(session, work, "replaced", now)
    return new


async def describe(
    session: AsyncSession, work: Work, told: Mapping[str, str], *, closes: datetime, now: datetime
) -> None:
    """Add what was *told* of a work: its place, its story, the series that it belongs to; empty ones stay as they are.

    Raises Refused: works_closed, works_none (it is out already), series_full.
    """
    await _still(session, work, closes, now)
    series = told.get("series", "")
    if series and series != work.series:
        same = (Work.event == work.event, Work.member_id == work.member_id, Work.state == "entered")
        query = select(func.count()).where(*same, Work.series == series)
        if (await session.scalar(query) or 0) >= SERIES_MOST:
            raise Refused("series_full")
    for name in ("place", "story", "series"):
        setattr(work, name, told.get(name, "") or getattr(work, name))
    await session.flush()


async def withdraw(session: AsyncSession, work: Work, *, closes: datetime, now: datetime) -> None:
    """Take *work* out of the contest; its number is not given again.

    Raises Refused: works_closed, works_none (it is out already).
    """
    await _still(session, work, closes, now)
    await _end(session, work, "withdrawn", now)


async def mine(session: AsyncSession, event: str, member: Member, number: int) -> Work:
    """Return the entered work of *member* with that number.

    Raises Refused: works_none, also when it is somebody else's.
    """
    found = next((work for work in await of(session, event, member) if work.number == number), None)
    if found is None:
        raise Refused("works_none")
    return found


async def of(session: AsyncSession, event: str, member: Member) -> list[Work]:
    """Return the works that *member* has in the contest now, by number."""
    return [work for work in await entered(session, event) if work.member_id == member.id]


async def counts(session: AsyncSession, member: Member) -> list[tuple[str, int]]:
    """Return how many photos *member* has in which contest."""
    query = select(Work.event, func.count()).where(Work.member_id == member.id, Work.state == "entered")
    found = await session.execute(query.group_by(Work.event).order_by(Work.event))
    return [(event, count) for event, count in found]


async def entered(session: AsyncSession, event: str) -> list[Work]:
    """Return all works that are in the contest now, by number."""
    query = select(Work).where(Work.event == event, Work.state == "entered").order_by(Work.number)
    return list(await session.scalars(query))


def counted(works: Sequence[Work]) -> int:
    """Count the works of one member, a series as one."""
    return sum(not work.series for work in works) + len({work.series for work in works if work.series})


async def short_series(session: AsyncSession, event: str) -> list[tuple[int, str, int]]:
    """Return the series with too few photos, as (member, series, photos), for staff to ask before the jury meets."""
    count = func.count()
    query = (
        select(Work.member_id, Work.series, count)
        .where(Work.event == event, Work.state == "entered", Work.series != "")
        .group_by(Work.member_id, Work.series)
        .having(count < SERIES_LEAST)
        .order_by(Work.member_id, Work.series)
    )
    return [(member, series, photos) for member, series, photos in await session.execute(query)]


async def erase(session: AsyncSession, member: Member) -> list[str]:
    """Delete the works of *member*; return the contents that nobody else needs: they are cleaned away in some days."""
    works = list(await session.scalars(select(Work).where(Work.member_id == member.id)))
    hashes = {digest for work in works for digest in (work.original, work.shown, work.thumbnail)}
    await session.execute(delete(Work).where(Work.member_id == member.id))
    for column in (Work.original, Work.shown, Work.thumbnail):
        hashes -= set(await session.scalars(select(column).where(column.in_(hashes))))
    unneeded = update(File).where(File.hash.in_(hashes), File.purpose == PURPOSE).returning(File.hash)
    gone = sorted(await session.scalars(unneeded.values(purpose=RECEIVED)))
    await session.execute(update(File).where(File.uploaded_by == member.id).values(uploaded_by=None))
    return gone


async def _open(session: AsyncSession, event: str, closes: datetime, now: datetime) -> None:
    if now >= closes:
        raise Refused("works_closed")
    await lock(session, f"works:{event}")


async def _still(session: AsyncSession, work: Work, closes: datetime, now: datetime) -> None:
    await _open(session, work.event, closes, now)
    await session.refresh(work)  # another turn may have ended it while this one waited
    if work.state != "entered":
        raise Refused("works_none")


async def _end(session: AsyncSession, work: Work, state: str, now: datetime) -> None:
    work.state, work.ended_at = state, now
    await session.flush()  # a refresh in the same turn would forget it


async def _add(
    session: AsyncSession,
    member_id: int,
    photo: Photo,
    entry: Entry,
    *,
    event: str,
    number: int,
    version: int,
    now: datetime,
) -> Work:
    there = await entered(session, event)
    if photo.original.hash in {work.original for work in there}:
        raise Refused("works_twice")
    kept = (photo.original, photo.shown, photo.thumbnail)
    await files.note(session, *kept, by=member_id, purpose=PURPOSE, now=now)
    work = Work(
        event=event,
        number=number,
        version=version,
        member_id=member_id,
        **_told(photo, entry),
        resembles=_nearest(photo, (work for work in there if work.number != number)),
        at=now,
    )
    session.add(work)
    await session.flush()
    return work


def _told(photo: Photo, entry: Entry) -> dict[str, Any]:
    said = dataclasses.asdict(entry)
    said["taken_on"], said["group"] = entry.taken_on or photo.taken_on, entry.group or photo.group
    return {
        **said,
        "colour": photo.colour,
        "small": photo.small,
        "dhash": photo.dhash,
        "original": photo.original.hash,
        "shown": photo.shown.hash,
        "thumbnail": photo.thumbnail.hash,
    }


def _nearest(photo: Photo, others: Iterable[Work]) -> int | None:
    """Return the work that *photo* looks most like, if it is the same picture or nearly."""
    near = sorted((distance(work.dhash, photo.dhash), work.id) for work in others)
    return near[0][1] if near and near[0][0] <= NEAR_BITS else None


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _: datetime) -> None:
    """Bring the works along when two records become one person; each keeps its number."""
    await session.execute(update(Work).where(Work.member_id == other.id).values(member_id=keep.id))
