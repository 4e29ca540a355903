"""Signing up for an event, giving it back, and what staff decide of a sign-up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events, offers, places, seats
from models.base import Refused
from models.events import APPROVE, LOTTERY, Event
from models.places import (
    CANCELLED,
    CONFIRMED,
    DECLINED,
    IN,
    LIVE,
    MEMBER,
    OFFERED,
    PENDING,
    REJECTED,
    WAITING,
    Change,
    Place,
    What,
)
from models.seats import Seats

MAX_EXPIRIES = 2
TOLD: dict[str, What] = {CONFIRMED: "confirmed", WAITING: "waiting", PENDING: "pending", OFFERED: "offered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member asks for; *by* is the colleague who wrote it down, *verified* that the membership is known."""

    member_id: int
    channel: str
    party: int = 1
    category: str = ""
    union: str = ""
    area: str = ""
    verified: bool = False
    name: str = ""
    phone: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    by: str = MEMBER


async def sign_up(session: AsyncSession, event: Event, wish: Wish, *, now: datetime) -> list[Change]:
    """Give the member a place, or one in the line when none is free or others wait; twice changes nothing.

    The member's own change comes first. Raises Refused when the event does not take them.
    """
    changes = await offers.settle(session, event, now=now)
    place = await _known(session, event, wish)
    if place is not None and place.state in IN:
        return offers.own_first(changes, Change(place, "already"))
    _admit(event, wish, now)
    counted = await seats.count(session, event)
    category_id = _category(counted, wish.category)
    if place is None:
        place = Place(
            event_id=event.id, member_id=wish.member_id, attempt=0, expiries=0, priority=0, state=""
        )
    elif place.state == REJECTED and wish.by == MEMBER:
        raise Refused("rejected")
    _fill(place, wish, category_id, now)
    return await _enter(session, event, place, _state(event, place, counted), wish.by, changes, now)


async def rejoin(session: AsyncSession, place: Place, *, now: datetime) -> list[Change]:
    """Sign up once more as before, at the end of the line.

    Raises Refused as signing up does.
    """
    event = await session.get_one(Event, place.event_id)
    category = await session.get(events.Category, place.category_id) if place.category_id else None
    wish = Wish(
        member_id=place.member_id,
        channel=place.channel,
        party=place.party,
        category=category.name if category else "",
        union=place.union,
        area=event.area,
        verified=event.requires_member,
        name=place.name,
        phone=place.phone,
        answers=place.answers,
    )
    return await sign_up(session, event, wish, now=now)


async def _known(session: AsyncSession, event: Event, wish: Wish) -> Place | None:
    """Return the member's own row; refuse when the same person is in under another member record."""
    mine = Place.member_id == wish.member_id
    who = places.same_person(wish.name, wish.phone)
    query = select(Place).where(Place.event_id == event.id, or_(mine, Place.who == who) if who else mine)
    rows = list(await session.scalars(query, execution_options={"populate_existing": True}))
    own = next((place for place in rows if place.member_id == wish.member_id), None)
    if len(rows) > (own is not None) and (own is None or own.state not in IN):
        raise Refused("same_person")
    return own


def _admit(event: Event, wish: Wish, now: datetime) -> None:
    if event.state == events.CALLED_OFF:
        raise Refused("called_off")
    if not event.takes(now):
        if event.opens is not None and now < event.opens:
            raise Refused("not_open")
        raise Refused("closed")
    if event.requires_member and not wish.verified:
        raise Refused("members_only")
    if event.union and wish.union != event.union:
        raise Refused("other_union")
    if event.area and wish.area != event.area:
        raise Refused("other_area")
    if not 1 <= wish.party <= event.party_max:
        raise Refused("party")


def _category(counted: Seats, name: str) -> int | None:
    found = counted.categories.get(name)
    if found is None and (counted.categories or name):
        raise Refused("no_category")
    if found in counted.closed:
        raise Refused("category_closed")
    return found


def _fill(place: Place, wish: Wish, category_id: int | None, now: datetime) -> None:
    place.attempt += 1
    place.joined_at, place.since = now, now
    place.party, place.category_id, place.union = wish.party, category_id, wish.union
    place.passes, place.draw_rank = 0, places.UNDRAWN
    place.name, place.phone = wish.name, wish.phone
    place.who = place.person = places.same_person(wish.name, wish.phone)
    place.answers, place.channel = dict(wish.answers), wish.channel


