"""The papers of a case: which the member has, can get or does not have, and the files that were sent."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted


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
