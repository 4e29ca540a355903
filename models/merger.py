"""The places of two member records that turn out to be one person."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import members, offers, places
from models.events import Event
from models.members import Member
from models.places import CANCELLED, HOLDING, IN, Change, Place, PlaceAudit


@members.moves_along
async def move(session: AsyncSession, keep: Member, other: Member, now: datetime) -> None:
    """Bring the places along when two records become one person; `moved` tells whom that gave an offer."""
    changes = await merge(session, keep, other, by=places.MEMBER, now=now)
    session.info.setdefault("places", []).extend(changes)


def moved(session: AsyncSession) -> list[Change]:
    """Return, once, what merging records did to places in this transaction, for the caller to write letters of."""
    found: list[Change] = session.info.pop("places", [])
    return found


async def merge(session: AsyncSession, kept: Member, gone: Member, *, by: str, now: datetime) -> list[Change]:
    """Give member *kept* the places of member *gone*: of two for one event the earlier stays, the other is freed.

    A place that is held goes before one that only waits, whichever came first.
    """
    changes = []
    query = select(Event).where(Event.id.in_(select(Place.event_id).where(Place.member_id == gone.id)))
    for event in list(await session.scalars(query.order_by(Event.id))):
        changes += await _merge_at(session, event, kept.id, gone.id, by=by, now=now)
    return changes


async def _merge_at(
    session: AsyncSession, event: Event, kept: int, gone: int, *, by: str, now: datetime
) -> list[Change]:
    changes = await offers.settle(session, event, now=now)
    query = select(Place).where(Place.event_id == event.id, Place.member_id.in_((kept, gone)))
    rows = list(await session.scalars(query, execution_options={"populate_existing": True}))
    rows.sort(key=_worth)
    stays, *others = rows
    for other in others:
        await _free(session, stays, other, by=by, now=now)
    places.note(session, stays, "member", str(gone), str(kept), by=by, now=now)
    stays.member_id = kept
    changes = offers.own_first(changes, Change(stays, "merged"))
    return changes + await offers.promote(session, event, now=now)


def _worth(place: Place) -> tuple[bool, bool, datetime, int]:
    return place.state not in HOLDING, place.state not in IN, place.joined_at, place.id


async def _free(session: AsyncSession, stays: Place, other: Place, *, by: str, now: datetime) -> None:
    """Take *other* out and keep its history with the place that stays."""
    if other.state in IN:
        places.turn(session, other, CANCELLED, by=by, reason="merged", now=now)
    stays.expiries = max(stays.expiries, other.expiries)
    await session.flush()
    await session.execute(update(PlaceAudit).where(PlaceAudit.place_id == other.id).values(place_id=stays.id))
    await session.delete(other)
    await session.flush()
