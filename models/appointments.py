"""Appointments about a case: when and where the member meets whom."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted


class Appointment(Base):
    """One meeting, `proposed`, `agreed`, `declined`, `called_off` or `held`; *place* and *note* are for the two who meet."""

    __tablename__ = "appointments"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(Moment, index=True)
    place: Mapped[str] = mapped_column(Encrypted)
    note: Mapped[str] = mapped_column(Encrypted, default="")
    state: Mapped[str] = mapped_column(default="proposed")
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
