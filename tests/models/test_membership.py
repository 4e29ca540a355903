"""A member bound to a card: by one at a time, undone without a trace, resting after wrong tries."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import members, membership, roster
from models.base import Refused
from models.members import Member
from models.messages import Address
from models.roster import Card, Holder

WANG, LI = Address("telegram", "wang"), Address("telegram", "li")


@pytest.fixture(autouse=True)
async def listed(database, clock):
    """A roster with one card, and two members."""
    holder = Holder("王芳（演示）", "6214680000123456", "13800000001", "演示单位工会", "海淀")
    async with database.transaction() as session:
        await roster.put(session, [holder], source="演示", now=clock())
        for at in (WANG, LI):
            await members.at_address(session, at, now=clock())


async def bind(database, clock, at: Address) -> str:
    try:
        async with database.transaction() as session:
            member = await members.at_address(session, at, now=clock())
            await membership.bind(session, member, await session.scalar(select(Card)), now=clock())
    except Refused as refused:
        return refused.reason
    return "bound"


async def test_card_is_bound_by_one(database, clock):
    assert await bind(database, clock, WANG) == "bound"
    assert await bind(database, clock, LI) == "card_taken"
    assert await bind(database, clock, WANG) == "bound"

    async with database.transaction() as session:
        holder = await membership.holder(session, await session.scalar(select(Card)))
        assert holder.id == (await members.at_address(session, WANG, now=clock())).id


async def test_who_comes_second_waits_and_is_refused(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        await membership.bind(session, member, await session.scalar(select(Card)), now=clock())
        second = asyncio.create_task(bind(database, clock, LI))
        await asyncio.sleep(0.2)

    assert await second == "card_taken"


async def test_database_holds_one_member_a_card(database, clock):
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            card = await session.scalar(select(Card.id))
            for member in await session.scalars(select(Member)):
                member.roster_id = card


async def test_releasing_forgets_what_the_card_brought(database, clock):
    await bind(database, clock, WANG)
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        assert (member.verified, member.union_name) == (True, "演示单位工会")
        await membership.note(session, member, "王芳 1", now=clock())
        await membership.release(session, member)

    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        kept = (member.name, member.phone, member.union_name, member.area, member.roster_id, member.verified)
        assert kept == (None, None, "", "", None, False)
        assert await membership.unmatched(session, member) is None
    assert await bind(database, clock, LI) == "bound"


async def test_binding_rests_after_three_wrong_tries_in_a_row(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        assert membership.rests_until(member, now=clock()) is None
        for number in (1, 2):
            assert await membership.missed(session, member, "x", now=clock()) == number
            assert membership.rests_until(member, now=clock()) is None
        clock.tick(3600)
        for number in (1, 2, 3):
            assert await membership.missed(session, member, "y", now=clock()) == number

        until = membership.rests_until(member, now=clock())
        assert (until - clock()).total_seconds() == 3600
        clock.tick(3600)
        assert membership.rests_until(member, now=clock()) is None
        assert (await membership.unmatched(session, member)).said == "y"


async def test_binding_forgets_the_wrong_tries(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        for _ in range(2):
            await membership.missed(session, member, "x", now=clock())
    await bind(database, clock, WANG)

    async with database.transaction() as session:
        member = await members.at_address(session, WANG, now=clock())
        assert await membership.unmatched(session, member) is None
        assert await membership.missed(session, member, "x", now=clock()) == 1
