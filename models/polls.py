"""Advisory polls: who has voted is known by a keyed hash only, what they chose only as a count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, Select, Table, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, insert_new, kind_of
from models.crypto import lookup_hash
from models.members import Member
from models.rights import Scope

LEAST, MOST, FLOOR = 2, 8, 3
"""How many answers a poll has at least and at most, and under how many votes its shares are not told."""
QUESTION_LENGTH, ANSWER_LENGTH, PAGE, RECENT = 100, 20, 50, timedelta(days=30)
"""How long the words may be, how many polls a page of the list shows, and how long after its end members find a result."""


class Poll(Base):
    """One question with its *answers*; open until *closes*. It advises, it decides nothing."""

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    answers: Mapped[list[Any]] = mapped_column(JSON)
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    opens: Mapped[datetime] = mapped_column(Moment)
    closes: Mapped[datetime] = mapped_column(Moment)


class PollCount(Base):
    """How often one answer was chosen."""

    __tablename__ = "poll_counts"

    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    answer: Mapped[int] = mapped_column(primary_key=True)
    votes: Mapped[int] = mapped_column(default=0)


class PollVoter(Base):
    """That somebody has voted, so that nobody votes twice: a hash, without a time and in no order of votes."""

    __tablename__ = "poll_voters"
    __table_args__ = (UniqueConstraint("poll_id", "voter"),)

    voter: Mapped[str] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)


async def open_poll(
    session: AsyncSession,
    question: str,
    answers: Sequence[str],
    *,
    by: str,
    opens: datetime,
    closes: datetime,
    union: str = "",
    area: str = "",
) -> Poll:
    """Ask members for their opinion.

    Raises Refused: poll_answers, poll_time.
    """
    if not 0 < len(question) <= QUESTION_LENGTH or not LEAST <= len(set(answers)) == len(answers) <= MOST:
        raise Refused("poll_answers")
    if not all(0 < len(answer) <= ANSWER_LENGTH for answer in answers):
        raise Refused("poll_answers")
    if closes <= opens:
        raise Refused("poll_time")
    poll = Poll(
        question=question, answers=list(answers), by=by, opens=opens, closes=closes, union=union, area=area
    )
    session.add(poll)
    await session.flush()
    session.add_all(PollCount(poll_id=poll.id, answer=number, votes=0) for number in range(len(answers)))
    await session.flush()
    return poll


async def vote(session: AsyncSession, poll: Poll, member: Member, answer: int, *, now: datetime) -> None:
    """Count one vote of *member*; which it was is not kept.

    Raises Refused: poll_others, poll_closed, poll_answers, poll_voted.
    """
    refuse_others(poll, member)
    if not poll.opens <= now < poll.closes:
        raise Refused("poll_closed")
    if not 0 <= answer < len(poll.answers):
        raise Refused("poll_answers")
    new = insert_new(kind_of(session), cast(Table, PollVoter.__table__), ("poll_id", "voter"), ("voter",))
    if not list(await session.execute(new, [{"poll_id": poll.id, "voter": _voter(poll, member)}])):
        raise Refused("poll_voted")
    mine = update(PollCount).where(PollCount.poll_id == poll.id, PollCount.answer == answer)
    await session.execute(mine.values(votes=PollCount.votes + 1))


def refuse_others(poll: Poll, member: Member) -> None:
    """Refuse who is not asked.

    Raises Refused: poll_others.
    """
    if poll.union not in {"", member.union_name} or poll.area not in {"", member.area}:
        raise Refused("poll_others")


def close(poll: Poll, *, now: datetime) -> None:
    """End a poll now; nobody can open it again.

    Raises Refused: poll_closed.
    """
    if not poll.opens < now < poll.closes:
        raise Refused("poll_closed")
    poll.closes = now


async def has_voted(session: AsyncSession, poll: Poll, member: Member) -> bool:
    """Say whether *member* has voted; not what."""
    return await session.get(PollVoter, (_voter(poll, member), poll.id)) is not None


async def shares(session: AsyncSession, poll: Poll, *, now: datetime) -> list[tuple[str, int]] | None:
    """Return each answer with its share in whole percent once it is closed; None before, or when too few have voted."""
    if now < poll.closes:
        return None
    rows = await session.execute(
        select(PollCount.answer, PollCount.votes).where(PollCount.poll_id == poll.id)
    )
    votes = {row.answer: row.votes for row in rows}
    total = sum(votes.values())
    if total < FLOOR:
        return None
    return [(answer, round(100 * votes[number] / total)) for number, answer in enumerate(poll.answers)]


async def turnout(session: AsyncSession, poll: Poll) -> int:
    """Count who has voted."""
    return await session.scalar(select(func.count()).where(PollVoter.poll_id == poll.id)) or 0


async def running(session: AsyncSession, member: Member, *, now: datetime) -> list[Poll]:
    """Return the polls that ask *member* now, the one that ends first first."""
    query = _for(member).where(Poll.opens <= now, Poll.closes > now)
    return list(await session.scalars(query.order_by(Poll.closes, Poll.id)))


async def ended(session: AsyncSession, member: Member, *, now: datetime) -> list[Poll]:
    """Return the polls that have asked *member* and ended within the last 30 days, the last one first."""
    query = _for(member).where(Poll.closes <= now, Poll.closes > now - RECENT)
    return list(await session.scalars(query.order_by(Poll.closes.desc(), Poll.id)))


async def listed(session: AsyncSession, scope: Scope, *, page: int) -> list[Poll]:
    """Return a page of the polls within *scope* and one more, the newest first."""
    query = scope.narrow(select(Poll), Poll.union, Poll.area).order_by(Poll.id.desc())
    return list(await session.scalars(query.offset(page * PAGE).limit(PAGE + 1)))


async def one(session: AsyncSession, scope: Scope, number: int) -> Poll | None:
    """Return the poll of that *number*, if it lies within *scope*."""
    query = scope.narrow(select(Poll).where(Poll.id == number), Poll.union, Poll.area)
    found: Poll | None = await session.scalar(query)
    return found


def _for(member: Member) -> Select[Poll]:
    query = select(Poll)
    return query.where(Poll.union.in_(("", member.union_name)), Poll.area.in_(("", member.area)))


def _voter(poll: Poll, member: Member) -> str:
    return lookup_hash(f"poll:{poll.id}:{member.id}")
