"""Migrations lead to the tables of the models, on both databases, and can be told apart from older ones."""

import asyncio
import os
import sys

from sqlalchemy import inspect

from models import migrate
from models.base import Base, Database
from tests.processes import ROOT


async def test_migrations_make_the_tables_of_the_models(new_address):
    await migrate.upgrade(new_address)
    database = Database(new_address)

    assert await migrate.differences(database) == []
    assert not await migrate.behind(database)
    await database.close()


async def test_upgrading_twice_changes_nothing(new_address):
    await migrate.upgrade(new_address)
    await migrate.upgrade(new_address)
    database = Database(new_address)

    assert not await migrate.behind(database)
    await database.close()


async def test_two_processes_may_upgrade_at_once(new_address, tmp_path):
    settings = {**os.environ, "DATABASE_URL": new_address, "DATA_DIR": str(tmp_path)}
    command = (sys.executable, "run_bot.py", "migrate")
    both = [
        await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=settings, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(2)
    ]

    assert await asyncio.gather(*(process.wait() for process in both)) == [0, 0]
    database = Database(new_address)

    assert await migrate.differences(database) == []
    await database.close()


async def test_database_without_tables_is_behind(new_address):
    database = Database(new_address)

    assert await migrate.behind(database)
    assert await migrate.differences(database) != []
    await database.close()


async def test_every_table_of_the_models_is_there(database):
    async with database.transaction() as session:
        connection = await session.connection()
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))

    assert {table.name for table in Base.metadata.sorted_tables} <= names
