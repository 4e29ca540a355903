"""Transactions on both databases: whole or not at all, one after the other, and told to who listens."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from models import migrate
from models.base import Database, Moment, kind_of, lock_chat, wake
from models.members import Contact, Member
from models.messages import Address

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


async def test_error_rolls_everything_back(database):
    with pytest.raises(ValueError, match="stop"):
        async with database.transaction() as session:
            session.add(Member(joined_at=NOON))
            await session.flush()
            raise ValueError("stop")

    async with database.transaction() as session:
        assert list(await session.scalars(select(Member))) == []


async def test_foreign_keys_are_kept(database):
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add(Contact(channel="web", address="nobody", member_id=12345))


async def test_moment_comes_back_aware_and_in_utc(database):
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    async with database.transaction() as session:
        session.add(Member(joined_at=there))

    async with database.transaction() as session:
        found = await session.scalar(select(Member))
    assert found.joined_at == NOON
    assert found.joined_at.tzinfo is not None


async def test_moment_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="time zone"):
        async with database.transaction() as session:
            session.add(Member(joined_at=datetime(2026, 11, 10)))  # noqa: DTZ001 -- that is what is refused


def test_no_moment_is_no_moment():
    assert Moment().process_bind_param(None, None) is None
    assert Moment().process_result_value(None, None) is None


async def test_wake_is_heard_after_the_commit_only(database):
    heard: list[str] = []
    database.listen(heard.append)

    async with database.transaction() as session:
        wake(session, "letters:telegram")
        wake(session, "letters:telegram")
        assert heard == []
    with pytest.raises(ValueError, match="stop"):
        async with database.transaction() as session:
            wake(session, "page:1")
            raise ValueError("stop")

    await asyncio.sleep(0.1)
    assert heard == ["letters:telegram"]


async def test_other_processes_hear_over_postgres(postgres):
    here, there = Database(postgres), Database(postgres)
    await here.start()
    await there.start()
    heard: list[str] = []
    there.listen(heard.append)
    try:
        async with asyncio.timeout(5):
            while not heard:
                async with here.transaction() as session:
                    wake(session, "content")
                await asyncio.sleep(0.05)
    finally:
        await here.close()
        await there.close()
    assert set(heard) == {"content"}


async def test_listening_goes_on_after_the_connection_was_cut(postgres, monkeypatch):
    monkeypatch.setattr("models.base.RECONNECT_SECONDS", 0.05)
    here, there = Database(postgres), Database(postgres)
    await here.start()
    await there.start()
    heard: list[str] = []
    there.listen(heard.append)
    try:
        async with asyncio.timeout(10):
            for _ in range(2):
                heard.clear()
                while not heard:
                    async with here.transaction() as session:
                        wake(session, "content")
                    await asyncio.sleep(0.05)
                async with here.transaction() as session:
                    listening = (
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                    )
                    await session.execute(text(listening))
    finally:
        await here.close()
        await there.close()
    assert heard


async def test_two_turns_of_one_chat_wait_for_each_other(database):
    order: list[str] = []
    wang = Address("telegram", "wang")

    async def turn(name: str) -> None:
        async with database.transaction() as session:
            await lock_chat(session, wang)
            order.append(f"{name} begins")
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    await asyncio.gather(turn("one"), turn("two"))

    assert [line.split()[1] for line in order] == ["begins", "ends", "begins", "ends"]


async def test_sqlite_locked_by_another_process_is_waited_for(tmp_path):
    file = tmp_path / "a.db"
    database = Database(f"sqlite:///{file}")
    await migrate.create(database)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    loop = asyncio.get_running_loop()
    loop.call_later(0.3, other.execute, "COMMIT")

    async with database.transaction() as session:
        session.add(Member(joined_at=NOON))

    async with database.transaction() as session:
        assert await session.scalar(select(Member.id)) == 1
    await database.close()
    other.close()


async def test_sqlite_locked_for_too_long_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("models.base.LOCKED_SECONDS", 0.1)
    file = tmp_path / "a.db"
    database = Database(f"sqlite:///{file}")
    await migrate.create(database)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="locked"):
        async with database.transaction():
            pytest.fail("nobody may write now")

    other.execute("COMMIT")
    async with database.transaction() as session:
        assert kind_of(session) == "sqlite"
    await database.close()
    other.close()


async def test_full_disk_is_an_error_and_nothing_is_half_written(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    await migrate.create(database)
    async with database.transaction() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        await session.execute(text(f"PRAGMA max_page_count={pages + 1}"))

    with pytest.raises(OperationalError, match="full"):
        async with database.transaction() as session:
            session.add_all([Member(name="长" * 2000, joined_at=NOON) for _ in range(100)])

    async with database.transaction() as session:
        assert list(await session.scalars(select(Member))) == []
        session.add(Member(joined_at=NOON))
    await database.close()


async def test_database_that_is_away_is_an_operational_error():
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")

    with pytest.raises(OperationalError):
        async with database.transaction():
            pytest.fail("nobody is there")

    await database.close()


async def test_tables_that_lose_a_parent_are_not_changed(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    await migrate.create(database)
    async with database.transaction() as session:
        member = Member(joined_at=NOON)
        session.add(member)
        await session.flush()
        session.add(Contact(channel="web", address="wang", member_id=member.id))

    with pytest.raises(IntegrityError):
        async with database.changing() as connection:
            await connection.run_sync(lambda sync: sync.exec_driver_sql("DELETE FROM members"))

    async with database.transaction() as session:
        assert await session.scalar(select(Member.id)) == 1
    await database.close()
