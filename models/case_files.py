"""The files of a case: what came with the talk, and the papers that were sent."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import MEMBER, Case

LINE, PAPER = "line", "paper"


@dataclass(frozen=True, slots=True)
class Found:
    """One file: where it lies, what it is called and what it is; *own* is what the member sent."""

    digest: str
    name: str
    kind: str
    own: bool


async def one(session: AsyncSession, case: Case, kind: str, number: int) -> Found | None:
    """Return a file of *case*: of the line or the paper of that number; None when it is none of this case."""
    if kind == LINE:
        line = await session.get(CaseLine, number)
        if line is None or line.case_id != case.id or not line.digest:
            return None
        own = line.author == MEMBER
        return Found(line.digest, f"{case.number}-{line.id}" if own else line.text, line.kind, own)
    paper = await session.get(CasePaper, number) if kind == PAPER else None
    if paper is None or paper.case_id != case.id or not paper.digest:
        return None
    return Found(paper.digest, paper.name or f"{case.number}-{paper.id}", "file", own=True)


async def sent(session: AsyncSession, case: Case) -> list[Found]:
    """Return each file that the member sent about a case: papers first, then what came with the talk."""
    papers = select(CasePaper).where(CasePaper.case_id == case.id, CasePaper.digest != "")
    found = [
        Found(paper.digest, paper.name or paper.paper, "file", own=True)
        for paper in await session.scalars(papers.order_by(CasePaper.id))
    ]
    query = select(CaseLine).where(
        CaseLine.case_id == case.id, CaseLine.author == MEMBER, CaseLine.digest != ""
    )
    lines = await session.scalars(query.order_by(CaseLine.id))
    return found + [Found(line.digest, line.kind, line.kind, own=True) for line in lines]
