"""What a colleague can do with an application now, and why not: found out by trying, so that the rules stand once."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import CHECKS
from models import application_states
from models.application_rules import STATES, State, allowed, way
from models.application_states import OWN, REASONED
from models.applications import Application, ApplicationPaper
from models.base import Refused
from models.files import File
from models.staff import Staff

BANK = frozenset({"paying", "paid", "pay_returned"})
"""What is done with a whole batch."""
LEAST = Decimal("0.01")
"""The sum that is tried where colleagues decide it."""


async def options(
    session: AsyncSession, application: Application, staff: Staff, *, now: datetime
) -> dict[State, str]:
    """Return the states into which *staff* could bring it, each with the reason why it is refused or with ""."""
    plan = application.rules
    found = allowed(plan, application.state) - OWN - BANK - {"lapsed"}
    amount = LEAST if plan.money and not plan.sums else None
    tried: dict[State, str] = {}
    for to in (state for state in STATES if state in found):
        refused = await refusal(session, application, to, staff, amount=amount, now=now)
        tried[to] = refused.reason if refused else ""
    return tried


async def refusal(
    session: AsyncSession,
    application: Application,
    to: str,
    staff: Staff,
    *,
    amount: Decimal | None = None,
    now: datetime,
) -> Refused | None:
    """Return why *staff* may not bring *application* into the state *to*; nothing stays of the try."""
    reason = "?" if to in REASONED else ""
    attempt = await session.begin_nested()
    try:
        await application_states.move(session, application, to, staff, reason=reason, amount=amount, now=now)
    except Refused as refused:
        return refused
    else:
        return None
    finally:
        await attempt.rollback()
        await session.refresh(application)


def forward(application: Application) -> State | None:
    """Return the state that follows when nothing is wrong; None at the end of what colleagues decide."""
    steps = way(application.rules)
    if application.state not in steps or application.state in BANK:
        return None
    rest = steps[steps.index(application.state) + 1 :]
    return rest[0] if rest and rest[0] not in BANK else None


async def check(
    session: AsyncSession, application: Application, staff: Staff, seen: Collection[str], *, now: datetime
) -> None:
    """Write down that all is in order, the papers that are needed having been *seen*, and go on to the next check.

    What is paid first may have its papers later. Raises Refused: apply_papers, and what the states refuse.
    """
    plan = application.rules
    missing = [paper.label for paper in plan.papers if paper.needed and paper.name not in seen]
    if missing and not plan.pays_first:
        raise Refused("apply_papers", "、".join(missing))
    await application_states.check(session, application, staff, now=now)
    after = forward(application)
    if after in CHECKS:
        await application_states.move(session, application, after, staff, now=now)


async def papers(session: AsyncSession, application: Application) -> list[tuple[ApplicationPaper, str]]:
    """Return the files that were handed in, each with its media type."""
    query = select(ApplicationPaper, File.type).join(File, File.hash == ApplicationPaper.digest)
    query = query.where(ApplicationPaper.application_id == application.id).order_by(ApplicationPaper.id)
    return [(paper, kind) for paper, kind in await session.execute(query)]


async def paper(session: AsyncSession, application: Application, number: int) -> ApplicationPaper | None:
    """Return the paper of that number, if it belongs to *application*."""
    found = await session.get(ApplicationPaper, number)
    return found if found is not None and found.application_id == application.id else None
