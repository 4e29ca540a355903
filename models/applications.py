"""Applications of members for what the federation gives: handed in, checked, decided by two people, paid (DOMAIN.md, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.entries import ApplicationPlan
from models import application_rules
from models.base import Base, Moment, Refused, lock
from models.crypto import Encrypted, EncryptedJSON
from models.members import Member, moves_along
from models.messages import Address
from models.quiet import BEIJING

MEMBER, CLOCK = "member", "clock"
GIVEN = frozenset({"approved", "paid"})


class Application(Base):
    """One application for the entry *slug*, with the *plan* as it was when it was handed in.

    *amount* is the sum in yuan that was decided, "" before; *account* where it goes. *promised* is when it is decided,
    *due* when what it waits for ends: a supplement, an appeal, the publicity. Where the member applied from is
    *channel* and *address*.
    """

    __tablename__ = "applications"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(default="", index=True)
    slug: Mapped[str] = mapped_column(index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Encrypted)
    phone: Mapped[str] = mapped_column(Encrypted)
    account: Mapped[str] = mapped_column(Encrypted, default="")
    answers: Mapped[dict[str, str]] = mapped_column(EncryptedJSON)
    relatives: Mapped[str] = mapped_column(Encrypted, default="")
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    amount: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime] = mapped_column(Moment, index=True)
    promised: Mapped[datetime] = mapped_column(Moment)
    due: Mapped[datetime | None] = mapped_column(Moment, index=True)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def at(self) -> Address:
        """Return where the member applied from."""
        return Address(self.channel, self.address)

    @property
    def rules(self) -> ApplicationPlan:
        """Return the plan that holds for it."""
        return ApplicationPlan.model_validate(self.plan)


class ApplicationStep(Base):
    """What was done to an application: a change of *state*, or a *check* that was passed; by whom, and why."""

    __tablename__ = "application_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(Encrypted, default="")
    at: Mapped[datetime] = mapped_column(Moment)


class ApplicationPaper(Base):
    """A file handed in as one of the papers."""

    __tablename__ = "application_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    paper: Mapped[str]
    name: Mapped[str] = mapped_column(Encrypted, default="")
    digest: Mapped[str] = mapped_column(ForeignKey("files.hash"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member hands in."""

    slug: str
    plan: ApplicationPlan
    version: int
    name: str
    phone: str
    answers: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    relatives: str = ""


async def submit(
    session: AsyncSession, member: Member, at: Address, wanted: Wanted, *, now: datetime
) -> Application:
    """Hand an application in.

    Raises Refused: applied_open, applied_this_year.
    """
    await lock(session, f"applications:{member.id}:{wanted.slug}")  # two taps at once are one application
    await _refuse_twice(session, member, wanted, now)
    amount = application_rules.given(wanted.plan, wanted.answers)
    found = Application(
        number="", slug=wanted.slug, member_id=member.id, channel=at.channel, address=at.id, state="submitted",
        plan=wanted.plan.model_dump(mode="json"), version=wanted.version, name=wanted.name, phone=wanted.phone,
        account=wanted.account, answers=dict(wanted.answers), relatives=wanted.relatives, union=member.union_name,
        area=member.area, amount="" if amount is None else str(amount), submitted_at=now,
        promised=now + timedelta(days=wanted.plan.promise_days),
    )  # fmt: skip
    session.add(found)
    await session.flush()
    found.number = f"{wanted.plan.prefix}{now.astimezone(BEIJING).year}-{found.id:04d}"
    note(session, found, "state", "submitted", before="", by=MEMBER, now=now)
    return found


def note(
    session: AsyncSession,
    application: Application,
    kind: str,
    after: str,
    *,
    before: str | None = None,
    by: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Write down what was done to *application*."""
    was = application.state if before is None else before
    session.add(
        ApplicationStep(
            application_id=application.id, kind=kind, before=was, after=after, by=by, reason=reason, at=now
        )
    )


async def steps(session: AsyncSession, application: Application) -> list[ApplicationStep]:
    """Return all that was done to *application*, the first first."""
    query = select(ApplicationStep).where(ApplicationStep.application_id == application.id)
    return list(await session.scalars(query.order_by(ApplicationStep.id)))


async def of(session: AsyncSession, member: Member) -> list[Application]:
    """Return the applications of *member*, the newest first."""
    query = select(Application).where(Application.member_id == member.id)
    return list(await session.scalars(query.order_by(Application.id.desc())))


def decided(application: Application) -> Decimal | None:
    """Return the sum in yuan, once it was decided."""
    return Decimal(application.amount) if application.amount else None


async def _refuse_twice(session: AsyncSession, member: Member, wanted: Wanted, now: datetime) -> None:
    same = select(Application).where(Application.member_id == member.id, Application.slug == wanted.slug)
    for found in await session.scalars(same):
        if found.ended_at is None:
            raise Refused("applied_open")
        this_year = found.submitted_at.astimezone(BEIJING).year == now.astimezone(BEIJING).year
        if wanted.plan.once == "year" and this_year and found.state in GIVEN:
            raise Refused("applied_this_year")


def today(now: datetime) -> date:
    """Return the day by Beijing's clock."""
    return now.astimezone(BEIJING).date()


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(
        update(Application).where(Application.member_id == other.id).values(member_id=keep.id)
    )
