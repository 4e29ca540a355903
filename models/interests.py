"""Who wants to hear of a programme once there is something to tell."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.members import Member, moves_along


class Interest(Base):
    """A member's wish to be told of one programme; *told* is the last stage of it that they know."""

    __tablename__ = "interests"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True, index=True)
    told: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime] = mapped_column(Moment)


async def note(
    session: AsyncSession, member: Member, programme: str, *, told: str, now: datetime
) -> Interest:
    """Keep the wish; asking twice keeps one."""
    found = await session.get(Interest, (member.id, programme))
    if found is None:
        found = Interest(member_id=member.id, programme=programme, told=told, since=now)
        session.add(found)
    return found


async def forget(session: AsyncSession, member: Member, programme: str) -> None:
    """Drop the wish."""
    await session.execute(
        delete(Interest).where(Interest.member_id == member.id, Interest.programme == programme)
    )


async def forget_all(session: AsyncSession, member: Member) -> None:
    """Drop every wish of *member*."""
    await session.execute(delete(Interest).where(Interest.member_id == member.id))


async def of(session: AsyncSession, member: Member) -> list[Interest]:
    """Return the wishes of *member*, the oldest first."""
    query = select(Interest).where(Interest.member_id == member.id)
    return list(await session.scalars(query.order_by(Interest.since, Interest.programme)))


async def behind(session: AsyncSession, stages: Mapping[str, str]) -> list[tuple[Interest, Member]]:
    """Return the wishes for a programme whose stage (by slug in *stages*) the member was not yet told."""
    query = select(Interest, Member).join(Member).where(Interest.programme.in_(stages))
    rows = await session.execute(
        query.order_by(Interest.member_id).with_for_update(of=Interest, skip_locked=True)
    )
    return [(wish, member) for wish, member in rows if wish.told != stages[wish.programme]]


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    for wish in await of(session, keep):
        await forget(session, other, wish.programme)
    theirs = update(Interest).where(Interest.member_id == other.id).values(member_id=keep.id)
    await session.execute(theirs, execution_options={"synchronize_session": False})
