"""What is forgotten of a member's sign-ups: of one event when they no longer agree, of all when they ask for it, and with it everything else."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import consents, handoffs, interests, linking, membership, offers, opinions, pairs, signups, works
from models.conversations import Conversation
from models.events import Event
from models.members import Member
from models.pairs import Pair
from models.places import CANCELLED, LIVE, MEMBER, Change, Place

LOOKED_BACK = timedelta(days=60)
"""How long after its day an event is looked at: names lie encrypted, so that no query tells the empty ones."""


async def forget(session: AsyncSession, member: Member, slug: str, *, now: datetime) -> list[Change]:
    """Give back what *member* has of the event, and forget what they said for it; numbers and dates stay."""
    changes = []
    query = select(Place).join(Event).where(Place.member_id == member.id, Event.slug == slug)
    for place in list(await session.scalars(query)):
        changes += await _leave(session, place, now=now)
        wipe(place)
    for work in await works.of(session, slug, member):
        work.state, work.ended_at = "withdrawn", now
    mine = select(Event.id).where(Event.slug == slug).scalar_subquery()
    await session.execute(
        update(Pair)
        .where(Pair.event_id == mine, Pair.member_id == member.id)
        .values(wish={}, state=pairs.LAPSED)
    )
    await consents.withdraw(session, member, slug, now=now)
    return changes


async def forget_all(session: AsyncSession, member: Member, *, now: datetime) -> list[Change]:
    """Forget every sign-up and every work of *member*."""
    query = select(Event.slug).join(Place).where(Place.member_id == member.id)
    slugs = {*await session.scalars(query), *(found.about for found in await consents.of(session, member))}
    changes = []
    for slug in sorted(slugs):
        changes += await forget(session, member, slug, now=now)
    await works.erase(session, member)
    return changes


async def everything(session: AsyncSession, member: Member, *, now: datetime) -> list[Change]:
    """Forget all that *member* has said, and their card; a hand-off that is open stays until it ends."""
    await interests.forget_all(session, member)
    await membership.release(session, member)
    await linking.forget(session, member)
    await opinions.forget(session, member)
    conversation = await session.get(Conversation, member.id)
    if conversation is not None:
        conversation.forget()
    changes = await forget_all(session, member, now=now)
    await handoffs.erase(session, member)
    return changes


async def _leave(session: AsyncSession, place: Place, *, now: datetime) -> list[Change]:
    event = await session.get_one(Event, place.event_id)
    changes = await offers.settle(session, event, now=now)
    await session.refresh(place)
    if place.state not in LIVE:
        return changes
    return changes + await signups.leave(session, event, place, CANCELLED, by=MEMBER, reason="", now=now)


def wipe(place: Place) -> None:
    """Forget who it was and what they said; the number stays."""
    place.name, place.phone, place.answers, place.who, place.person = "", "", {}, None, None


async def expire(session: AsyncSession, keep: dict[str, timedelta], *, now: datetime) -> int:
    """Forget what was said for events that ended longer ago than their content promised; return how many."""
    done = 0
    for event in await session.scalars(select(Event).where(Event.slug.in_(keep))):
        if event.last is None or not now - LOOKED_BACK < event.last + keep[event.slug] <= now:
            continue
        for place in await session.scalars(select(Place).where(Place.event_id == event.id)):
            if place.name or place.phone:
                wipe(place)
                done += 1
    return done
