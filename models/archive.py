"""The whole database as neutral lines, so that a backup moves between databases and through upgrades."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from models import crypto
from models.base import Base, Moment

VERSION_TABLE = "alembic_version"
PAGE = 500
Row = dict[str, Any]


async def rows(session: AsyncSession) -> AsyncIterator[tuple[str, Row]]:
    """Yield every row of every table as (table, row), parents before children."""
    for table in Base.metadata.sorted_tables:
        query = select(*map(_as_stored, table.columns)).order_by(*table.primary_key)
        for row in (await session.execute(query)).mappings():
            yield table.name, {name: _out(value) for name, value in row.items()}


def _as_stored(column: Column[Any]) -> ColumnElement[Any]:
    """Return *column* without decryption: what is a secret in the database stays one in the backup."""
    if crypto.is_secret(column):
        return type_coerce(column, crypto.stored_as(column)).label(column.name)
    return column


async def revision(session: AsyncSession) -> str:
    """Return the revision of the tables."""
    return str(await session.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608 -- a constant


def is_empty(connection: Connection) -> bool:
    """Say whether the database holds no table yet."""
    return not inspect(connection).get_table_names()


def put_back(connection: Connection, found: Iterable[tuple[str, Row]]) -> int:
    """Write rows into the tables as they are in this database, whatever their revision; return how many."""
    tables = MetaData()
    tables.reflect(connection)
    for table in tables.tables.values():
        for column in table.columns:
            if isinstance(column.type, DateTime):
                column.type = Moment()
    written = 0
    for name, page in _pages(found):
        connection.execute(insert(tables.tables[name]), [_in(tables.tables[name], row) for row in page])
        written += len(page)
    _raise_counters(connection, tables)
    return written


def _pages(found: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, list[Row]]]:
    for name, group in groupby(found, itemgetter(0)):
        while page := [row for _, row in islice(group, PAGE)]:
            yield name, page


def _raise_counters(connection: Connection, tables: MetaData) -> None:
    """Let new ids begin after the ones put back."""
    for table in tables.tables.values() if connection.dialect.name == "postgresql" else ():
        for column in table.primary_key:
            if column.server_default is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(
                    select(
                        func.setval(sequence, func.coalesce(select(func.max(column)).scalar_subquery(), 1))
                    )
                )


def _out(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _in(table: Table, row: Row) -> Row:
    return {name: _read(table, name, value) for name, value in row.items()}


def _read(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is not None and isinstance(kind, Moment | Date):
        return (datetime if isinstance(kind, Moment) else date).fromisoformat(value)
    return value
