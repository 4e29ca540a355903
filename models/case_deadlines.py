"""The deadlines of a case, and which warnings of each were told."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted


class CaseDeadline(Base):
    """One deadline: *safe_day* is the raw day that members are told, *last_day* the day it rolls to; *met_at* ends it."""

    __tablename__ = "case_deadlines"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    safe_day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(Encrypted, default="")
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)


class CaseWarning(Base):
    """A warning that was told, *days* before the deadline: each once."""

    __tablename__ = "case_warnings"
    __table_args__ = (UniqueConstraint("deadline_id", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("case_deadlines.id", ondelete="CASCADE"))
    days: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(Moment)
