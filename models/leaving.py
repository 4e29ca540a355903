"""What goes when members leave an account whose platform demands that they are forgotten then, and what stays until it is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import applications, calls, cases, erasure, handoffs, inbox, members
from models.applications import Application
from models.case_member import REACH
from models.cases import Case
from models.conversations import FROM, MOVED, Conversation
from models.events import Event
from models.handoffs import HandOff
from models.linking import Link
from models.members import Contact, Member, moves_along
from models.messages import Address, Incoming
from models.passes import Pass
from models.places import CONFIRMED, LIVE, OFFERED, Change, Place
from models.proposals import Proposal
from models.staff import Staff

FORGETS = frozenset(["wechat"])
"""The channels that demand that whoever leaves is forgotten (WeChat, event of unsubscribing)."""
BEGUN = (HandOff, Case, Application, Proposal)
"""What holds the address at which it began, and may go on without it."""
AGAIN, AT_ONCE = timedelta(days=1), 100


async def left(session: AsyncSession, goodbye: Incoming, *, now: datetime) -> list[Change]:
    """Forget the address that says *goodbye*, and all of its member whom nothing else reaches; return what that did to places.

    A copy that comes late finds nothing; where the member has come back meanwhile, they are new once more.
    """
    at = goodbye.sender
    contact = await session.get(Contact, (at.channel, at.id))
    if contact is None:
        await _forget_addresses(session, [at], goodbye.id)
        return []
    member = await session.get_one(Member, contact.member_id)
    here = [at, *await _let_in_from(session, member, at)]
    name, phone = await _known(session, member)
    await _detach(session, member, here, phone, now=now)
    await _forget_addresses(session, here, goodbye.id)
    if await members.addresses(session, member):
        member.channel = ""
        member.phone = phone if await erasure.holds(session, member, now=now) else member.phone
        return []
    return await _forget(session, member, name, phone, now=now)


async def gone(session: AsyncSession, at: Address, reason: str, now: datetime) -> None:
    """Close an address that its platform calls gone; a goodbye that we did not hear is said now, in its turn."""
    await members.bury(session, at, reason, now)
    if reason == "blocked" and at.channel in FORGETS:
        number = f"{at.id}:{int(now.timestamp())}:gone"
        await inbox.put(session, [Incoming(number, at, kind="blocked")], now=now)


async def finish(session: AsyncSession, *, now: datetime) -> list[Change]:
    """Forget those who left while something was under way, once nothing is; return what that did to places."""
    query = select(Member).where(Member.forget_at <= now).order_by(Member.forget_at, Member.id)
    changes = []
    for member in await session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True)):
        member.forget_at = None
        if await members.addresses(session, member):  # a colleague found out that it is the same person
            continue
        if await _coming(session, member, LIVE, now) or await erasure.holds(session, member, now=now):
            member.forget_at = now + AGAIN
            continue
        changes += await erasure.everything(session, member, now=now)
    return changes


async def _forget(
    session: AsyncSession, member: Member, name: str | None, phone: str | None, *, now: datetime
) -> list[Change]:
    """Forget *member*, but for what is under way: a colleague can still call about it; without a number no place is kept waiting."""
    kept = await _coming(session, member, LIVE if phone else (CONFIRMED,), now)
    held = await erasure.holds(session, member, now=now)
    changes = await erasure.everything(session, member, but=kept, now=now)
    member.wants_news = False
    if kept or held:
        member.name, member.phone, member.forget_at = name, phone, now + AGAIN
    return changes + [Change(place, "offered") for place in kept.values() if place.state == OFFERED]


async def _coming(
    session: AsyncSession, member: Member, states: Sequence[str], now: datetime
) -> Mapping[str, Place]:
    """Return the places of *member* in these *states* by their events, as far as those are still to come."""
    query = select(Place, Event).join(Event).where(Place.member_id == member.id, Place.state.in_(states))
    return {event.slug: place for place, event in await session.execute(query) if not event.over(now)}


async def _let_in_from(session: AsyncSession, member: Member, at: Address) -> list[Address]:
    """Return the pages of *member* that *at* let in: they are the browser of the same account."""
    query = select(Contact).where(Contact.member_id == member.id, Contact.opened_from == at.place)
    return [one.at for one in await session.scalars(query)]


async def _known(session: AsyncSession, member: Member) -> tuple[str | None, str | None]:
    """Return the name and the telephone that *member* gave, for themselves or for what is under way."""
    places = await session.scalars(select(Place).where(Place.member_id == member.id).order_by(Place.id))
    rows = [member, *await cases.of(session, member), *await applications.of(session, member), *places]
    talk = await handoffs.of(session, member)
    phones = (*(row.phone for row in rows), talk.phone if talk else None)
    return next((row.name for row in rows if row.name), None), next(filter(None, phones), None)


async def _detach(
    session: AsyncSession, member: Member, addresses: Sequence[Address], phone: str | None, *, now: datetime
) -> None:
    """Let what began at these addresses go on by telephone, and end what goes on nowhere else.

    No other address of the member takes it over: what is private is seen only where it began.
    """
    here = {at.place for at in addresses}
    for at in addresses:
        for table in BEGUN:
            mine = update(table).where(table.channel == at.channel, table.address == at.id)
            await session.execute(mine.values(channel=calls.CHANNEL, address=str(member.id)))
    for case in await cases.of(session, member):
        if case.facts.get(REACH) in here:
            case.facts = {name: said for name, said in case.facts.items() if name != REACH}
    talk = await handoffs.of(session, member)
    if talk is not None and talk.channel == calls.CHANNEL and not phone:
        handoffs.close(talk, now=now)
    conversation = await session.get(Conversation, member.id)
    if conversation is not None and here & {conversation.answers.get(mark, "") for mark in (FROM, MOVED)}:
        conversation.close()


async def _forget_addresses(session: AsyncSession, addresses: Sequence[Address], goodbye: str) -> None:
    """Leave no trace of these addresses, nor of the message that says *goodbye*."""
    await erasure.unlearn(session, addresses, upto=goodbye)
    await session.execute(delete(Pass).where(Pass.place.in_([at.place for at in addresses])))
    for at in addresses:
        for table in (Link, Contact):
            theirs = delete(table).where(table.channel == at.channel, table.address == at.id)
            await session.execute(theirs)
        colleague = update(Staff).where(Staff.channel == at.channel, Staff.address == at.id)
        await session.execute(colleague.values(channel="", address=""))


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    """Let what goes on by telephone go on with the record that is kept."""
    for table in BEGUN:
        mine = update(table).where(table.channel == calls.CHANNEL, table.address == str(other.id))
        await session.execute(mine.values(address=str(keep.id)))
