"""The letter that answers a message, taken from the outbox by whoever holds the line open."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import inbox
from models.messages import Address
from models.outbox import Letter

IN_RESPONSE = "passive"
"""The platform's id of a letter that went as the response itself."""
COPIES = timedelta(seconds=30)
"""How long copies of a message come: WeChat tries three times, five seconds each; what comes later is a replay."""


class Reply(NamedTuple):
    """What there is to answer; *done* says that nothing more is to be waited for, *first* that no copy had it before."""

    done: bool
    letter: Letter | None = None
    first: bool = False


async def take(session: AsyncSession, at: Address, number: str, *, now: datetime) -> Reply:
    """Return the answer to the message *number* of *at*; it counts as sent, and a copy of the message gets it again.

    A letter that the postman has taken over is not given out.
    """
    mine = (Letter.channel == at.channel, Letter.address == at.id, Letter.answers == number)
    letter = await session.scalar(select(Letter).where(*mine).order_by(Letter.id).limit(1).with_for_update())
    if letter is None:
        return Reply(await inbox.answered(session, at.channel, number))
    first = letter.state == "waiting"
    if first:
        letter.state, letter.platform_id, letter.settled_at = "sent", IN_RESPONSE, now
    given = letter.platform_id == IN_RESPONSE and now - (letter.settled_at or now) <= COPIES
    return Reply(done=True, letter=letter if given else None, first=first)


async def give_back(session: AsyncSession, letter: int, *, now: datetime) -> None:
    """Let a letter whose line broke wait for the next copy of its message; after that it is the postman's."""
    found = await session.get(Letter, letter, with_for_update=True)
    if found is not None and found.platform_id == IN_RESPONSE and found.state == "sent":
        found.state, found.platform_id, found.settled_at = "waiting", "", None
        found.due = now + COPIES
