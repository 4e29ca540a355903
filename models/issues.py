"""Back issues: the news that went to all who wanted it, open to everybody afterwards."""

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.notices import Audience
from models.notices import DONE, Notice

PAGE = 20
TOPICS = ("activities", "training", "law", "journal")
"""The topics that are shown to anybody; aid is between the federation and those who need it."""
_NARROWING = tuple(name for name in Audience.model_fields if name not in ("everybody", "topics"))


async def listed(session: AsyncSession, *, before: int = 0) -> list[Notice]:
    """Return a page of back issues, the newest first, older than *before*."""
    query = _public().order_by(Notice.id.desc()).limit(PAGE)
    return list(await session.scalars(query.where(Notice.id < before) if before else query))


async def one(session: AsyncSession, number: int) -> Notice | None:
    """Return the back issue of that number."""
    return await session.scalar(_public().where(Notice.id == number))


def _public() -> Select[Notice]:
    """Select the news that is over and was narrowed to nobody: for everybody, or for those who want its own topic."""
    topic, second = (Notice.audience[("topics", place)].as_string() for place in (0, 1))
    wide = [Notice.audience[name].as_string().is_(None) for name in _NARROWING]
    own = or_(topic.is_(None), and_(topic == Notice.topic, second.is_(None)))
    over = (
        Notice.state == DONE,
        Notice.kind == "news",
        Notice.topic.in_(TOPICS),
        Notice.recurrence.is_(None),
    )
    return select(Notice).where(*over, *wide, own)
