"""Bringing the tables up to date, and telling whether they are."""

import asyncio
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from models.base import Base, Database

FOLDER = Path(__file__).parent / "migrations"


def declared() -> MetaData:
    """Return all tables; importing a module is what registers its own."""
    for module in pkgutil.iter_modules([str(FOLDER.parent)]):
        import_module(f"models.{module.name}")
    return Base.metadata


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables at *url* to *revision*."""
    config = _config()
    config.attributes["url"] = url
    await asyncio.to_thread(command.upgrade, config, revision)


async def create(database: Database) -> None:
    """Make all tables as they are today, for a database that is not kept."""
    async with database.changing() as connection:
        await connection.run_sync(declared().create_all)


async def behind(database: Database) -> bool:
    """Say whether the tables are not those of today's newest revision."""
    async with database.engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return found != ScriptDirectory.from_config(_config()).get_current_head()


async def differences(database: Database) -> list[Any]:
    """Return what differs between the tables as they are and as the models declare them."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compare)


def _compare(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, declared()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
