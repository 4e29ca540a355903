"""The papers of an application: files that the member sends, each for one of the papers that the plan names."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import Paper
from models import files
from models.application_rules import OPEN_CHECKS
from models.applications import Application, ApplicationPaper
from models.base import Refused
from models.files import Kept

PURPOSE = "application"
"""What files of applications are kept for: they stay when others of their age are deleted."""
TAKING = frozenset({*OPEN_CHECKS, "needs_supplement"})
"""States in which papers may still come."""
MOST = 40


async def send(
    session: AsyncSession,
    application: Application,
    paper: str,
    kept: Kept,
    *more: Kept,
    name: str = "",
    now: datetime,
) -> int:
    """Put a file with the application, as one of its papers, *more* being its copies; return how many there are now.

    Raises Refused: paper_late, paper_unknown, paper_full.
    """
    if application.state not in TAKING:
        raise Refused("paper_late")
    if paper and paper not in {one.name for one in application.rules.papers}:
        raise Refused("paper_unknown")
    sent = await of(session, application)
    if len(sent) >= MOST:
        raise Refused("paper_full")
    await files.note(session, kept, *more, by=application.member_id, purpose=PURPOSE, now=now)
    await files.claim(session, kept, *more, purpose=PURPOSE)
    if (paper, kept.hash) not in {(one.paper, one.digest) for one in sent}:
        session.add(
            ApplicationPaper(application_id=application.id, paper=paper, name=name, digest=kept.hash, at=now)
        )
    await session.flush()
    counted = select(func.count()).where(ApplicationPaper.application_id == application.id)
    return await session.scalar(counted) or 0


async def of(session: AsyncSession, application: Application) -> list[ApplicationPaper]:
    """Return the files of an application, in the order in which they were sent."""
    query = select(ApplicationPaper).where(ApplicationPaper.application_id == application.id)
    return list(await session.scalars(query.order_by(ApplicationPaper.id)))


async def missing(session: AsyncSession, application: Application) -> tuple[Paper, ...]:
    """Return the papers that the plan needs and of which nothing has come yet."""
    there = {one.paper for one in await of(session, application)}
    return tuple(one for one in application.rules.papers if one.needed and one.name not in there)
