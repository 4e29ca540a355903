"""The table base, the database handle, and the one error that rules raise.

Everything that is special to one database stands here.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

import asyncpg
from sqlalchemy import (
    DDL,
    DateTime,
    Dialect,
    FromClause,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncAttrs,
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from models.inline import InlineConnection
from models.messages import Address

LOCKED_SECONDS, LOCK_PAUSE, CONNECT_SECONDS, RECONNECT_SECONDS = 10.0, 0.02, 10.0, 2.0
NOTIFIED = "gonghui"
DRIVERS = {"sqlite": "sqlite+inline", "postgresql": "postgresql+asyncpg"}
BEGIN: dict[str, tuple[str, ...]] = {
    "sqlite": ("PRAGMA foreign_keys=ON", "BEGIN IMMEDIATE"),
    "postgresql": (),
}
CHANGE = {
    "sqlite": ("PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"),
    "postgresql": ("SELECT pg_advisory_xact_lock(0)",),
}
SLICE = {"sqlite": 2_000, "postgresql": 100_000}
"""How many members' letters are written at once: SQLite writes on the event loop, which answers members meanwhile."""
ORPHANS = "PRAGMA foreign_key_check"
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'append-only'; END $$"
)
_TRIGGER = "CREATE TRIGGER {table}_{change} BEFORE {change} ON {table} "
APPEND_ONLY = {
    "sqlite": [_TRIGGER + "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"],
    "postgresql": [
        _FUNCTION,
        _TRIGGER + "FOR EACH ROW EXECUTE FUNCTION append_only()",
    ],
}


class Base(AsyncAttrs, DeclarativeBase):
    """Base of every table."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def append_only_ddl(kind: str, table: str) -> list[str]:
    """Return what lets rows of *table* be added and read, but neither changed nor deleted."""
    changes = ("UPDATE", "DELETE")
    return [line.format(table=table, change=change) for change in changes for line in APPEND_ONLY[kind]]


def append_only(table: FromClause) -> None:
    """Make *table* append-only as soon as it is created."""
    for kind in APPEND_ONLY:
        for line in append_only_ddl(kind, str(table)):
            rule = DDL(line)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
            event.listen(table, "after_create", rule.execute_if(dialect=kind))


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Refused(Exception):  # noqa: N818 -- a refusal is an answer, not a fault
    """A rule says no; *reason* is the key of the text that tells the member why.

    *detail* says to staff what exactly is wrong; members never read it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Database:
    """Opens transactions: one per inbound message, job or page."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.kind = parsed.get_backend_name()
        self._url = parsed.set(drivername=DRIVERS.get(self.kind, parsed.drivername))
        self.engine = create_async_engine(self._url, hide_parameters=True, **_options(self.kind))
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._one_by_one: AbstractAsyncContextManager[None] = (
            asyncio.Lock() if self.kind == "sqlite" else nullcontext()
        )
        self._callbacks: list[Callable[[str], None]] = []
        self._name = secrets.token_hex(4)
        self._ears: asyncio.Task[None] | None = None
        if self.kind == "sqlite":
            event.listen(self.engine.sync_engine, "connect", _prepare)

    async def start(self) -> None:
        """Begin to hear what other processes commit."""
        if self.kind == "postgresql" and self._ears is None:
            self._ears = asyncio.create_task(self._hear(), name="notify")

    async def close(self) -> None:
        """Close all connections."""
        if self._ears is not None:
            self._ears.cancel()
            await asyncio.gather(self._ears, return_exceptions=True)
            self._ears = None
        await self.engine.dispose()

    def listen(self, callback: Callable[[str], None]) -> None:
        """Call *callback* with each name that a commit wakes, of this process or of another."""
        self._callbacks.append(callback)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commit on leaving, roll back on any error; on SQLite one after the other.

        Raises SQLAlchemyError when the database is away, locked for too long, or full.
        """
        await asyncio.sleep(0)  # SQLite never waits: without this a busy chat would hold up the event loop
        async with self._session(BEGIN[self.kind]) as session:
            yield session
            woken = session.info.get("woken", ())
            await self._notify(session, woken)
        self._wake(woken)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[AsyncConnection]:
        """Open the transaction in which tables are changed: whole or not at all, in one process at a time.

        SQLite rebuilds a table by dropping it, which must not delete what points to it: keys are checked at the end.
        """
        async with self._session(CHANGE[self.kind]) as session:
            connection = await session.connection()
            yield connection
            await self._refuse_orphans(session)

    async def _refuse_orphans(self, session: AsyncSession) -> None:
        if self.kind == "sqlite" and (await session.execute(text(ORPHANS))).first():
            raise IntegrityError(ORPHANS, None, ValueError("rows have lost their parent"))

    @asynccontextmanager
    async def _session(self, begin: Sequence[str]) -> AsyncIterator[AsyncSession]:
        async with self._one_by_one:
            session = self._sessions()
            try:
                await _begin(session, begin)
                yield session
                await session.commit()
            finally:
                await session.close()

    async def _notify(self, session: AsyncSession, names: Iterable[str]) -> None:
        if names and self.kind == "postgresql":
            told = [{"channel": NOTIFIED, "told": f"{self._name} {name}"} for name in sorted(names)]
            await session.execute(text("SELECT pg_notify(:channel, :told)"), told)

    def _wake(self, names: Iterable[str]) -> None:
        for name in names:
            for callback in self._callbacks:
                callback(name)

    def _heard(self, _connection: object, _process: int, _channel: str, told: object) -> None:
        teller, _, name = str(told).partition(" ")
        if teller != self._name:  # what this process commits it knows at once
            self._wake([name])

    async def _hear(self) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(plain, timeout=CONNECT_SECONDS)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                try:
                    await connection.add_listener(NOTIFIED, self._heard)
                    await gone.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(RECONNECT_SECONDS)


