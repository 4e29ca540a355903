"""Pairs: who signs up with a partner holds nothing until the partner has said yes in a chat of their own."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import places, signups
from models.base import Base, Moment, Refused
from models.crypto import EncryptedJSON, lookup_hash
from models.events import Event
from models.members import Member, moves_along
from models.places import IN, Change, Place
from models.signups import Wish

ASKED, AGREED, REFUSED, LAPSED = "asked", "agreed", "refused", "lapsed"
PATIENCE = timedelta(days=1)
CODES = 10**6


class Pair(Base):
    """One question to a partner, found by the keyed hash of six digits; *wish* is what is handed in on a yes.

    *answered_at* is when the partner agreed, or did not: it stands for their consent.
    """

    __tablename__ = "pairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    code_hash: Mapped[str] = mapped_column(index=True)
    wish: Mapped[dict[str, str]] = mapped_column(EncryptedJSON)
    state: Mapped[str] = mapped_column(default=ASKED)
    until: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def asker(self) -> str:
        """Return the name of who asks."""
        return self.wish["name"]


async def ask(
    session: AsyncSession, event: Event, member: Member, wish: dict[str, str], *, now: datetime
) -> tuple[Pair, str]:
    """Keep the question of *member* to a partner; return it with the digits that lead the partner to it.

    Raises Refused: closed, paired (they are in a pair already).
    """
    if not event.takes(now):
        raise Refused("closed")
    await _refuse_paired(session, event, member)
    mine = (Pair.event_id == event.id, Pair.member_id == member.id, Pair.state == ASKED)
    await session.execute(update(Pair).where(*mine).values(state=LAPSED))
    code = await _free_code(session)
    until = min(now + PATIENCE, event.closes or now + PATIENCE)
    pair = Pair(
        event_id=event.id, member_id=member.id, code_hash=_hash(code), wish=wish, state=ASKED, until=until
    )
    session.add(pair)
    await session.flush()
    return pair, code


async def find(session: AsyncSession, event: Event, code: str, *, now: datetime) -> Pair:
    """Return the open question that *code* leads to.

    Raises Refused: pair_unknown, also when it is too late.
    """
    query = select(Pair).where(Pair.event_id == event.id, Pair.code_hash == _hash(code), Pair.state == ASKED)
    pair = await session.scalar(query.where(Pair.until > now))
    if pair is None:
        raise Refused("pair_unknown")
    return pair


async def agree(
    session: AsyncSession, pair: Pair, partner: Member, wish: Wish, *, now: datetime
) -> list[Change]:
    """Let *partner* say yes: the pair gets a place, or one in the line, as one sign-up of two persons.

    Raises Refused: pair_unknown, pair_self, paired, and as signing up does.
    """
    await session.refresh(pair, with_for_update=True)
    if pair.state != ASKED or pair.until <= now:
        raise Refused("pair_unknown")
    if pair.member_id == partner.id:
        raise Refused("pair_self")
    event = await session.get_one(Event, pair.event_id)
    for member in (await session.get_one(Member, pair.member_id), partner):
        await _refuse_paired(session, event, member)
    changes = await signups.sign_up(session, event, wish, now=now)
    earlier = (Pair.event_id == event.id, Pair.member_id == pair.member_id, Pair.state == AGREED)
    await session.execute(update(Pair).where(*earlier).values(state=LAPSED))
    pair.state, pair.partner_id, pair.answered_at = AGREED, partner.id, now
    return changes


async def refuse(session: AsyncSession, pair: Pair, partner: Member, *, now: datetime) -> None:
    """Let *partner* say no; a second time changes nothing."""
    await session.refresh(pair, with_for_update=True)
    if pair.state == ASKED:
        pair.state, pair.partner_id, pair.answered_at = REFUSED, partner.id, now


async def lapse(session: AsyncSession, *, now: datetime) -> list[Pair]:
    """End the questions that nobody has answered in time, and return them."""
    query = select(Pair).where(Pair.state == ASKED, Pair.until <= now).order_by(Pair.id)
    late = list(await session.scalars(query.with_for_update(skip_locked=True)))
    for pair in late:
        pair.state = LAPSED
    return late


async def partner(session: AsyncSession, place: Place) -> Member | None:
    """Return the other half of the pair that *place* belongs to."""
    query = select(Member).join(Pair, Pair.partner_id == Member.id)
    return await session.scalar(
        query.where(Pair.event_id == place.event_id, Pair.member_id == place.member_id, Pair.state == AGREED)
        .order_by(Pair.id.desc())
        .limit(1)
    )


async def of(session: AsyncSession, member: Member) -> list[tuple[Place, Event]]:
    """Return the places that *member* has as somebody's partner."""
    query = (
        select(Place, Event)
        .join(Event)
        .join(Pair, (Pair.event_id == Place.event_id) & (Pair.member_id == Place.member_id))
        .where(Pair.partner_id == member.id, Pair.state == AGREED, Place.state.in_(IN))
    )
    return [(place, event) for place, event in await session.execute(query.order_by(Event.starts, Event.id))]


async def _refuse_paired(session: AsyncSession, event: Event, member: Member) -> None:
    place = await places.of(session, event, member)
    theirs = [found for found, _ in await of(session, member) if found.event_id == event.id]
    if theirs or (place is not None and place.state in IN):
        raise Refused("paired")


async def _free_code(session: AsyncSession) -> str:
    while True:
        code = f"{secrets.randbelow(CODES):06d}"
        taken = select(Pair.id).where(Pair.code_hash == _hash(code), Pair.state == ASKED)
        if await session.scalar(taken) is None:
            return code


def _hash(code: str) -> str:
    return lookup_hash(f"pair:{code}")


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    for column in (Pair.member_id, Pair.partner_id):
        theirs = update(Pair).where(column == other.id).values({column.key: keep.id})
        await session.execute(theirs, execution_options={"synchronize_session": False})
