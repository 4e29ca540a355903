"""What is kept of a member's cases: told to them, held while it is needed, and forgotten."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.appointments import Appointment
from models.case_deadlines import CaseDeadline
from models.case_lines import NOTE, CaseLine
from models.case_papers import CasePaper
from models.cases import MEMBER, OVER, Case, CaseStep, read_by
from models.members import Member
from models.sheets_out import Cell
from models.staff import Staff

Row = Sequence[Cell]
_T = TypeVar("_T", CaseStep, CaseLine, CasePaper, CaseDeadline, Appointment)
STEPS = {"state": "案件状态", "urgency": "案件急缓", "consent": "案件同意"}


async def rows(session: AsyncSession, member: Member, *, reader: Staff | None = None) -> AsyncIterator[Row]:
    """Yield everything about the cases of *member* but what colleagues noted among themselves.

    A colleague as *reader* gets only the cases that they work on.
    """
    mine = and_(Case.member_id == member.id, Case.id.in_(read_by(reader)) if reader else true())
    for case in await session.scalars(select(Case).where(mine).order_by(Case.id)):
        told = [
            case.number,
            case.topic,
            case.state,
            case.name,
            case.phone,
            case.employer,
            case.union,
            case.area,
        ]
        facts = [f"{name} {said}" for name, said in case.facts.items() if said]
        yield "案件", " ".join(one for one in (*told, case.result, case.rating) if one), case.opened_at
        if facts:
            yield "案件里填的", f"{case.number}：{'；'.join(facts)}", case.opened_at
    async for row in _around(session, mine):
        yield row


async def _around(session: AsyncSession, mine: ColumnElement[bool]) -> AsyncIterator[Row]:
    for number, step in await session.execute(_of(CaseStep, mine)):
        yield (
            STEPS.get(step.kind, step.kind),
            f"{number}：{step.before} → {step.after} {step.reason}".strip(),
            step.at,
        )
    for number, line in await session.execute(_of(CaseLine, mine).where(CaseLine.kind != NOTE)):
        yield (
            "案件里说的话",
            f"{number} {'我' if line.author == MEMBER else '同事'}：{line.text}",
            line.said_at,
        )
    for number, paper in await session.execute(_of(CasePaper, mine)):
        yield "案件材料", f"{number}：{paper.paper} {paper.standing} {paper.name}".strip(), paper.at
    for number, deadline in await session.execute(_of(CaseDeadline, mine)):
        day = f"{deadline.safe_day:%Y-%m-%d}"
        yield "案件期限", f"{number}：{deadline.kind} {day} {deadline.note}".strip(), deadline.met_at
    for number, meeting in await session.execute(_of(Appointment, mine)):
        yield "约见", f"{number}：{meeting.state} {meeting.place} {meeting.note}".strip(), meeting.starts_at


def _of(table: type[_T], mine: ColumnElement[bool]) -> Select[str, _T]:
    query = select(Case.number, table).join(Case, Case.id == table.case_id)
    return query.where(mine).order_by(table.id)


async def held(session: AsyncSession, member: Member, *, today: date) -> list[tuple[Case, date | None]]:
    """Return the cases of *member* that go on or have a deadline ahead, each with its last day, None while it is open."""
    ahead = (CaseDeadline.case_id == Case.id, CaseDeadline.met_at.is_(None), CaseDeadline.last_day >= today)
    last = select(func.max(CaseDeadline.last_day)).where(*ahead).scalar_subquery()
    query = select(Case, last).where(
        Case.member_id == member.id, or_(Case.state.not_in(OVER), exists().where(*ahead))
    )
    return [(row[0], row[1]) for row in await session.execute(query.order_by(Case.id))]


async def files(session: AsyncSession, member: Member) -> dict[str, str]:
    """Return the contents that belong to the cases of *member*, each with a name."""
    papers = select(CasePaper.digest, CasePaper.name).join(Case, Case.id == CasePaper.case_id)
    lines = select(CaseLine.digest, CaseLine.text.label("name")).join(Case, Case.id == CaseLine.case_id)
    mine = Case.member_id == member.id
    found = await session.execute(papers.where(mine, CasePaper.digest != ""))
    said = await session.execute(lines.where(mine, CaseLine.digest != ""))
    return {file.digest: file.name for file in (*found, *said)}


async def digests(session: AsyncSession, case: Case) -> list[str]:
    """Return the contents that were sent for *case*."""
    papers = select(CasePaper.digest).where(CasePaper.case_id == case.id, CasePaper.digest != "")
    lines = select(CaseLine.digest).where(CaseLine.case_id == case.id, CaseLine.digest != "")
    return [*await session.scalars(papers), *await session.scalars(lines)]


async def forget(session: AsyncSession, case: Case) -> None:
    """Forget who it was and all that was said, notes of colleagues too; number, topic, place and dates stay for the figures."""
    case.name = case.phone = case.employer = case.employer_hash = case.channel = case.address = case.union = (
        ""
    )
    case.facts = {}
    for table in (CaseLine, CasePaper, Appointment):
        await session.execute(delete(table).where(table.case_id == case.id))
    await session.execute(update(CaseStep).where(CaseStep.case_id == case.id).values(reason=""))
    await session.execute(update(CaseDeadline).where(CaseDeadline.case_id == case.id).values(note=""))
