"""Who writes is looked up together: whoever is known, with their talk, their list and the colleague who leads it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from models import conversations, handoffs, members, outbox, senders, shown_lists
from models.members import Member
from models.messages import Address, Choice, Outgoing

WANG, LI, STRANGE = Address("wechat", "wang"), Address("wechat", "li"), Address("wechat", "strange")
ELSEWHERE = Address("telegram", "wang")
"""An address like another one, on another channel."""


@pytest.fixture
async def known(database, clock):
    """Return who is known, after 王 asked for a person twice and 李 was shown a list."""
    async with database.transaction() as session:
        for at in (WANG, LI, ELSEWHERE):
            member = await members.at_address(session, at, now=clock())
            if at != ELSEWHERE:
                await conversations.current(session, member, now=clock())
        wang = await members.at_address(session, WANG, now=clock())
        old = await handoffs.ask(session, wang, WANG, promised=None, now=clock())
        handoffs.close(old, now=clock())
        await session.flush()
        await handoffs.ask(session, wang, WANG, promised=None, now=clock() + timedelta(hours=1))
        await shown_lists.shown(session, LI, Outgoing("x", (Choice("a", "b"),)), now=clock())
    async with database.transaction() as session:
        yield await senders.known(session, [WANG, LI, STRANGE])


async def test_known_ones_come_with_all_that_belongs_to_them(known):
    wang, li = known[WANG], known[LI]

    assert known.keys() == {WANG, LI}
    assert wang.contact.at == WANG
    assert wang.member.id == wang.conversation.member_id == wang.contact.member_id
    assert (wang.handoff.state, wang.shown) == ("waiting", None)
    assert (li.handoff, li.shown.choices) == (None, [("a", "b")])


async def test_colleague_leads_the_talk_once_it_is_taken(known, clock):
    assert not known[WANG].is_led
    assert not known[LI].is_led
    handoffs.take(known[WANG].handoff, "zhao", now=clock())
    assert known[WANG].is_led


@pytest.mark.parametrize("change", [update(Member).values(name="x"), delete(Member).where(Member.id == 0)])
async def test_rows_changed_behind_the_session_make_it_stale(database, change):
    async with database.transaction() as session:
        await senders.known(session, [WANG])
        assert not senders.is_stale(session)
        await session.execute(change)
        assert senders.is_stale(session)
        await senders.known(session, [WANG])
        assert not senders.is_stale(session)


async def test_letters_that_leave_concern_nobody(database):
    async with database.transaction() as session:
        await senders.known(session, [WANG])
        await session.execute(update(outbox.TABLE).values(reason="x"))
        assert not senders.is_stale(session)
