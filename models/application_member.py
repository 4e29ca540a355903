"""What members do about their own applications: see them where they may, and say where the money goes."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import applications, members
from models.applications import MEMBER, Application, ApplicationStep
from models.base import Refused
from models.members import Member
from models.messages import Address

PAYABLE = frozenset({"approved", "pay_returned"})
"""States in which it is asked where the money goes."""
ACCOUNT = re.compile(r"[0-9]{12,23}")


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


def give_account(session: AsyncSession, application: Application, number: str, *, now: datetime) -> None:
    """Keep where the money goes, once it is approved or the bank has sent it back.

    Raises Refused: account_now, account_number.
    """
    if application.state not in PAYABLE or not application.rules.money:
        raise Refused("account_now")
    digits = re.sub(r"[ -]", "", number)
    if not ACCOUNT.fullmatch(digits):
        raise Refused("account_number")
    application.account = digits
    applications.note(session, application, "account", application.state, by=MEMBER, now=now)


async def last(session: AsyncSession, application: Application) -> ApplicationStep:
    """Return the change that brought the application into the state it is in."""
    query = select(ApplicationStep).where(
        ApplicationStep.application_id == application.id, ApplicationStep.kind == "state"
    )
    return (await session.scalars(query.order_by(ApplicationStep.id.desc()).limit(1))).one()
