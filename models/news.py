"""The notices that a member got, to be read again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import notice_lines
from models.members import Member
from models.notices import CANCELLED, Notice
from models.outbox import Letter

LOOKED_BACK, MOST = timedelta(days=30), 5


async def recent(session: AsyncSession, member: Member, *, now: datetime) -> list[Notice]:
    """Return the last notices of thirty days that *member* got, the newest first."""
    query = _got(member).where(Letter.settled_at > now - LOOKED_BACK)
    return list(await session.scalars(query.order_by(Letter.id.desc()).limit(MOST)))


async def one(session: AsyncSession, member: Member, number: int) -> Notice | None:
    """Return a notice that *member* got, unless it was called back."""
    return await session.scalar(_got(member).where(Notice.id == number))


async def line(session: AsyncSession, member: Member, notice: Notice) -> Mapping[str, str]:
    """Return what the sheet of *notice* says of *member*."""
    return (await notice_lines.of(session, notice.id, [member.id])).get(member.id, {})


def _got(member: Member) -> Select[Notice]:
    mine = (Letter.member_id == member.id, Letter.state == "sent", Notice.state != CANCELLED)
    return select(Notice).join(Letter, Letter.notice_id == Notice.id).where(*mine, ~Notice.removes)
