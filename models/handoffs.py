"""Hand-offs: a member asks for a person, and the clock runs until one comes."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ForeignKey, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import sent
from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.files import Kept
from models.members import Member, moves_along
from models.messages import Address, Incoming, Kind

OPEN = ("waiting", "taken")
MEMBER, NOTE = "member", "note"
FILES = frozenset(["photo", "file", "voice", "video"])
LONGEST, AT_ONCE = 2000, 20
Urgency = Literal["", "P0", "P1", "P2", "P3"]
SPARED = timedelta(hours=24)
"""How long a member who was in danger is left alone with questions and news."""


class HandOff(Base):
    """One wish for a person, from *asked_at* until *closed_at*; *promised* is when an answer was promised.

    A colleague may put it off until *snoozed_until*; a word of the member brings it back before.
    """

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    urgency: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None] = mapped_column(Encrypted)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    promised: Mapped[datetime | None] = mapped_column(Moment)
    late_told: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_by: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    bot_answers: Mapped[bool] = mapped_column(default=False)
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def at(self) -> Address:
        """Return where the member wrote from."""
        return Address(self.channel, self.address)


class HandOffLine(Base):
    """What was said in a hand-off, by the member or by a colleague; of the kind *note* among colleagues only.

    *file* is how the channel calls what came along, *digest* where it lies in the store once it was fetched.
    """

    __tablename__ = "handoff_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Encrypted)
    file: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="", server_default="", index=True)
    said_at: Mapped[datetime] = mapped_column(Moment)


async def of(session: AsyncSession, member: Member) -> HandOff | None:
    """Return the open hand-off of *member*."""
    query = select(HandOff).where(HandOff.member_id == member.id, HandOff.state.in_(OPEN))
    return await session.scalar(query.order_by(HandOff.id.desc()).limit(1))


async def ask(
    session: AsyncSession,
    member: Member,
    at: Address,
    *,
    about: str = "",
    urgency: Urgency = "",
    promised: datetime | None,
    now: datetime,
) -> HandOff:
    """Ask for a person; who is waiting already keeps the place, and only gains in urgency."""
    found = await of(session, member)
    if found is None:
        found = HandOff(
            member_id=member.id,
            channel=at.channel,
            address=at.id,
            about=about,
            urgency=urgency,
            promised=promised,
            asked_at=now,
            state="waiting",
            phone=None,
            bot_answers=False,
            late_told=False,
        )
        session.add(found)
        await session.flush()
    found.urgency = min((u for u in (found.urgency, urgency) if u), default="")
    found.about = found.about or about
    found.bot_answers = False
    return found


async def note(session: AsyncSession, handoff: HandOff, said: Incoming, *, now: datetime) -> None:
    """Put what the member said with the hand-off, for the colleague to read; one that was put off is back."""
    handoff.snoozed_until = None
    session.add(
        HandOffLine(
            handoff_id=handoff.id,
            author=MEMBER,
            kind=said.kind,
            text=said.text,
            file=said.file,
            digest=await sent.receive(session, said, by=handoff.member_id, now=now),
            said_at=now,
        )
    )


def take(handoff: HandOff, staff: str, *, now: datetime) -> None:
    """Let *staff* speak with the member; from now on only they do.

    Raises Refused when somebody else has taken it or it is closed.
    """
    if handoff.state != "waiting":
        raise Refused("taken")
    handoff.state, handoff.taken_by, handoff.taken_at = "taken", staff, now


def reply(
    session: AsyncSession,
    handoff: HandOff,
    staff: str,
    text: str,
    *,
    kind: Kind = "text",
    digest: str = "",
    now: datetime,
) -> None:
    """Keep what *staff* says, or the name of the file they send.

    Raises Refused: not_yours, reply_missing, reply_long.
    """
    if handoff.state != "taken" or handoff.taken_by != staff:
        raise Refused("not_yours")
    _add(session, handoff, staff, kind, text, digest, now)


def remark(session: AsyncSession, handoff: HandOff, staff: str, text: str, *, now: datetime) -> None:
    """Keep what *staff* notes for colleagues; the member never reads it.

    Raises Refused: reply_missing, reply_long.
    """
    _add(session, handoff, staff, NOTE, text, "", now)


def _add(
    session: AsyncSession, handoff: HandOff, author: str, kind: str, text: str, digest: str, now: datetime
) -> None:
    if not text:
        raise Refused("reply_missing")
    if len(text) > LONGEST:
        raise Refused("reply_long")
    session.add(
        HandOffLine(
            handoff_id=handoff.id, author=author, kind=kind, text=text, file="", digest=digest, said_at=now
        )
    )  # fmt: skip


def close(handoff: HandOff, *, now: datetime) -> None:
    """End the hand-off; a second time changes nothing."""
    if handoff.state in OPEN:
        handoff.state, handoff.closed_at, handoff.snoozed_until = "closed", now, None


def in_danger(now: datetime) -> Select[int]:
    """Select the ids of members in danger, or who were so less than a day ago."""
    since = now - SPARED
    recent = or_(HandOff.state.in_(OPEN), HandOff.asked_at > since, HandOff.closed_at > since)
    return select(HandOff.member_id).where(HandOff.urgency == "P0", recent)


async def late(session: AsyncSession, *, now: datetime, limit: int = 100) -> list[HandOff]:
    """Return the hand-offs whose promise has passed and whose member was not yet told."""
    query = select(HandOff).where(
        HandOff.state == "waiting", HandOff.promised < now, HandOff.late_told.is_(False)
    )
    return list(
        await session.scalars(query.order_by(HandOff.id).limit(limit).with_for_update(skip_locked=True))
    )


async def unfetched(session: AsyncSession) -> list[HandOffLine]:
    """Return lines of open hand-offs whose file still lies with the channel only."""
    query = select(HandOffLine).join(HandOff).where(HandOff.state.in_(OPEN))
    query = query.where(HandOffLine.file != "", HandOffLine.digest == "", HandOffLine.kind.in_(FILES))
    return list(await session.scalars(query.order_by(HandOffLine.id).limit(AT_ONCE)))


async def fetched(session: AsyncSession, number: int, kept: Kept | None, *, now: datetime) -> None:
    """Write down where the file of a line lies now; None when it can never be had."""
    line = await session.get(HandOffLine, number)
    if line is not None:  # the member may have wanted it forgotten meanwhile
        handoff = await session.get_one(HandOff, line.handoff_id)
        await sent.settle(session, line, kept, by=handoff.member_id, now=now)


async def numbers(session: AsyncSession, member: Member) -> list[int]:
    """Return the numbers of *member*'s hand-offs."""
    return list(await session.scalars(select(HandOff.id).where(HandOff.member_id == member.id)))


