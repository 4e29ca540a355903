"""One-time links."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import members, passes
from models.messages import Address
from models.passes import Pass


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


@pytest.fixture
async def member(session, clock):
    return await members.at_address(session, Address("telegram", "wang"), now=clock())


async def test_link_is_used_once_and_looking_uses_nothing_up(session, member, clock):
    token = passes.make(session, member, "aid:begin", now=clock())

    assert await passes.look(session, token, now=clock())
    assert await passes.look(session, token, now=clock())
    assert await passes.use(session, token, now=clock()) == (member, "aid:begin")
    assert not await passes.look(session, token, now=clock())
    assert await passes.use(session, token, now=clock()) is None


async def test_link_ends_after_fifteen_minutes(session, member, clock):
    token = passes.make(session, member, "aid:begin", now=clock())

    almost = clock() + timedelta(minutes=14, seconds=59)
    assert await passes.look(session, token, now=almost)
    assert not await passes.look(session, token, now=almost + timedelta(seconds=1))
    assert await passes.use(session, token, now=almost + timedelta(seconds=1)) is None


async def test_token_is_not_kept(session, member, clock):
    token = passes.make(session, member, "aid:begin", now=clock())
    await session.flush()

    kept = await session.scalar(select(Pass))
    assert token not in {str(value) for value in vars(kept).values()}
    assert not await passes.look(session, "another", now=clock())


async def test_old_links_are_deleted_after_a_day(session, member, clock):
    passes.make(session, member, "aid:begin", now=clock())
    await passes.clean(session, now=clock() + timedelta(hours=23))
    assert await session.scalar(select(func.count()).select_from(Pass)) == 1

    await passes.clean(session, now=clock() + timedelta(hours=25))
    assert await session.scalar(select(func.count()).select_from(Pass)) == 0
