"""Proposals as colleagues see them: a list, one of them, what is to be answered soon, and figures by year."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.proposals import ANSWERED, OPEN, WITHDRAWN, Proposal
from models.quiet import BEIJING
from models.rights import Scope

PAGE, SOON, TOLD = 50, timedelta(days=5), timedelta(days=25)
"""How long before its day a proposal is called soon, and how long after it colleagues may still be told; letters are kept longer."""


class Row(NamedTuple):
    """What the list tells of a proposal."""

    id: int
    number: str
    title: str
    delegate: bool
    union: str
    state: str
    office: str
    at: datetime
    promised: datetime


class Year(NamedTuple):
    """How many proposals of a year there were, and what became of them."""

    year: int
    received: int
    answered: int
    in_time: int
    withdrawn: int


async def listed(session: AsyncSession, scope: Scope, state: str, *, page: int) -> Sequence[Row]:
    """Return a page of proposals and one more: of that *state*, or all that wait for an answer; what is due first comes first."""
    query: Select[*tuple[Any, ...]] = select(*(getattr(Proposal, name) for name in Row._fields))
    query = query.where(Proposal.state == state if state else Proposal.state.in_(OPEN))
    query = scope.narrow(query, Proposal.union, Proposal.area).order_by(Proposal.promised, Proposal.id)
    return [Row(*row) for row in await session.execute(query.offset(page * PAGE).limit(PAGE + 1))]


async def one(session: AsyncSession, scope: Scope, number: int) -> Proposal | None:
    """Return the proposal of that *number*, for this transaction alone, if it lies within *scope*."""
    query = scope.narrow(select(Proposal), Proposal.union, Proposal.area)
    found: Proposal | None = await session.scalar(query.where(Proposal.id == number).with_for_update())
    return found


async def waiting(session: AsyncSession, scope: Scope, *, now: datetime) -> tuple[int, int]:
    """Count the proposals that wait for an answer, and those of them whose day has passed."""
    late = func.count(Proposal.id).filter(Proposal.promised <= now)
    query = select(func.count(Proposal.id), late).where(Proposal.state.in_(OPEN))
    number, passed = (await session.execute(scope.narrow(query, Proposal.union, Proposal.area))).one()
    return number, passed


async def due(session: AsyncSession, *, now: datetime) -> list[Proposal]:
    """Return what is to be answered within five days, or has been late for less than 25."""
    query = select(Proposal).where(
        Proposal.state.in_(OPEN), Proposal.promised <= now + SOON, Proposal.promised > now - TOLD
    )
    return list(await session.scalars(query.order_by(Proposal.id)))


async def years(session: AsyncSession, scope: Scope) -> list[Year]:
    """Return the figures of each year, the newest first."""
    query = scope.narrow(
        select(Proposal.at, Proposal.state, Proposal.ended_at, Proposal.promised),
        Proposal.union,
        Proposal.area,
    )
    found: dict[int, list[int]] = {}
    for at, state, ended, promised in await session.execute(query):
        counts = found.setdefault(at.astimezone(BEIJING).year, [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += state == ANSWERED
        counts[2] += state == ANSWERED and ended <= promised
        counts[3] += state == WITHDRAWN
    return [Year(year, *found[year]) for year in sorted(found, reverse=True)]