async def _enter(
    session: AsyncSession,
    event: Event,
    place: Place,
    state: str,
    by: str,
    changes: list[Change],
    now: datetime,
) -> list[Change]:
    if state == CONFIRMED or (state == PENDING and event.policy == LOTTERY):
        await places.number(session, event, place)
    if place not in session:
        session.add(place)
        await session.flush()
    places.turn(session, place, state, by=by, now=now)
    if state == WAITING:
        changes += await offers.promote(session, event, now=now)
    return offers.own_first(changes, Change(place, TOLD[place.state]))


def _state(event: Event, place: Place, counted: Seats) -> str:
    if event.policy == APPROVE or (event.policy == LOTTERY and event.drawn_at is None):
        return PENDING
    return _guard(event, place, counted)


def _guard(event: Event, place: Place, counted: Seats) -> str:
    """Say whether *place* is confirmed or waits: who comes now never goes before who waits."""
    if counted.room(place.category_id, place.union) >= place.party and not counted.waiting:
        return CONFIRMED
    if not event.list_open:
        raise Refused("full")
    if place.expiries >= MAX_EXPIRIES:
        raise Refused("lapsed_twice")
    return WAITING


async def amend(
    session: AsyncSession, event: Event, place: Place, answers: Mapping[str, Any], *, now: datetime
) -> None:
    """Put other answers in the place of those given, until the closing.

    Raises Refused: change_closed, nothing_to_cancel (it is given back meanwhile).
    """
    if not event.takes(now):
        raise Refused("change_closed")
    await session.refresh(place, with_for_update=True)
    if place.state not in LIVE:
        raise Refused("nothing_to_cancel")
    place.answers = {**place.answers, **answers}
    places.note(session, place, "answers", place.state, place.state, by=MEMBER, now=now)


async def cancel(
    session: AsyncSession, place: Place, *, by: str = MEMBER, reason: str = "", now: datetime
) -> list[Change]:
    """Give back what *place* is: a place, an offer, a rank in the line, an entry; twice changes nothing.

    Raises Refused when a member is too late, or there is nothing to give back.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if place.state in (CANCELLED, DECLINED):
        return offers.own_first(changes, Change(place, "cancelled"))
    if place.state not in LIVE:
        raise Refused("nothing_to_cancel")
    if by == MEMBER and place.state == OFFERED:
        return await offers.decline(session, place, now=now)
    if by == MEMBER and place.state == CONFIRMED and not event.lets_go(now):
        raise Refused("cancel_closed")
    if by != MEMBER and not reason:
        raise Refused("reason_missing")
    return await leave(session, event, place, CANCELLED, by=by, reason=reason, now=now) + changes


async def approve(session: AsyncSession, place: Place, staff: str, *, now: datetime) -> list[Change]:
    """Let a sign-up in, or put it in the line, as there is room.

    Raises Refused when it does not wait for approval, or all is full and the list closed.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if place.state != PENDING or event.policy != APPROVE:
        raise Refused("not_pending")
    state = _guard(event, place, await seats.count(session, event))
    return await _enter(session, event, place, state, staff, changes, now)


async def reject(
    session: AsyncSession, place: Place, staff: str, *, reason: str, now: datetime
) -> list[Change]:
    """Turn a sign-up down for good; only staff may sign this member up again.

    Raises Refused without a reason, or when there is nothing to turn down.
    """
    event, changes = await offers.reopen(session, place, now=now)
    if place.state not in LIVE:
        raise Refused("nothing_to_cancel")
    if not reason:
        raise Refused("reason_missing")
    return await leave(session, event, place, REJECTED, by=staff, reason=reason, now=now) + changes


async def leave(
    session: AsyncSession, event: Event, place: Place, state: str, *, by: str, reason: str, now: datetime
) -> list[Change]:
    """End *place* in *state* and offer what it held to the next; the event is locked already."""
    places.turn(session, place, state, by=by, reason=reason, now=now)
    own = Change(place, "rejected" if state == REJECTED else "cancelled")
    return [own, *await offers.promote(session, event, now=now)]
