"""New keys for what lies encrypted: every secret column of every table, slice by slice, while the service runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Text,
    and_,
    cast,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from models import crypto
from models.crypto import SEALED, Sealed
from models.migrate import declared

SLICE = 200
TOKEN = "%gAAAA%"  # noqa: S105 -- how every encrypted text begins, no secret
Place = tuple[Any, ...]
"""The primary key of a row."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What one slice came to: how many rows were *looked* at and *renewed*, and the last of them, None at the end."""

    looked: int
    renewed: int
    last: Place | None


def tables() -> list[Table]:
    """Return every table that has secrets, as the tables themselves say."""
    return [table for table in declared().sorted_tables if secrets_of(table)]


def secrets_of(table: Table) -> list[Column[Any]]:
    """Return the columns of *table* that lie encrypted."""
    return [column for column in table.columns if crypto.is_secret(column)]


async def turn(session: AsyncSession, table: Table, after: Place | None) -> Turned:
    """Encrypt the next slice of *table* with the first key; rows in use elsewhere are passed over, not waited for."""
    rows = (await session.execute(_slice(table, after).with_for_update(skip_locked=True))).mappings().all()
    renewed = 0
    for row in rows:
        renewed += await _renew(session, table, row)
    return Turned(len(rows), renewed, _place(table, rows[-1]) if rows else None)


async def behind(session: AsyncSession, table: Table, after: Place | None) -> tuple[int, Place | None]:
    """Return how many rows of the next slice still lie under another key than the first, and where it ended."""
    rows = (await session.execute(_slice(table, after))).mappings().all()
    found = sum(any(not crypto.is_current(token) for token in _tokens(table, row)) for row in rows)
    return found, _place(table, rows[-1]) if rows else None


def _slice(table: Table, after: Place | None) -> Select[*tuple[Any, ...]]:
    stored = [_stored(column) for column in secrets_of(table)]
    key = list(table.primary_key)
    query = select(*key, *stored).where(or_(*(column.like(TOKEN) for column in stored)))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(value) for value in after)))
    return query.order_by(*key).limit(SLICE)


def _stored(column: Column[Any]) -> ColumnElement[str]:
    """Return *column* as the text that stands in the database."""
    return cast(type_coerce(column, crypto.stored_as(column)), Text).label(column.name)


def _place(table: Table, row: RowMapping) -> Place:
    return tuple(row[key.name] for key in table.primary_key)


def _tokens(table: Table, row: RowMapping) -> Sequence[str]:
    return [token for column in secrets_of(table) if (token := _token(column, row[column.name]))]


def _token(column: Column[Any], stored: str | None) -> str:
    """Return what is encrypted of a stored value; nothing when it is empty or was written before sealing."""
    if not stored or not isinstance(column.type, Sealed):
        return stored or ""
    value = json.loads(stored)
    return value[SEALED] if isinstance(value, dict) and value.keys() == {SEALED} else ""


async def _renew(session: AsyncSession, table: Table, row: RowMapping) -> bool:
    fresh: dict[str, Any] = {}
    for column in secrets_of(table):
        token = _token(column, row[column.name])
        if token and not crypto.is_current(token):
            fresh[column.name] = _written(column, crypto.renew(token))
    if fresh:
        mine = and_(*(key == value for key, value in zip(table.primary_key, _place(table, row), strict=True)))
        await session.execute(update(table).where(mine).values(fresh))
    return bool(fresh)


def _written(column: Column[Any], token: str) -> ColumnElement[Any]:
    return literal({SEALED: token} if isinstance(column.type, Sealed) else token, crypto.stored_as(column))
