"""What is kept of a member's applications and proposals: told to them, held while it is under way, forgotten."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import applications, proposals, staff
from models.application_states import ApplicationBar
from models.application_watch import DECIDING
from models.applications import Application, ApplicationPaper, ApplicationStep
from models.members import Member
from models.objections import Objection
from models.payments import PaymentLine
from models.proposals import OPEN, Proposal
from models.rights import Scope
from models.sheets_out import Cell
from models.staff import Staff

Row = Sequence[Cell]


async def rows(session: AsyncSession, member: Member, *, reader: Staff | None = None) -> AsyncIterator[Row]:
    """Yield everything about the applications and proposals of *member*, but what others hold against them.

    A colleague as *reader* gets only the applications that they may check or decide.
    """
    seen = (await staff.rights(session, reader)).scope(DECIDING) if reader else None
    mine = _of(member, seen)
    for one in await session.scalars(select(Application).where(mine).order_by(Application.id.desc())):
        told = (one.number, one.slug, one.state, one.amount, one.name, one.phone, one.account, one.relatives, one.union, one.area)  # fmt: skip
        yield "申请", " ".join(said for said in told if said), one.submitted_at
        answers = "；".join(f"{name} {said}" for name, said in one.answers.items() if said)
        if answers:
            yield "申请里填的", f"{one.number}：{answers}", one.submitted_at
    steps = select(ApplicationStep, Application.number).join(Application)
    told_of = steps.where(mine).order_by(ApplicationStep.id)
    for step, number in await session.execute(told_of):
        yield "申请办到", f"{number}：{step.after} {step.reason}".strip(), step.at
    papers = select(ApplicationPaper).join(Application).where(mine)
    for paper in await session.scalars(papers.order_by(ApplicationPaper.id)):
        yield "申请的材料", f"{paper.paper} {paper.name}".strip(), paper.at
    lines = select(PaymentLine).join(Application).where(mine)
    for line in await session.scalars(lines.order_by(PaymentLine.id)):
        paid = (f"{line.amount}元", line.account, line.state, line.reason)
        yield "付款", " ".join(said for said in paid if said), line.settled_at
    for proposal in await proposals.of(session, member):
        yield "建议", f"{proposal.number} {proposal.title}：{proposal.text}", proposal.at
        if proposal.answer:
            yield "建议的答复", f"{proposal.number}：{proposal.answer}", proposal.ended_at


async def files(session: AsyncSession, member: Member) -> dict[str, str]:
    """Return the contents that *member* handed in with applications, each with a name."""
    query = select(ApplicationPaper).join(Application).where(Application.member_id == member.id)
    return {paper.digest: paper.name for paper in await session.scalars(query)}


def _of(member: Member, seen: Scope | None) -> ColumnElement[bool]:
    """Return the condition that an application is of *member* and lies within what may be *seen*."""
    near = true() if seen is None or seen.whole else seen.within(Application.union, Application.area)
    return and_(Application.member_id == member.id, near)


async def held(session: AsyncSession, member: Member, *, now: datetime) -> list[str]:
    """Return the numbers of the applications and proposals of *member* that are under way, or may still be appealed."""
    running = [one.number for one in await applications.of(session, member) if _goes_on(one, now)]
    open_ = [one.number for one in await proposals.of(session, member) if one.state in OPEN]
    return running + open_


def _goes_on(one: Application, now: datetime) -> bool:
    appealable = one.state == "rejected" and one.due is not None and one.due > now
    return one.ended_at is None or appealable


async def forget(session: AsyncSession, member: Member, kept: set[str]) -> None:
    """Forget who applied and what was said, but for those *kept*; kind, state, sum and dates stay for the figures."""
    await wipe(session, [one for one in await applications.of(session, member) if one.number not in kept])
    mine = delete(Proposal).where(Proposal.member_id == member.id, Proposal.number.not_in(kept))
    await session.execute(mine)


async def wipe(session: AsyncSession, gone: Sequence[Application]) -> None:
    """Forget who made these applications and what was said; the sums and payments stay, without a name, for the accounts."""
    for one in gone:
        one.name = one.phone = one.account = one.relatives = one.union = one.channel = one.address = ""
        one.answers = {}
    numbers = [one.id for one in gone]
    for table in (ApplicationPaper, ApplicationBar, Objection):
        await session.execute(delete(table).where(table.application_id.in_(numbers)))
    said = update(ApplicationStep).where(ApplicationStep.application_id.in_(numbers))
    await session.execute(said.values(reason=""))
    paid = update(PaymentLine).where(PaymentLine.application_id.in_(numbers))
    await session.execute(paid.values(reason="", account=None))
