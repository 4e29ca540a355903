"""What is forgotten of a member's sign-ups: of one event when they no longer agree, of all when they ask for it, and with it everything else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import (
    application_data,
    applications,
    calls,
    case_data,
    cases,
    consents,
    handoffs,
    inbox,
    interests,
    leftovers,
    linking,
    members,
    membership,
    offers,
    opinions,
    outbox,
    pairs,
    personal_data,
    shown_lists,
    signups,
    unanswered,
    wechat_ledger,
    wechat_mass,
    works,
)
from models.consents import Consent
from models.conversations import Conversation
from models.events import Event
from models.members import Contact, Member
from models.messages import Address
from models.notice_lines import NoticeLine
from models.pairs import Pair
from models.passes import Pass
from models.places import CANCELLED, LIVE, MEMBER, Change, Place, PlaceAudit
from models.quiet import BEIJING
from models.roster import Card

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
    asked = update(Pair).where(Pair.event_id == mine, Pair.member_id == member.id)
    await session.execute(asked.values(wish={}))
    await session.execute(asked.where(Pair.state == pairs.ASKED).values(state=pairs.LAPSED))
    await consents.withdraw(session, member, slug, now=now)
    return changes


async def forget_all(
    session: AsyncSession, member: Member, *, but: Collection[str] = (), now: datetime
) -> list[Change]:
    """Forget every work of *member*, and every sign-up *but* those for some events."""
    query = select(Event.slug).join(Place).where(Place.member_id == member.id)
    agreed = await consents.of(session, member)
    slugs = {
        *await session.scalars(query),
        *(one.about for one in agreed if one.kind not in consents.OF_CASES),
    }
    changes = []
    for slug in sorted(slugs - {*but}):
        changes += await forget(session, member, slug, now=now)
    await works.erase(session, member)
    return changes


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something stays for now: a talk (`handoff`), a case (`case`) or an `application` by its *number*, *until* a day if that is known."""

    kind: str
    number: str
    until: date | None = None


async def holds(session: AsyncSession, member: Member, *, now: datetime) -> list[Hold]:
    """Return what *member* cannot be forgotten with yet: a talk or case that is open, a case whose deadline runs."""
    running = await handoffs.of(session, member)
    talks = [Hold("handoff", str(running.id))] if running else []
    cases = await case_data.held(session, member, today=now.astimezone(BEIJING).date())
    under_way = [
        Hold("application", number) for number in await application_data.held(session, member, now=now)
    ]
    return talks + [Hold("case", case.number, day) for case, day in cases] + under_way


async def everything(
    session: AsyncSession, member: Member, *, but: Collection[str] = (), now: datetime
) -> list[Change]:
    """Forget all that *member* has said, *but* the sign-ups for some events, and their card.

    What is held stays until it ends, with the way to reach them.
    """
    held = await holds(session, member, now=now)
    words = await _told_by(session, member)
    sent = await personal_data.files(session, member)
    await interests.forget_all(session, member)
    await membership.release(session, member)
    await linking.forget(session, member)
    await opinions.forget(session, member)
    conversation = await session.get(Conversation, member.id)
    if conversation is not None:
        conversation.forget()
    changes = await forget_all(session, member, but=but, now=now)
    await handoffs.erase(session, member)
    await _forget_cases(session, member, {hold.number for hold in held if hold.kind == "case"}, now=now)
    await application_data.forget(session, member, {hold.number for hold in held})
    await unanswered.forget(session, words)
    await leftovers.abandon(session, member, sent)
    if not held and not but:
        await _unreached(session, member)
    await session.flush()
    return changes


async def _told_by(session: AsyncSession, member: Member) -> set[str]:
    """Return the words that tell who *member* is: names, telephone numbers, the number of the card."""
    card = await session.get(Card, member.roster_id) if member.roster_id else None
    found = [member.name, member.phone, *((card.card, card.phone) if card else ())]
    for place in await session.scalars(select(Place).where(Place.member_id == member.id)):
        found += [place.name, place.phone]
    for case in await cases.of(session, member):
        found += [case.name, case.phone]
    for application in await applications.of(session, member):
        found += [application.name, application.phone]
    return {word for word in found if word}


async def _forget_cases(session: AsyncSession, member: Member, kept: set[str], *, now: datetime) -> None:
    for case in await cases.of(session, member):
        if case.number not in kept:
            await case_data.forget(session, case)
            await consents.withdraw(session, member, case.number, now=now)


async def _unreached(session: AsyncSession, member: Member) -> None:
    """Forget where *member* can be reached, and so who they are; who writes again is somebody new."""
    addresses = [*await members.addresses(session, member), Address(calls.CHANNEL, str(member.id))]
    await unlearn(session, addresses, member.id)
    for table in (Pass, NoticeLine, Contact):
        await session.execute(delete(table).where(table.member_id == member.id))
    await session.execute(update(Pair).where(Pair.member_id == member.id).values(wish={}))
    await session.execute(update(Consent).where(Consent.member_id == member.id).values(how=""))
    mine = select(Place.id).where(Place.member_id == member.id)
    await session.execute(update(PlaceAudit).where(PlaceAudit.place_id.in_(mine)).values(reason=""))
    member.wants_news, member.language, member.channel = False, "", ""
    member.quiet_from = member.quiet_to = member.card_tried_at = None


async def unlearn(
    session: AsyncSession, addresses: Sequence[Address], member_id: int = outbox.NOBODY, *, upto: str = ""
) -> None:
    """Empty what was sent to these *addresses*, and to a member by notices; forget what was heard from there.

    *upto* is a message from there that asks for it itself, so that no key of it stays.
    """
    await outbox.forget(session, addresses, member_id)
    await inbox.forget(session, addresses, upto=upto)
    await shown_lists.forget(session, addresses)
    openids = [at.id for at in addresses if at.channel == outbox.PASSIVE]
    await wechat_ledger.forget(session, openids)
    await wechat_mass.forget(session, openids)


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
