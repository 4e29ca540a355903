"""Consent to work on a case, and what its withdrawal leaves behind: a step that everybody who works on it sees."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import cases, consents
from models.cases import MEMBER, Case, CaseStep
from models.consents import CASE
from models.members import Member
from models.messages import Address
from models.staff import Staff

STEP, GIVEN, WITHDRAWN = "consent", "given", "withdrawn"


async def holds(session: AsyncSession, member: Member, kind: str, number: str) -> bool:
    """Say whether *member* agrees now to one purpose, such as `case_sharing`, for the case of that number."""
    return f"{kind}:{number}" in {found.purpose for found in await consents.of(session, member)}


async def numbers(session: AsyncSession, member: Member, staff: Staff) -> list[str]:
    """Return the numbers of the cases of *member* that *staff* works on."""
    query = select(Case.number).where(Case.member_id == member.id, Case.id.in_(cases.read_by(staff)))
    return list(await session.scalars(query))


async def take_back(session: AsyncSession, member: Member, purpose: str, *, now: datetime) -> Case | None:
    """Write down that *member* no longer agrees to *purpose*, and return its case; None when there is nothing to take back.

    Who no longer wants the case worked on takes everything about it back.
    """
    kind, _, number = purpose.partition(":")
    query = select(Case).where(Case.number == number, Case.member_id == member.id)
    case = await session.scalar(query.with_for_update())
    given = [
        found
        for found in await consents.of(session, member)
        if found.purpose == purpose or (kind == CASE and found.about == number)
    ]
    if case is None or not given:
        return None
    for found in given:
        found.withdrawn_at = now
        told = {"kind": STEP, "before": f"{found.kind} {GIVEN}", "after": f"{found.kind} {WITHDRAWN}"}
        session.add(CaseStep(case_id=case.id, by=MEMBER, reason="", at=now, **told))
    return case


async def reached(session: AsyncSession, case: Case) -> list[Address]:
    """Return where those who work on *case* are told that something happened."""
    return [Address(one.channel, one.address) for one in await cases.workers(session, case) if one.channel]
