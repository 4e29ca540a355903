"""The papers of a case: which the member has, can get or does not have, and the files that were sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import files
from models.base import Base, Moment, Refused
from models.cases import Case
from models.crypto import Encrypted
from models.files import Kept

Standing = Literal["have", "can_get", "no"]
PURPOSE = "case"
"""What files of cases are kept for: they stay when others of their age are deleted."""
MOST = 60


class CasePaper(Base):
    """One paper by its name in the content; *standing* is `have`, `can_get` or `no`, *digest* where its file lies."""

    __tablename__ = "case_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    paper: Mapped[str]
    standing: Mapped[str]
    name: Mapped[str] = mapped_column(Encrypted, default="")
    digest: Mapped[str] = mapped_column(default="", index=True)
    at: Mapped[datetime] = mapped_column(Moment)


def note(session: AsyncSession, case: Case, papers: Mapping[str, Standing], *, now: datetime) -> None:
    """Write down how each paper of the list stands, as the member ticked it."""
    for paper, standing in papers.items():
        session.add(CasePaper(case_id=case.id, paper=paper, standing=standing, name="", digest="", at=now))


async def send(
    session: AsyncSession, case: Case, kept: Kept, *more: Kept, name: str = "", now: datetime
) -> int:
    """Put a file that the member sent with the case, *more* being its copies; return how many there are now.

    Raises Refused: case_ended, case_full.
    """
    if case.over:
        raise Refused("case_ended")
    sent = [found for found in await of(session, case) if found.digest]
    if len(sent) >= MOST:
        raise Refused("case_full")
    await files.note(session, kept, *more, by=case.member_id, purpose=PURPOSE, now=now)
    await files.claim(session, kept, *more, purpose=PURPOSE)
    if kept.hash not in {found.digest for found in sent}:
        session.add(
            CasePaper(case_id=case.id, paper="", standing="have", name=name, digest=kept.hash, at=now)
        )
    await session.flush()
    counted = select(func.count()).where(CasePaper.case_id == case.id, CasePaper.digest != "")
    return await session.scalar(counted) or 0


async def of(session: AsyncSession, case: Case) -> list[CasePaper]:
    """Return the papers of a case, in the order in which they were named and sent."""
    query = select(CasePaper).where(CasePaper.case_id == case.id)
    return list(await session.scalars(query.order_by(CasePaper.id)))