def wake(session: AsyncSession, name: str) -> None:
    """Remember to wake *name* once the transaction has committed."""
    session.info.setdefault("woken", set()).add(name)


@cache
def insert_new(kind: str, table: Table, unique: tuple[str, ...], told: tuple[str, ...] = ()) -> Any:
    """Return the INSERT that passes over rows whose *unique* columns are there already, telling *told* of the new.

    Give the rows to `execute` beside it: with the rows inside it would be compiled anew each time.
    """
    insert = (postgresql if kind == "postgresql" else sqlite).insert(table)
    statement = insert.on_conflict_do_nothing(index_elements=unique)
    return statement.returning(*(table.c[name] for name in told)) if told else statement


def insert_from(kind: str, table: Table, rows: Select[*tuple[Any, ...]]) -> Any:
    """Return the INSERT of what *rows* selects, by the names of its columns; rows that are there already stay."""
    insert = (postgresql if kind == "postgresql" else sqlite).insert(table)
    names = [column.name for column in rows.selected_columns]
    return insert.from_select(names, rows, include_defaults=False).on_conflict_do_nothing()


def kind_of(session: AsyncSession) -> str:
    """Return the kind of database behind *session*: sqlite or postgresql."""
    return session.get_bind().dialect.name


async def lock(session: AsyncSession, key: str) -> None:
    """Let nobody else pass with *key* until the transaction ends; SQLite's write lock does so already."""
    if kind_of(session) == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def lock_chat(session: AsyncSession, chat: Address) -> None:
    """Let nobody else answer *chat* until the transaction ends."""
    await lock(session, f"{chat.channel}:{chat.id}")


def _options(kind: str) -> dict[str, Any]:
    if kind == "sqlite":
        alone = {"check_same_thread": False, "timeout": 0, "isolation_level": None}
        return {"connect_args": {**alone, "factory": InlineConnection}}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_pre_ping": True,
        "connect_args": {"timeout": CONNECT_SECONDS},
    }


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


async def _begin(session: AsyncSession, statements: Sequence[str]) -> None:
    """Connect and begin; while another process holds SQLite's file, wait without holding up the event loop."""
    waited = 0.0
    while True:
        try:
            connection = await session.connection()
            await connection.run_sync(lambda inner: [inner.exec_driver_sql(one) for one in statements])
        except OSError as error:
            raise OperationalError("connect", None, error) from error
        except OperationalError as error:
            if "locked" not in str(error) or waited >= LOCKED_SECONDS:
                raise
            await asyncio.sleep(LOCK_PAUSE)
            waited += LOCK_PAUSE
        else:
            return
