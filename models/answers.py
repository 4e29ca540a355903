"""Answers to notices: who pressed which of their buttons."""

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, insert_new, kind_of
from models.members import Member, moves_along
from models.notices import Notice
from models.outbox import Letter

PREFIX = "n:"
"""Marks the button of a notice: its number and the action follow."""
DIGITS = 9
"""No notice has a longer number; whoever presses may send any."""
GOT = ("sent", "leased", "unknown")
"""The states of a letter that was got: a press may be quicker than its channel's answer."""


class NoticeAnswer(Base):
    """The first press of one button of a notice by one member."""

    __tablename__ = "notice_answers"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


def marked(notice: int, action: str) -> str:
    """Return *action* as the button of a notice says it."""
    return f"{PREFIX}{notice}:{action}"


async def heard(session: AsyncSession, member: Member, value: str, *, now: datetime) -> str:
    """Note the press of a notice's button by a member who got it, once, and return the action that it stands for."""
    number, _, action = value.removeprefix(PREFIX).partition(":")
    if number.isdecimal() and len(number) <= DIGITS and action in await _under(session, member, int(number)):
        row = {"notice_id": int(number), "member_id": member.id, "action": action, "at": now}
        table = cast(Table, NoticeAnswer.__table__)
        await session.execute(insert_new(kind_of(session), table, ("notice_id", "member_id", "action")), row)
    return action


async def _under(session: AsyncSession, member: Member, number: int) -> list[str]:
    """Return the actions under a notice that *member* got, or may have got."""
    query = select(Notice.choices).join(Letter, Letter.notice_id == Notice.id)
    mine = (Notice.id == number, Letter.member_id == member.id, Letter.state.in_(GOT))
    return [button.get("to", "") for button in await session.scalar(query.where(*mine)) or ()]


async def counts(session: AsyncSession, notice: int) -> dict[str, int]:
    """Return how many members pressed each button."""
    query = select(NoticeAnswer.action, func.count()).where(NoticeAnswer.notice_id == notice)
    rows = await session.execute(query.group_by(NoticeAnswer.action).order_by(NoticeAnswer.action))
    return dict(rows.all())


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    """Bring the answers along; what both pressed is kept once."""
    both = select(NoticeAnswer.notice_id, NoticeAnswer.action).where(NoticeAnswer.member_id == keep.id)
    for notice, action in list(await session.execute(both)):
        mine = (NoticeAnswer.notice_id == notice, NoticeAnswer.action == action)
        await session.execute(delete(NoticeAnswer).where(NoticeAnswer.member_id == other.id, *mine))
    theirs = update(NoticeAnswer).where(NoticeAnswer.member_id == other.id)
    await session.execute(theirs.values(member_id=keep.id))
