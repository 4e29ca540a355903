"""What members sent and nobody needs: it is deleted from the store after some days."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import attachments
from models.applications import ApplicationPaper
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.files import RECEIVED, File
from models.handoffs import HandOffLine
from models.members import Member
from models.works import Work

CLEANED = 100
ABANDONED = datetime(2000, 1, 1, tzinfo=UTC)
"""When something was received that is to go at once."""


async def unneeded(session: AsyncSession, *, before: datetime) -> list[str]:
    """Return contents that were received before then and belong to no work, no case, no application and no talk with a colleague, to delete from the store."""
    of_work = exists().where(
        or_(*(column == File.hash for column in (Work.original, Work.shown, Work.thumbnail)))
    )
    talked = [
        exists().where(table.digest == File.hash)
        for table in (HandOffLine, CaseLine, CasePaper, ApplicationPaper)
    ]
    query = select(File.hash).where(File.purpose == RECEIVED, File.at < before, ~of_work, ~or_(*talked))
    return list(await session.scalars(query.order_by(File.hash).limit(CLEANED)))


async def abandon(session: AsyncSession, member: Member, hashes: Iterable[str]) -> None:
    """Let go of what *member* sent, and of *hashes*."""
    own = File.uploaded_by == member.id
    await let_go(session, [*hashes, *await session.scalars(select(File.hash).where(own))])
    await session.execute(update(File).where(own).values(uploaded_by=None))


async def let_go(session: AsyncSession, hashes: Sequence[str]) -> None:
    """Let contents be deleted from the store as soon as somebody looks, unless somebody else needs them."""
    gone = update(File).where(File.hash.in_(hashes), File.purpose != attachments.PURPOSE)
    await session.execute(gone.values(purpose=RECEIVED, at=ABANDONED))


async def forget(session: AsyncSession, hashes: Sequence[str]) -> None:
    """Forget contents that the store has deleted."""
    await session.execute(delete(File).where(File.hash.in_(hashes), File.purpose == RECEIVED))
