"""The works of a contest as staff look at them: by number, a page at a time."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.works import Work

PAGE = 48
"""So many stand in rows of two, three, four and six."""


async def count(session: AsyncSession, event: str) -> int:
    """Return how many works are in the contest now."""
    query = select(func.count()).where(Work.event == event, Work.state == "entered")
    return await session.scalar(query) or 0


async def page(session: AsyncSession, event: str, *, after: int = 0) -> list[Work]:
    """Return one more than a page of the works, from the number *after* on."""
    query = select(Work).where(Work.event == event, Work.state == "entered", Work.number > after)
    return list(await session.scalars(query.order_by(Work.number).limit(PAGE + 1)))


async def one(session: AsyncSession, event: str, key: int) -> Work | None:
    """Return the work with the id *key*, if it is one of *event*."""
    return await session.scalar(select(Work).where(Work.id == key, Work.event == event))
