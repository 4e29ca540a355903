"""The audit log: who has looked at whose data, and who changed what; lines are only ever added."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, append_only

PAGE = 100
LOOKED = "view"
DETAIL_LENGTH = 500


class AuditLine(Base):
    """What *who* did, on which thing (*about*, such as `/notices/12`), from which address."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    about: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


append_only(AuditLine.__table__)


def note(
    session: AsyncSession,
    who: str,
    action: str,
    about: str,
    detail: str = "",
    *,
    address: str = "",
    now: datetime,
) -> None:
    """Write down what was done; *detail* holds ids and numbers, never what members wrote."""
    session.add(
        AuditLine(at=now, who=who, action=action, about=about, detail=detail[:DETAIL_LENGTH], address=address)
    )


async def search(
    session: AsyncSession,
    *,
    who: str = "",
    action: str = "",
    about: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int = 0,
) -> Sequence[AuditLine]:
    """Return one page of lines, the newest first: of this person, this action, about what begins so, in this time."""
    query = select(AuditLine)
    conditions = {
        "who": AuditLine.who == who,
        "action": AuditLine.action == action,
        "about": AuditLine.about.startswith(about, autoescape=True),
    }
    for name, said in (("who", who), ("action", action), ("about", about)):
        if said:
            query = query.where(conditions[name])
    if since is not None:
        query = query.where(AuditLine.at >= since)
    if until is not None:
        query = query.where(AuditLine.at < until)
    if before:
        query = query.where(AuditLine.id < before)
    return list(await session.scalars(query.order_by(AuditLine.id.desc()).limit(PAGE)))


async def about_any(
    session: AsyncSession, things: Collection[str], *, since: datetime
) -> list[tuple[str, int, datetime]]:
    """Return who looked at or changed any of *things* or a part of them: who, how often, and when last."""
    about = or_(
        *(part for one in things for part in (AuditLine.about == one, AuditLine.about.startswith(f"{one}/")))
    )
    query = select(AuditLine.who, func.count(), func.max(AuditLine.at)).where(about, AuditLine.at >= since)
    rows = await session.execute(query.group_by(AuditLine.who).order_by(AuditLine.who))
    return [(row[0], row[1], row[2]) for row in rows]
