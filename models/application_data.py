"""What is kept of a member's applications and proposals: told to them, held while it is under way, forgotten."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import applications, proposals
from models.application_states import ApplicationBar
from models.applications import ENDED, Application, ApplicationPaper, ApplicationStep
from models.members import Member
from models.objections import Objection
from models.payments import PaymentLine
from models.proposals import OPEN, Proposal
from models.sheets_out import Cell

Row = Sequence[Cell]


async def rows(session: AsyncSession, member: Member) -> AsyncIterator[Row]:
    """Yield everything about the applications and proposals of *member*, but what others hold against them."""
    for one in await applications.of(session, member):
        told = (one.number, one.slug, one.state, one.amount, one.name, one.phone, one.account, one.relatives, one.union, one.area)  # fmt: skip
        yield "申请", " ".join(said for said in told if said), one.submitted_at
        answers = "；".join(f"{name} {said}" for name, said in one.answers.items() if said)
        yield "申请里填的", f"{one.number}：{answers}", one.submitted_at
    steps = select(ApplicationStep, Application.number).join(Application)
    told_of = steps.where(Application.member_id == member.id).order_by(ApplicationStep.id)
    for step, number in await session.execute(told_of):
        yield "申请办到", f"{number}：{step.after} {step.reason}".strip(), step.at
    papers = select(ApplicationPaper).join(Application).where(Application.member_id == member.id)
    for paper in await session.scalars(papers.order_by(ApplicationPaper.id)):
        yield "申请的材料", f"{paper.paper} {paper.name}".strip(), paper.at
    lines = select(PaymentLine).join(Application).where(Application.member_id == member.id)
    for line in await session.scalars(lines.order_by(PaymentLine.id)):
        yield "付款", f"{line.amount}元 {line.state} {line.reason}".strip(), line.settled_at
    for proposal in await proposals.of(session, member):
        yield "建议", f"{proposal.number} {proposal.title}：{proposal.text}", proposal.at
        yield "建议的答复", f"{proposal.number}：{proposal.answer}", proposal.ended_at


async def files(session: AsyncSession, member: Member) -> dict[str, str]:
    """Return the contents that *member* handed in with applications, each with a name."""
    query = select(ApplicationPaper).join(Application).where(Application.member_id == member.id)
    return {paper.digest: paper.name for paper in await session.scalars(query)}


async def held(session: AsyncSession, member: Member) -> list[str]:
    """Return the numbers of the applications and proposals of *member* that are under way."""
    running = [one.number for one in await applications.of(session, member) if one.state not in ENDED]
    open_ = [one.number for one in await proposals.of(session, member) if one.state in OPEN]
    return running + open_


async def forget(session: AsyncSession, member: Member, kept: set[str]) -> None:
    """Forget who applied and what was said, but for those *kept*; kind, state, sum and dates stay for the figures."""
    gone = [one for one in await applications.of(session, member) if one.number not in kept]
    for one in gone:
        one.name = one.phone = one.account = one.relatives = one.union = one.channel = one.address = ""
        one.answers = {}
    numbers = [one.id for one in gone]
    for table in (ApplicationPaper, ApplicationBar, Objection):
        await session.execute(delete(table).where(table.application_id.in_(numbers)))
    for written in (ApplicationStep, PaymentLine):
        await session.execute(update(written).where(written.application_id.in_(numbers)).values(reason=""))
    mine = delete(Proposal).where(Proposal.member_id == member.id, Proposal.number.not_in(kept))
    await session.execute(mine)
