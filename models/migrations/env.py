"""Alembic's entry: the same settings and tables as the service."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from config.settings import Settings
from models.base import Database, Moment
from models.crypto import Encrypted, EncryptedJSON, Sealed
from models.migrate import declared


def plain(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that old migrations need no new code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.JSON()"
    return "sa.Text()" if kind == "type" and isinstance(item, Encrypted | EncryptedJSON) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=declared(),
        render_as_batch=True,
        render_item=plain,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    database = Database(context.config.attributes.get("url") or Settings().database)
    async with database.changing() as connection:
        await connection.run_sync(migrate)
    await database.close()


asyncio.run(main())