async def count(session: AsyncSession, member: Member) -> int:
    """Count the lines kept of *member*'s hand-offs, without what colleagues noted for themselves."""
    query = select(func.count()).select_from(HandOffLine).join(HandOff)
    query = query.where(HandOff.member_id == member.id, HandOffLine.kind != NOTE)
    return await session.scalar(query) or 0


async def digests(session: AsyncSession, member: Member) -> dict[str, str]:
    """Return what was sent in *member*'s hand-offs and lies in the store, each with a name."""
    query = select(HandOffLine.digest, HandOffLine.text).join(HandOff)
    query = query.where(HandOff.member_id == member.id, HandOffLine.digest != "")
    return {line.digest: line.text for line in await session.execute(query)}


async def erase(session: AsyncSession, member: Member) -> None:
    """Delete what was said in *member*'s closed hand-offs, and their phone; an open one stays until it ends."""
    closed = select(HandOff.id).where(HandOff.member_id == member.id, HandOff.state == "closed")
    await session.execute(delete(HandOffLine).where(HandOffLine.handoff_id.in_(closed)))
    await session.execute(delete(HandOff).where(HandOff.member_id == member.id, HandOff.state == "closed"))


async def waiting(session: AsyncSession) -> int:
    """Count the hand-offs that nobody has taken."""
    return await session.scalar(select(func.count()).where(HandOff.state == "waiting")) or 0


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(update(HandOff).where(HandOff.member_id == other.id).values(member_id=keep.id))
