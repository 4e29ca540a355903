"""The letters that answer a message, taken from the outbox by whoever holds the line open."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import dispatch, inbox
from models.messages import Address
from models.outbox import ANSWERS, HELD, PASSIVE, Letter, body_of

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


async def take(
    session: AsyncSession, asked: Collection[tuple[Address, str]], *, now: datetime
) -> dict[tuple[Address, str], Reply]:
    """Return the answers to messages, each named by who wrote it and its number.

    They count as sent, and a copy of the message gets its answer again. A letter that the postman has taken over is not
    given out.
    """
    mine = {"addresses": [at.id for at, _ in asked], "numbers": [number for _, number in asked]}
    found = dict[tuple[Address, str], list[Letter]]()
    for letter in await session.scalars(_answering(), mine):
        found.setdefault((letter.at, letter.answers or ""), []).append(letter)
    return {one: await _reply(session, *one, found.get(one, []), now) for one in asked}


@cache
def _answering() -> Select[Letter]:
    """Return the query, made once: making it takes longer than running it."""
    mine = (
        Letter.channel == PASSIVE,
        Letter.address.in_(bindparam("addresses", expanding=True)),
        Letter.answers.in_(bindparam("numbers", expanding=True)),
    )
    return select(Letter).where(*mine).order_by(Letter.id).with_for_update()


def written(session: AsyncSession, number: str, *, now: datetime) -> tuple[Letter, ...]:
    """Return the letters that this transaction has written to answer the message *number*; they count as sent."""
    letters = tuple[Letter, ...](session.info.get(ANSWERS, {}).get(number, ()))
    for letter in letters:
        give(letter, number, now=now)
    return letters


async def _reply(
    session: AsyncSession, at: Address, number: str, found: list[Letter], now: datetime
) -> Reply:
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


async def kept(session: AsyncSession, chats: Collection[Address]) -> set[Address]:
    """Return those of *chats* for whom letters wait to be told when they come."""
    asked = (Letter.channel == PASSIVE, Letter.address.in_([at.id for at in chats]), Letter.state == HELD)
    return {Address(PASSIVE, found) for found in await session.scalars(select(Letter.address).where(*asked))}


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
