"""The letters that answer a message, taken from the outbox by whoever holds the line open."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import dispatch, inbox
from models.messages import Address
from models.outbox import HELD, Letter, body_of

IN_RESPONSE = "passive"
"""The platform's id of a letter that went as the response itself."""
COPIES = timedelta(seconds=30)
"""How long copies of a message come: WeChat tries three times, five seconds each; what comes later is a replay."""
LOOKED_AT = 5
"""How many letters that waited are looked at for one response: it has 2,000 bytes."""


class Reply(NamedTuple):
    """What there is to answer; *done* says that nothing more is to be waited for, *first* that no copy had it before."""

    done: bool
    letters: tuple[Letter, ...] = ()
    first: bool = False


async def take(session: AsyncSession, at: Address, number: str, *, now: datetime) -> Reply:
    """Return the answer to the message *number* of *at*; it counts as sent, and a copy of the message gets it again.

    A letter that the postman has taken over is not given out.
    """
    mine = (Letter.channel == at.channel, Letter.address == at.id, Letter.answers == number)
    found = list(await session.scalars(select(Letter).where(*mine).order_by(Letter.id).with_for_update()))
    if not found:
        return Reply(await inbox.answered(session, at.channel, number), first=True)
    waiting = [letter for letter in found if letter.state == "waiting"]
    for letter in waiting:
        give(letter, number, now=now)
    given = tuple(
        letter
        for letter in found
        if letter.platform_id == IN_RESPONSE and now - (letter.settled_at or now) <= COPIES
    )
    return Reply(done=True, letters=given, first=bool(waiting))


async def held(session: AsyncSession, at: Address, *, now: datetime) -> list[Letter]:
    """Return the oldest letters that wait for *at* to come, those of notices filled in; what is over ends here."""
    query = select(Letter).where(Letter.channel == at.channel, Letter.address == at.id, Letter.state == HELD)
    found = list(await session.scalars(query.order_by(Letter.id).limit(LOOKED_AT).with_for_update()))
    for letter in found:
        letter.state = "leased"
    ready = await dispatch.prepare(session, found, now=now)
    for letter in ready:
        letter.state, letter.body = HELD, body_of(letter.message)
    return ready


def give(letter: Letter, number: str, *, now: datetime) -> None:
    """Let *letter* go in the response to the message *number*."""
    letter.state, letter.platform_id, letter.settled_at, letter.answers = "sent", IN_RESPONSE, now, number


async def give_back(session: AsyncSession, letters: list[int], *, now: datetime) -> None:
    """Let letters whose line broke wait for the next copy of their message; after that they are the postman's."""
    query = select(Letter).where(Letter.id.in_(letters), Letter.platform_id == IN_RESPONSE)
    for letter in await session.scalars(query.with_for_update()):
        letter.state, letter.platform_id, letter.settled_at = "waiting", "", None
        letter.due = now + COPIES
