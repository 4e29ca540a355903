"""What members may do about their own applications, and where they may see them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import applications, members
from models.applications import Application, ApplicationStep
from models.base import Refused
from models.members import Member
from models.messages import Address

CALL = "apply-call:"


async def visible(session: AsyncSession, member: Member, at: Address) -> list[Application]:
    """Return the applications of *member* that may be seen *at* an address, the newest first.

    It is where they began, or what was let in from there: a second device may be in another hand.
    """
    places = await members.places(session, at)
    return [one for one in await applications.of(session, member) if one.at.place in places]


async def named(
    session: AsyncSession, member: Member, at: Address, number: str, *, alone: bool = False
) -> Application:
    """Return the application of this id; *alone* while nobody else may change it.

    Raises Refused: application_unknown, for one that may not be seen *at* this address as for one that is not there.
    """
    found = [one for one in await visible(session, member, at) if str(one.id) == number]
    if not found:
        raise Refused("application_unknown")
    if alone:
        await session.refresh(found[0], with_for_update=True)
    return found[0]


async def last(session: AsyncSession, application: Application) -> ApplicationStep:
    """Return the change that brought the application into the state it is in."""
    query = select(ApplicationStep).where(
        ApplicationStep.application_id == application.id, ApplicationStep.kind == "state"
    )
    return (await session.scalars(query.order_by(ApplicationStep.id.desc()).limit(1))).one()


def call(change: ApplicationStep) -> str:
    """Return the key of the call by which a member is told that since *change* everything waits for them: one call."""
    return f"{CALL}{change.application_id}:{change.id}"


def waits(application: Application, *, now: datetime) -> bool:
    """Say whether nothing goes on before the member does something, or the member may still appeal."""
    account = application.state == "approved" and application.rules.money and not application.account
    returned = application.state == "pay_returned" and not application.account
    appeal = application.state == "rejected" and application.due is not None and application.due > now
    return account or returned or appeal or application.state == "needs_supplement"


async def answered(session: AsyncSession, calls: Collection[str], *, now: datetime) -> set[str]:
    """Return those of *calls*, by their keys, after which something has changed or nothing is to be done any more."""
    told = {key: tuple(map(int, key.split(":")[1:])) for key in calls if key.startswith(CALL)}
    numbers = {number for number, _ in told.values()}
    query = select(Application).where(Application.id.in_(numbers))
    waiting = {one.id for one in await session.scalars(query) if waits(one, now=now)}
    newest = select(func.max(ApplicationStep.id)).where(ApplicationStep.kind == "state")
    newest = newest.where(ApplicationStep.application_id.in_(numbers)).group_by(
        ApplicationStep.application_id
    )
    standing = set(await session.scalars(newest))
    return {key for key, (number, change) in told.items() if number not in waiting or change not in standing}
