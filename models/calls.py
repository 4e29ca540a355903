"""The call list: what members without a reachable address are told by telephone, as letters of the channel `phone`.

Such a letter is written like every other and waits until a colleague has called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import application_member, deadlines
from models.base import Refused
from models.events import Event
from models.members import Member, moves_along
from models.messages import Address
from models.notices import TOLD, Notice
from models.outbox import Letter
from models.places import OFFERED, Place, note
from models.rights import EVERYWHERE, Scope

CHANNEL, OFFER = "phone", "offer:"
AGAIN = timedelta(hours=4)
"""When to try once more somebody who was not reached."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make: to whom (*member* is their number here), at which telephone, and what to say."""

    id: int
    name: str
    phone: str
    text: str
    tries: int
    member: int


def address(member: Member) -> Address:
    """Return where letters to *member* go that a colleague tells by telephone."""
    return Address(CHANNEL, str(member.id))


def key(place: Place, member: Member) -> str:
    """Return the key of the call by which *member* is told that *place* is offered to them."""
    return f"{OFFER}{place.id}:{place.attempt}:{member.id}"


async def waiting(session: AsyncSession, *, now: datetime) -> list[Call]:
    """Return the calls to make now, the oldest first."""
    return await of(session, await due(session, now=now))


async def due(session: AsyncSession, scope: Scope = EVERYWHERE, *, now: datetime) -> list[int]:
    """Return the numbers of the calls to make now to members within *scope*, the oldest first.

    Of offers that are answered or over nobody is told any more, nor of an application for which the member has done
    what was needed, nor of a notice that rests or was cancelled.
    """
    rests = exists().where(Notice.id == Letter.notice_id, Notice.state.not_in(TOLD))
    query = select(Letter.id, Letter.key).join(Member, cast(Member.id, String) == Letter.address)
    query = query.where(Letter.channel == CHANNEL, Letter.state == "waiting", Letter.due <= now, ~rests)
    query = query.where(Member.phone.is_not(None))  # who has withdrawn it since cannot be called
    query = scope.narrow(query, Member.union_name, Member.area).order_by(Letter.due, Letter.id)
    keys: dict[int, str | None] = dict((await session.execute(query)).all())
    over = await _over(session, keys, now)
    return [number for number in keys if number not in over]


async def lies_within(session: AsyncSession, number: int, scope: Scope) -> bool:
    """Say whether the call is one to a member within *scope*."""
    query = select(Letter.id).join(Member, cast(Member.id, String) == Letter.address)
    query = query.where(Letter.id == number, Letter.channel == CHANNEL)
    return await session.scalar(scope.narrow(query, Member.union_name, Member.area)) is not None


async def of(session: AsyncSession, numbers: Sequence[int]) -> list[Call]:
    """Return the calls with these *numbers*, in their order."""
    query = select(Letter, Member).join(Member, cast(Member.id, String) == Letter.address)
    rows = (await session.execute(query.where(Letter.id.in_(numbers)))).all()
    calls = {
        letter.id: Call(
            letter.id, member.name or "", member.phone or "", letter.message.text, letter.tries, member.id
        )
        for letter, member in rows
    }
    return [calls[number] for number in numbers]


async def _over(session: AsyncSession, keys: Mapping[int, str | None], now: datetime) -> set[int]:
    """Return the letters about offers that no longer stand, and about what a member has done since, by their ids."""
    done = await application_member.answered(session, {key for key in keys.values() if key}, now=now)
    told = {
        letter: tuple(map(int, key.split(":")[1:3]))
        for letter, key in keys.items()
        if key and key.startswith(OFFER)
    }
    ids = [place for place, _ in told.values()]
    query = select(Place, Event).join(Event).where(Place.id.in_(ids), Place.state == OFFERED)
    found = (await session.execute(query)).all()
    standing = {(place.id, place.attempt) for place, event in found if not event.over(now)}
    gone = {letter for letter, offer in told.items() if offer not in standing}
    return gone | {letter for letter, key in keys.items() if key in done}


async def done(session: AsyncSession, number: int, staff: str, *, now: datetime) -> None:
    """Note that a member was told; the clock of their offers begins now.

    Raises Refused: call_unknown.
    """
    letter = await _letter(session, number)
    letter.state, letter.settled_at, letter.reason = "sent", now, f"called by {staff}"
    query = (
        select(Place, Event)
        .join(Event)
        .where(Place.member_id == int(letter.address), Place.state == OFFERED, Place.offered_until.is_(None))
    )
    for place, event in list(await session.execute(query)):
        place.offered_until = deadlines.offered_until(event, now=now)
        note(session, place, "called", OFFERED, OFFERED, by=staff, now=now)


async def missed(session: AsyncSession, number: int, *, now: datetime) -> None:
    """Note that nobody answered; the call comes again in some hours.

    Raises Refused: call_unknown.
    """
    letter = await _letter(session, number)
    letter.tries += 1
    letter.due = now + AGAIN


async def _letter(session: AsyncSession, number: int) -> Letter:
    query = select(Letter).where(Letter.id == number, Letter.channel == CHANNEL, Letter.state == "waiting")
    letter = await session.scalar(query.with_for_update())
    if letter is None:
        raise Refused("call_unknown")
    return letter


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    theirs = (Letter.channel == CHANNEL, Letter.address == str(other.id), Letter.state == "waiting")
    await session.execute(update(Letter).where(*theirs).values(address=str(keep.id)))
