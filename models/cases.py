"""Cases of the legal-aid channel: what happened to whom, how urgent it is, and who works on it (DOMAIN.md, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Select, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Encrypted, EncryptedJSON, lookup_hash
from models.members import Member, moves_along
from models.messages import Address
from models.staff import Staff

State = Literal[
    "new", "triage", "need_info", "accepted", "refused", "assigned",
    "mediation", "arbitration", "lawsuit", "closed", "withdrawn",
]  # fmt: skip
Urgency = Literal["P0", "P1", "P2", "P3"]
OVER = ("refused", "closed", "withdrawn")
MEMBER, MACHINE = "member", "machine"
"""Who acts when it is no colleague."""


class Case(Base):
    """One case; *facts* are the answers of its intake, by the names of the questions.

    *channel* and *address* are where it began: it is talked about there and on the member's own pages only. *promised* is
    when somebody answers, *answered_at* when somebody did. The employer is found by its hash; *area* is where the work is
    done, *trade* what kind of work: with topic and *people* they are all that figures are made from.
    """

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(default="", index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    topic: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="new", index=True)
    urgency: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(Encrypted, default="")
    phone: Mapped[str] = mapped_column(Encrypted, default="")
    employer: Mapped[str] = mapped_column(Encrypted, default="")
    employer_hash: Mapped[str] = mapped_column(default="", index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON, default=dict)
    people: Mapped[int] = mapped_column(default=1)
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    trade: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    promised: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    late_told: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str] = mapped_column(default="")
    rating: Mapped[str] = mapped_column(default="")

    @property
    def at(self) -> Address:
        """Return where it began."""
        return Address(self.channel, self.address)

    @property
    def over(self) -> bool:
        """Say whether it has ended."""
        return self.state in OVER


class CaseWorker(Base):
    """A colleague who works on a case, and so may read it; *until* is set when they no longer do.

    *read_line* is the last line that they have read, *told_line* the last one of which their phone was told.
    """

    __tablename__ = "case_workers"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)
    read_line: Mapped[int] = mapped_column(default=0, server_default="0")
    told_line: Mapped[int] = mapped_column(default=0, server_default="0")


class CaseStep(Base):
    """A change of a case: by whom, and why; *codes* are the reasons that spoke for its urgency then."""

    __tablename__ = "case_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(Encrypted, default="")
    codes: Mapped[str | None] = mapped_column(Encrypted)
    at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Filed:
    """What a member hands in: the answers, and what the machine has read out of them."""

    topic: str
    urgency: Urgency
    name: str
    phone: str
    employer: str
    people: int = 1
    union: str = ""
    area: str = ""
    trade: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


async def file(
    session: AsyncSession,
    member: Member,
    at: Address,
    filed: Filed,
    *,
    promised: datetime | None,
    now: datetime,
) -> Case:
    """Open a case and give it its number."""
    case = Case(
        number="", member_id=member.id, channel=at.channel, address=at.id, topic=filed.topic, state="new",
        urgency=filed.urgency, name=filed.name, phone=filed.phone, employer=filed.employer,
        employer_hash=employer_hash(filed.employer), facts=dict(filed.facts), people=filed.people,
        union=filed.union, area=filed.area, trade=filed.trade, opened_at=now, promised=promised,
        late_told=False, result="", rating="",
    )  # fmt: skip
    session.add(case)
    await session.flush()
    case.number = f"{now.year}-{case.id:04d}"
    session.add(CaseStep(case_id=case.id, kind="state", before="", after="new", by=MEMBER, reason="", at=now))
    return case


def employer_hash(name: str) -> str:
    """Return the keyed hash by which cases of one employer are found together; nothing for no name."""
    plain = "".join(name.split()).replace("（", "(").replace("）", ")").casefold()
    return lookup_hash(f"employer:{plain}") if plain else ""


async def of(session: AsyncSession, member: Member) -> list[Case]:
    """Return the cases of *member*, the newest first."""
    query = select(Case).where(Case.member_id == member.id)
    return list(await session.scalars(query.order_by(Case.id.desc())))


async def workers(session: AsyncSession, case: Case) -> list[Staff]:
    """Return who works on *case* now."""
    query = select(Staff).join(CaseWorker, CaseWorker.staff_id == Staff.id)
    return list(
        await session.scalars(
            query.where(CaseWorker.case_id == case.id, CaseWorker.until.is_(None)).order_by(CaseWorker.id)
        )
    )


def read_by(staff: Staff) -> Select[int]:
    """Select the ids of the cases that *staff* works on, and so may read: all others are closed to them."""
    return select(CaseWorker.case_id).where(CaseWorker.staff_id == staff.id, CaseWorker.until.is_(None))


async def hold(session: AsyncSession, case: Case) -> None:
    """Let nobody else change *case* until the transaction ends: whoever comes second sees what the first has done."""
    await session.flush()
    await session.refresh(case, with_for_update=True)


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(update(Case).where(Case.member_id == other.id).values(member_id=keep.id))
