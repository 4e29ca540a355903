"""What members do about their own cases: see them where they may, write, withdraw, answer a meeting, rate."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import appointments, case_states, cases, members
from models.appointments import Appointment
from models.base import Refused
from models.case_lines import CaseLine
from models.cases import MEMBER, Case
from models.members import Member
from models.messages import Address

REACH = "reach"
"""The fact that holds the other address of a case: where its intake was begun, when it moved to our page."""
RATINGS = frozenset({"good", "fair", "bad"})


def addresses(case: Case) -> list[Address]:
    """Return where a case was begun and handed in; a second device of the member may be in another hand."""
    channel, _, known = str(case.facts.get(REACH, "")).partition(":")
    return [case.at, *([Address(channel, known)] if known else ())]


async def visible(session: AsyncSession, member: Member, at: Address) -> list[Case]:
    """Return the cases of *member* that may be seen *at* an address, the newest first."""
    places = await members.places(session, at)
    found = await cases.of(session, member)
    return [case for case in found if places & {address.place for address in addresses(case)}]


async def named(session: AsyncSession, member: Member, at: Address, number: str) -> Case:
    """Return the case of this id.

    Raises Refused: case_unknown, for one that may not be seen *at* this address as for one that is not there.
    """
    found = [case for case in await visible(session, member, at) if str(case.id) == number]
    if not found:
        raise Refused("case_unknown")
    return found[0]


def say(session: AsyncSession, case: Case, text: str, *, now: datetime) -> None:
    """Keep what the member writes to those who work on the case.

    Raises Refused: case_ended.
    """
    if case.over:
        raise Refused("case_ended")
    session.add(
        CaseLine(
            case_id=case.id, author=MEMBER, kind="text", text=text, file="", digest="", said_at=now
        )
    )  # fmt: skip


async def withdraw(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Let the member take the case back.

    Raises Refused: case_ended, case_danger.
    """
    if case.over:
        raise Refused("case_ended")
    await case_states.move(session, case, "withdrawn", by=MEMBER, now=now)


def rate(case: Case, rating: str) -> None:
    """Keep how the member found it, once the case is closed.

    Raises Refused: case_running.
    """
    if case.state != "closed" or rating not in RATINGS:
        raise Refused("case_running")
    case.rating = rating


async def meetings(session: AsyncSession, case: Case, *, now: datetime) -> list[Appointment]:
    """Return the meetings ahead that the member may still answer, the next first."""
    query = select(Appointment).where(Appointment.case_id == case.id, Appointment.starts_at > now)
    query = query.where(Appointment.state.in_((*appointments.AHEAD, appointments.DECLINED))).order_by(
        Appointment.starts_at, Appointment.id
    )
    return list(await session.scalars(query))


async def answer(
    session: AsyncSession, case: Case, number: str, *, comes: bool, now: datetime
) -> Appointment:
    """Say whether the member comes to a meeting; until it begins they may change their mind.

    Raises Refused: meeting_over.
    """
    found = [one for one in await meetings(session, case, now=now) if str(one.id) == number]
    if not found:
        raise Refused("meeting_over")
    appointments.answer(found[0], comes=comes, now=now)
    return found[0]
