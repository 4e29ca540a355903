"""What members sent and nobody needs: it is deleted from the store after some days."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.files import RECEIVED, File
from models.handoffs import HandOffLine
from models.works import Work

CLEANED = 100


async def unneeded(session: AsyncSession, *, before: datetime) -> list[str]:
    """Return contents that were received before then and belong to no work and no talk with a colleague, to delete from the store."""
    of_work = exists().where(
        or_(*(column == File.hash for column in (Work.original, Work.shown, Work.thumbnail)))
    )
    of_talk = exists().where(HandOffLine.digest == File.hash)
    query = select(File.hash).where(File.purpose == RECEIVED, File.at < before, ~of_work, ~of_talk)
    return list(await session.scalars(query.order_by(File.hash).limit(CLEANED)))


async def forget(session: AsyncSession, hashes: Sequence[str]) -> None:
    """Forget contents that the store has deleted."""
    await session.execute(delete(File).where(File.hash.in_(hashes), File.purpose == RECEIVED))
