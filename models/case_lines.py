"""What is said about a case: with the member in both directions, and in notes among colleagues."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import sent
from models.base import Base, Moment, Refused
from models.cases import MEMBER, OVER, Case, CaseWorker
from models.crypto import Encrypted
from models.files import Kept
from models.messages import Incoming, Kind
from models.staff import Staff

NOTE = "note"
"""The kind of a line that the member never reads."""
FILES = frozenset(["photo", "file", "voice", "video"])
LONGEST, PAGE, AT_ONCE = 2000, 60, 20


class CaseLine(Base):
    """One line: by `member` or a colleague's login.

    *file* is how the channel calls what came along, *digest* where it lies in the store once it was fetched.
    """

    __tablename__ = "case_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Encrypted)
    file: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="", index=True)
    said_at: Mapped[datetime] = mapped_column(Moment)


def say(
    session: AsyncSession,
    case: Case,
    staff: str,
    text: str,
    *,
    kind: Kind = "text",
    digest: str = "",
    now: datetime,
) -> None:
    """Keep what the colleague *staff* says to the member, or the name of the file they send: the promise is kept.

    Raises Refused: reply_missing, reply_long.
    """
    _add(session, case, staff, kind, text, digest, now)
    case.answered_at = case.answered_at or now


def note(session: AsyncSession, case: Case, staff: str, text: str, *, now: datetime) -> None:
    """Keep what *staff* notes for those who work on the case; the member never reads it.

    Raises Refused: reply_missing, reply_long.
    """
    _add(session, case, staff, NOTE, text, "", now)


async def from_member(session: AsyncSession, case: Case, message: Incoming, *, now: datetime) -> CaseLine:
    """Keep what the member says about their case; the clock tells those who work on it (handlers/casework.py)."""
    line = CaseLine(
        case_id=case.id, author=MEMBER, kind=message.kind, text=message.text, file=message.file,
        digest=await sent.receive(session, message, by=case.member_id, now=now), said_at=now,
    )  # fmt: skip
    session.add(line)
    await session.flush()
    return line


async def lines(session: AsyncSession, case: Case, *, before: int = 0) -> list[CaseLine]:
    """Return the last lines of a case, or the last *before* one, in the order in which they were said."""
    query = select(CaseLine).where(CaseLine.case_id == case.id)
    if before:
        query = query.where(CaseLine.id < before)
    return list(await session.scalars(query.order_by(CaseLine.id.desc()).limit(PAGE)))[::-1]


async def read(session: AsyncSession, case: Case, staff: Staff) -> None:
    """Write down that *staff* has read all that the member has said until now."""
    newest = select(func.coalesce(func.max(CaseLine.id), 0)).where(CaseLine.case_id == case.id)
    mine = update(CaseWorker).where(CaseWorker.case_id == case.id, CaseWorker.staff_id == staff.id)
    await session.execute(mine.values(read_line=newest.scalar_subquery()))


def newest() -> Select[int, int]:
    """Select for each case the number of the last line that its member wrote."""
    return (
        select(CaseLine.case_id, func.max(CaseLine.id).label("line"))
        .where(CaseLine.author == MEMBER)
        .group_by(CaseLine.case_id)
    )


async def unheard(session: AsyncSession) -> Sequence[tuple[Case, Staff]]:
    """Return who has not read what a member wrote and was not told so; each is told once until they read."""
    found = newest().subquery()
    query = (
        select(CaseWorker, Case, Staff, found.c.line)
        .join(Case, Case.id == CaseWorker.case_id)
        .join(Staff, Staff.id == CaseWorker.staff_id)
        .join(found, found.c.case_id == Case.id)
        .where(CaseWorker.until.is_(None), Case.state.not_in(OVER))
        .where(found.c.line > CaseWorker.read_line, CaseWorker.told_line <= CaseWorker.read_line)
    )
    rows = (await session.execute(query.order_by(CaseWorker.id).with_for_update(of=CaseWorker))).all()
    for worker, _, _, line in rows:
        worker.told_line = line
    return [(case, staff) for _, case, staff, _ in rows]


async def unfetched(session: AsyncSession) -> list[CaseLine]:
    """Return lines of open cases whose file still lies with the channel only."""
    query = select(CaseLine).join(Case).where(Case.state.not_in(OVER))
    query = query.where(CaseLine.file != "", CaseLine.digest == "", CaseLine.kind.in_(FILES))
    return list(await session.scalars(query.order_by(CaseLine.id).limit(AT_ONCE)))


async def fetched(session: AsyncSession, number: int, kept: Kept | None, *, now: datetime) -> None:
    """Write down where the file of a line lies now; None when it can never be had."""
    line = await session.get(CaseLine, number)
    if line is not None:  # the member may have wanted it forgotten meanwhile
        case = await session.get_one(Case, line.case_id)
        await sent.settle(session, line, kept, by=case.member_id, now=now)


def _add(
    session: AsyncSession, case: Case, author: str, kind: str, text: str, digest: str, now: datetime
) -> None:
    if not text:
        raise Refused("reply_missing")
    if len(text) > LONGEST:
        raise Refused("reply_long")
    session.add(
        CaseLine(
            case_id=case.id, author=author, kind=kind, text=text, file="", digest=digest, said_at=now
        )
    )  # fmt: skip
