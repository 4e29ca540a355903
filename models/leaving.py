"""What becomes of a person who unfollows the account: who they are there is forgotten (WeChat demands it), what they are owed stays.

A place for an event to come, a case and an application that are open stay theirs, without the openid: a colleague
tells them by telephone. Without any of these they are forgotten as whoever asks for it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import calls, erasure, inbox, interests, linking, members, outbox, shown_lists, wechat_ledger
from models.applications import Application
from models.cases import Case
from models.conversations import Conversation
from models.handoffs import HandOff
from models.members import Contact, Member
from models.messages import Address
from models.passes import Pass
from models.places import LIVE, Change, Place
from models.proposals import Proposal
from models.staff import Staff

NOBODY = -1
TALKED_AT = (Case, Application, HandOff, Proposal)


async def left(session: AsyncSession, at: Address, *, now: datetime) -> Sequence[Change]:
    """Forget the member behind *at* as far as they have no other address and are owed nothing; return what that moves."""
    contact = await session.get(Contact, (at.channel, at.id))
    if contact is None:
        return ()
    member = await session.get_one(Member, contact.member_id)
    changes: Sequence[Change] = ()
    if await members.addresses(session, member) == [at]:
        if await _is_owed(session, member, now=now):
            await _profile(session, member)
        else:
            changes = await erasure.everything(session, member, now=now)
    await _detach(session, at, member)
    return changes


async def _is_owed(session: AsyncSession, member: Member, *, now: datetime) -> bool:
    live = select(Place.id).where(Place.member_id == member.id, Place.state.in_(LIVE)).limit(1)
    return await session.scalar(live) is not None or bool(await erasure.holds(session, member, now=now))


async def _profile(session: AsyncSession, member: Member) -> None:
    """Forget what nobody needs in order to keep the promise: wishes, what was said, news."""
    await interests.forget_all(session, member)
    await linking.forget(session, member)
    conversation = await session.get(Conversation, member.id)
    if conversation is not None:
        conversation.forget()
    member.wants_news, member.language, member.channel = False, "", ""


async def _detach(session: AsyncSession, at: Address, member: Member) -> None:
    """Delete the address everywhere; what is still to be told goes by telephone."""
    by_phone = {"channel": calls.CHANNEL, "address": str(member.id)}
    for table in TALKED_AT:
        mine = (table.channel == at.channel, table.address == at.id)
        await session.execute(update(table).where(*mine).values(by_phone))
    there = (Staff.channel == at.channel, Staff.address == at.id)
    await session.execute(update(Staff).where(*there).values(channel="", address=""))
    await session.execute(update(Contact).where(Contact.opened_from == at.place).values(opened_from=""))
    await session.execute(delete(Pass).where(Pass.place == at.place))
    await session.execute(delete(Contact).where(Contact.channel == at.channel, Contact.address == at.id))
    await outbox.forget(session, [at], NOBODY)
    await inbox.forget(session, [at])
    await shown_lists.forget(session, [at])
    await wechat_ledger.forget(session, [at.id])
