"""Events in the content: an entry that staff write is checked with all the rest, kept and published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content, ContentError
from models import content
from models.base import Refused
from models.content import ProgrammeRow


async def body(session: AsyncSession, slug: str) -> dict[str, Any] | None:
    """Return what is published of the programme *slug*."""
    row = await session.get(ProgrammeRow, slug)
    return dict(row.body) if row else None


async def free_slug(session: AsyncSession, wish: str) -> str:
    """Return *wish*, or the next of its kind that no programme has."""
    taken = set(await session.scalars(select(ProgrammeRow.key).where(ProgrammeRow.key.startswith(wish))))
    return next(name for name in (wish, *(f"{wish}-{n}" for n in range(2, 99))) if name not in taken)


async def keep(
    session: AsyncSession, bodies: Mapping[str, Mapping[str, Any]], *, by: str, now: datetime
) -> tuple[Content, Content]:
    """Put *bodies*, by slug, in the place of what was published; return the content before and after.

    Raises Refused: event_wrong, when the whole would no longer hold together; nothing may be kept then.
    """
    before = after = await content.published(session)
    try:
        for slug, said in bodies.items():
            after = await content.save(session, "programmes", slug, said, by=by, now=now)
    except ContentError as error:
        raise Refused("event_wrong") from error
    return before, after
