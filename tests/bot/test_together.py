"""What is asked for at the same time shares a transaction, and its fate."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.together import Together
from models.base import Database
from models.members import Member


@pytest.fixture
def rounds() -> list[list[str]]:
    """Return what was asked for in each transaction."""
    return []


@pytest.fixture
def joined(database, clock, rounds) -> Together[str, int]:
    """Adds members, three at a time; an empty name is refused by the database."""

    async def add(session, names):
        rounds.append(list(names))
        found = [Member(name=name, joined_at=clock() if name else None) for name in names]
        session.add_all(found)
        await session.flush()
        return [member.id for member in found]

    return Together(database, add, 3)


async def names(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Member.name).order_by(Member.name)))


async def test_each_gets_its_own_result_and_many_share_a_transaction(joined, rounds, database):
    found = await asyncio.gather(*(joined(name) for name in "abcdefg"))

    assert rounds == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert len(set(found)) == 7
    assert await names(database) == list("abcdefg")


async def test_what_fails_fails_for_those_who_asked_together_alone(joined, rounds, database):
    found = await asyncio.gather(*(joined(name) for name in ("a", "", "c", "d")), return_exceptions=True)

    assert [isinstance(one, SQLAlchemyError) for one in found] == [True, True, True, False]
    assert await names(database) == ["d"]


async def test_nobody_is_told_before_the_commit(database, clock):
    told: list[str] = []

    async def add(session, asked):
        session.add_all([Member(name=name, joined_at=None) for name in asked])
        return [1 for _ in asked]

    together = Together(database, add, 3, lambda asked, _: told.extend(asked))
    with pytest.raises(SQLAlchemyError):
        await together("a")
    assert told == []


async def test_one_who_does_not_wait_any_more_leaves_the_others_theirs(joined, database):
    gone = asyncio.create_task(joined("a"))
    stays = asyncio.create_task(joined("b"))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays
    assert await names(database) == ["a", "b"]


async def test_database_that_is_away_is_told_to_all(tmp_path, clock):
    async def work(_session, asked):
        raise AssertionError(asked)

    away = Together(Database(f"sqlite:///{tmp_path}/no/such/folder.db"), work, 3)
    found = await asyncio.gather(*(away(name) for name in "abcde"), return_exceptions=True)

    assert all(isinstance(one, SQLAlchemyError) for one in found)
