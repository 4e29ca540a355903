"""Members, their addresses, and hand-offs as rows."""

import pytest
from sqlalchemy import select

from models import handoffs, members
from models.base import Refused
from models.handoffs import HandOff
from models.members import Contact
from models.messages import Address

WANG = Address("telegram", "wang")


async def test_member_is_made_on_first_contact_only(database, clock):
    async with database.transaction() as session:
        first = await members.at_address(session, WANG, now=clock())
    async with database.transaction() as session:
        again = await members.at_address(session, WANG, now=clock())

    assert first.id == again.id


async def test_dead_address_lives_again_when_its_member_writes(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        await members.bury(session, WANG, "blocked", clock())
        await members.bury(session, WANG, "gone", clock())
        await members.bury(session, Address("telegram", "nobody"), "gone", clock())
        await session.flush()
        assert await members.contacts(session, member) == []
        assert await session.scalar(select(Contact.dead_reason)) == "blocked"

        await members.at_address(session, WANG, now=clock())
        await session.flush()
        assert [contact.at for contact in await members.contacts(session, member)] == [WANG]


async def test_chat_that_moves_takes_its_member_along(database, clock):
    new = Address("telegram", "-100")
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        await members.move(session, WANG, new)
        await members.move(session, Address("telegram", "nobody"), new)
        await session.flush()

        assert (await members.at_address(session, new, now=clock())).id == member.id


async def test_chat_does_not_move_onto_another(database, clock):
    li = Address("telegram", "li")
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        await members.at_address(session, li, now=clock())
        await members.move(session, WANG, li)
        await session.flush()

        assert (await members.at_address(session, WANG, now=clock())).id == member.id


@pytest.fixture
async def handoff(database, clock) -> HandOff:
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        return await handoffs.ask(session, member, WANG, promised=None, now=clock())


async def test_hand_off_is_taken_by_one(handoff, clock):
    handoffs.take(handoff, "demo", now=clock())

    with pytest.raises(Refused, match="taken"):
        handoffs.take(handoff, "other", now=clock())
    assert handoff.taken_by == "demo"


async def test_only_who_took_it_speaks(database, handoff, clock):
    async with database.transaction() as session:
        with pytest.raises(Refused, match="not_yours"):
            handoffs.reply(session, handoff, "demo", "您好", now=clock())
        handoffs.take(handoff, "demo", now=clock())
        with pytest.raises(Refused, match="not_yours"):
            handoffs.reply(session, handoff, "other", "您好", now=clock())
        handoffs.reply(session, handoff, "demo", "您好", now=clock())


async def test_closing_twice_keeps_the_first_end(handoff, clock):
    handoffs.close(handoff, now=clock())
    ended = handoff.closed_at
    clock.tick(60)
    handoffs.close(handoff, now=clock())

    assert handoff.closed_at == ended


async def test_asking_more_urgently_raises_the_urgency_and_never_lowers_it(database, handoff, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        for urgency, kept in (("P2", "P2"), ("P0", "P0"), ("P3", "P0"), ("", "P0")):
            found = await handoffs.ask(session, member, WANG, urgency=urgency, promised=None, now=clock())
            assert (found.id, found.urgency) == (handoff.id, kept)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800000001", "138****0001"),
        ("13800000000", "138****0000"),
        ("+86 138-0000-0000", "138****0000"),
        ("010-82510001", "010****0001"),
        ("82510001", "****01"),
        ("", ""),
        ("没有", ""),
    ],
)
def test_phone_is_masked(phone, shown):
    assert members.masked(phone) == shown
