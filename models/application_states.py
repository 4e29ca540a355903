"""What colleagues and the clock do with an application; the rule of two people stands here (DOMAIN.md, section 6)."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.entries import CHECKS
from models import applications, objections
from models.application_rules import allowed, ended
from models.applications import CLOCK, MEMBER, Application, today
from models.base import Base, Moment, Refused
from models.calendar import AS_PUBLISHED, Days, next_workday
from models.members import Contact
from models.quiet import BEIJING
from models.staff import Staff

DECISIONS = frozenset({"publicity", "approved"})
REASONED = frozenset({"needs_supplement", "rejected", "pay_returned"})
OWN = frozenset({"withdrawn", "appealed", "submitted"})
"""What the member does."""


class ApplicationBar(Base):
    """A colleague who keeps away from an application, because they said that they know the member too well."""

    __tablename__ = "application_bars"
    __table_args__ = (UniqueConstraint("application_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)


async def check(session: AsyncSession, application: Application, staff: Staff, *, now: datetime) -> None:
    """Write down that *staff* found everything in order in the check that it is in.

    Raises Refused: apply_state, apply_own, apply_relative, apply_twice.
    """
    await refuse_near(session, application, staff)
    if application.state not in CHECKS:
        raise Refused("apply_state")
    if staff.login in await _checkers(session, application, here=True):
        raise Refused("apply_twice")
    applications.note(session, application, "check", application.state, by=staff.login, now=now)


async def move(
    session: AsyncSession,
    application: Application,
    to: str,
    staff: Staff,
    *,
    reason: str = "",
    amount: Decimal | None = None,
    days: Days = AS_PUBLISHED,
    now: datetime,
) -> None:
    """Let *staff* bring *application* into the state *to*; who decides has checked nothing of it.

    A public list is shown on working days; *days* are those of which the duty list says something.
    Raises Refused: apply_state, apply_own, apply_relative, apply_unchecked, apply_two_people, apply_reason, apply_publicity, apply_objection,
    apply_amount, apply_ceiling, apply_account.
    """
    await refuse_near(session, application, staff)
    if to in OWN or to not in allowed(application.rules, application.state):
        raise Refused("apply_state")
    if to in REASONED and not reason:
        raise Refused("apply_reason")
    if application.state in CHECKS and to not in {"needs_supplement", "rejected"}:
        await _refuse_unchecked(session, application)
    if to in DECISIONS and staff.login in await _checkers(session, application, here=False):
        raise Refused("apply_two_people")
    if application.state == "appealed":
        await _refuse_who_rejected(session, application, staff)
    if to == "approved":
        await _refuse_objections(session, application, now)
    if to in DECISIONS and application.rules.money:
        _decide(application, amount)
    if to == "paying" and not application.account:
        raise Refused("apply_account")
    enter(session, application, to, by=staff.login, reason=reason, now=now)
    if to == "publicity":
        last = workdays_after(today(now), application.rules.publicity_days, **days._asdict())
        application.due = datetime.combine(last + timedelta(days=1), time(), BEIJING)


async def by_member(
    session: AsyncSession, application: Application, to: str, *, reason: str = "", now: datetime
) -> None:
    """Let the member withdraw, hand in what was missing, or appeal.

    Raises Refused: apply_state, apply_reason, apply_late.
    """
    if to not in OWN or to not in allowed(application.rules, application.state):
        raise Refused("apply_state")
    if to == "appealed":
        if not reason:
            raise Refused("apply_reason")
        if application.due is not None and now >= application.due:
            raise Refused("apply_late")
        if await appealed(session, application):
            raise Refused("apply_appealed")
    enter(session, application, to, by=MEMBER, reason=reason, now=now)


def enter(
    session: AsyncSession, application: Application, to: str, *, by: str, reason: str = "", now: datetime
) -> None:
    """Write the change down, and until when the new state waits for the member."""
    applications.note(session, application, "state", to, by=by, reason=reason, now=now)
    application.state, application.reminded_at = to, None
    application.due = _until(application, now)
    application.ended_at = now if ended(application.rules, to) else None
    if to in {"submitted", "appealed"}:  # colleagues begin anew
        application.promised = now + timedelta(days=application.rules.promise_days)


async def lapse(session: AsyncSession, *, now: datetime, limit: int = 100) -> list[Application]:
    """Let lapse what waited too long for a supplement; return what did."""
    query = select(Application).where(Application.state == "needs_supplement", Application.due <= now)
    query = query.order_by(Application.id).limit(limit).with_for_update(skip_locked=True)
    found = list(await session.scalars(query))
    for application in found:
        enter(session, application, "lapsed", by=CLOCK, now=now)
    return found


async def keep_away(session: AsyncSession, application: Application, staff: Staff, *, now: datetime) -> None:
    """Write down that *staff* is too near to the member to decide; said twice, it holds once."""
    if not await _barred(session, application, staff):
        session.add(ApplicationBar(application_id=application.id, staff_id=staff.id, at=now))
        await session.flush()


def workdays_after(
    day: date, count: int, *, holidays: Collection[date] = (), workdays: Collection[date] = ()
) -> date:
    """Return the day that lies *count* working days after *day*."""
    for _ in range(count):
        day = next_workday(day, holidays=holidays, workdays=workdays)
    return day


def _until(application: Application, now: datetime) -> datetime | None:
    plan = application.rules
    match application.state:
        case "needs_supplement":
            return now + timedelta(days=plan.supplement_days)
        case "rejected":
            return now + timedelta(days=plan.appeal_days)
        case _:
            return None


async def refuse_near(session: AsyncSession, application: Application, staff: Staff) -> None:
    """Refuse who is the applicant, was named as a relative, or has said to be too near."""
    if staff.channel:
        contact = await session.get(Contact, (staff.channel, staff.address))
        if contact is not None and contact.member_id == application.member_id:
            raise Refused("apply_own")
    if staff.name in application.relatives.split("、") or await _barred(session, application, staff):
        raise Refused("apply_relative")


async def _barred(session: AsyncSession, application: Application, staff: Staff) -> bool:
    query = select(ApplicationBar.id).where(
        ApplicationBar.application_id == application.id, ApplicationBar.staff_id == staff.id
    )
    return (await session.scalars(query)).first() is not None


async def _refuse_unchecked(session: AsyncSession, application: Application) -> None:
    if not await _checkers(session, application, here=True):
        raise Refused("apply_unchecked")


async def _checkers(session: AsyncSession, application: Application, *, here: bool) -> set[str]:
    """Return who has checked it since it was last handed in: in the present check, or in any."""
    found: set[str] = set()
    for step in await applications.steps(session, application):
        if step.kind == "state" and (step.after == "submitted" or (here and step.after == application.state)):
            found = set()
        elif step.kind == "check" and (not here or step.after == application.state):
            found.add(step.by)
    return found


async def _refuse_who_rejected(session: AsyncSession, application: Application, staff: Staff) -> None:
    if staff.login in {s.by for s in await applications.steps(session, application) if s.after == "rejected"}:
        raise Refused("apply_two_people")


async def _refuse_objections(session: AsyncSession, application: Application, now: datetime) -> None:
    if application.state != "publicity":
        return
    shown = [step.at for step in await applications.steps(session, application) if step.after == "publicity"]
    if application.due is None or now < application.due:
        raise Refused("apply_publicity")
    if await objections.standing(session, application, since=shown[-1]):
        raise Refused("apply_objection")


async def appealed(session: AsyncSession, application: Application) -> bool:
    """Say whether it has been appealed already: it can be once."""
    return any(step.after == "appealed" for step in await applications.steps(session, application))


def _decide(application: Application, amount: Decimal | None) -> None:
    """Set the sum: the one that follows from the plan, else what was decided, never above the ceiling."""
    plan = application.rules
    decided = applications.decided(application) if plan.sums or amount is None else amount
    if decided is None or not decided.is_finite() or decided <= 0 or decided != round(decided, 2):
        raise Refused("apply_amount")
    if plan.ceiling is not None and decided > plan.ceiling:
        raise Refused("apply_ceiling")
    application.amount = str(decided)
