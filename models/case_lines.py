"""What is said about a case: with the member in both directions, and in notes among colleagues."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted

NOTE = "note"
"""The kind of a line that the member never reads."""


class CaseLine(Base):
    """One line: by `member` or a colleague's login; *digest* is where a file lies that came with it."""

    __tablename__ = "case_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Encrypted)
    file: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="", index=True)
    said_at: Mapped[datetime] = mapped_column(Moment)
