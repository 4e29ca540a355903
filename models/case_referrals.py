"""Passing a case on to those who mediate: asked of the member, who must have agreed to exactly these parties."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import consents
from models.base import Refused
from models.cases import MEMBER, Case, CaseStep
from models.members import Member

SHARING = "case_sharing"
"""The purpose of the consent."""
ASKED, REFERRAL = "sharing", "referral"
"""The kinds of steps: *before* holds the parties, *after* of the first how it was answered."""
WAITS, YES, NO = "asked", "yes", "no"


async def ask(session: AsyncSession, case: Case, parties: Collection[str], *, by: str, now: datetime) -> None:
    """Write down that the member is asked whether their case may be passed on to *parties*.

    Raises Refused: case_over, parties_missing.
    """
    if case.over:
        raise Refused("case_over")
    if not parties:
        raise Refused("parties_missing")
    _step(session, case, ASKED, _keys(parties), WAITS, by=by, now=now)
    await session.flush()


async def asked(session: AsyncSession, case: Case) -> CaseStep | None:
    """Return what the member was asked last; None when they never were."""
    query = select(CaseStep).where(
        CaseStep.case_id == case.id, CaseStep.kind == ASKED, CaseStep.after == WAITS
    )
    return await session.scalar(query.order_by(CaseStep.id.desc()).limit(1))


async def answer(
    session: AsyncSession, case: Case, member: Member, *, agrees: bool, now: datetime
) -> tuple[str, ...]:
    """Write down what the member answered, and return to whom the case may go now.

    Raises Refused: sharing_unasked.
    """
    step = await asked(session, case)
    if step is None or case.over:
        raise Refused("sharing_unasked")
    for found in await consents.of(session, member):
        if found.purpose == f"{SHARING}:{case.number}":
            found.withdrawn_at = now
    if agrees:
        await consents.give(session, member, SHARING, case.number, now=now)
    _step(session, case, ASKED, step.before, YES if agrees else NO, by=MEMBER, now=now)
    return tuple(step.before.split(",")) if agrees else ()


async def allowed(session: AsyncSession, case: Case) -> tuple[str, ...]:
    """Return to whom the member agrees that the case is passed on: to nobody when they took it back, or were asked anew."""
    step = await asked(session, case)
    if step is None:
        return ()
    member = await session.get_one(Member, case.member_id)
    holds = any(
        found.purpose == f"{SHARING}:{case.number}" and found.given_at >= step.at
        for found in await consents.of(session, member)
    )
    return tuple(step.before.split(",")) if holds else ()


async def refer(
    session: AsyncSession, case: Case, parties: Collection[str], *, by: str, reason: str, now: datetime
) -> None:
    """Write down that the case was passed on.

    Raises Refused: case_over, parties_missing, sharing_missing.
    """
    if case.over:
        raise Refused("case_over")
    if not parties:
        raise Refused("parties_missing")
    if not set(parties) <= set(await allowed(session, case)):
        raise Refused("sharing_missing")
    _step(session, case, REFERRAL, _keys(parties), "", by=by, reason=reason, now=now)


async def steps(session: AsyncSession, case: Case) -> list[CaseStep]:
    """Return what happened to a case, the last first."""
    query = select(CaseStep).where(CaseStep.case_id == case.id)
    return list(await session.scalars(query.order_by(CaseStep.id.desc())))


def _keys(parties: Collection[str]) -> str:
    return ",".join(sorted(set(parties)))


def _step(
    session: AsyncSession,
    case: Case,
    kind: str,
    before: str,
    after: str,
    *,
    by: str,
    reason: str = "",
    now: datetime,
) -> None:
    step = CaseStep(case_id=case.id, kind=kind, before=before, after=after, by=by, reason=reason, at=now)
    session.add(step)
