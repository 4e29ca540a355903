"""The table base, the database handle, and the one error that rules raise.

Everything that is special to one database stands here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import asyncpg
import structlog
from sqlalchemy import (
    DateTime,
    Dialect,
    MetaData,
    Pool,
    StaticPool,
    Table,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, registry, sqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from models.messages import Address

log = structlog.get_logger()
LOCKED_SECONDS, RECONNECT_SECONDS, LOCK_PAUSE = 10.0, 2.0, 0.02
NOTIFIED = "gonghui"


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


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Refused(Exception):  # noqa: N818 -- a refusal is an answer, not a fault
    """A rule says no; *reason* is the key of the text that tells the member why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InlineCursor(sqlite3.Cursor):
    """A cursor in the shape that SQLAlchemy's async results expect; there is nothing to wait for."""

    async def _async_soft_close(self) -> None:
        return


class InlineConnection(sqlite3.Connection):
    """A connection that makes such cursors."""

    def cursor(self, factory: Any = None) -> Any:
        """Return a new cursor."""
        return super().cursor(factory or InlineCursor)


class InlineSQLite(SQLiteDialect_pysqlite):
    """SQLite whose statements run on the event loop: a thread hop costs more than a statement."""

    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return StaticPool


registry.register("sqlite.inline", __name__, "InlineSQLite")


class Database:
    """Opens transactions: one per inbound message, job or page."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.kind = parsed.get_backend_name()
        self._url = parsed.set(drivername="sqlite+inline") if self.kind == "sqlite" else parsed
        self.engine = create_async_engine(self._url, **_options(self.kind))
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._turn = asyncio.Lock()
        self._callbacks: list[Callable[[str], None]] = []
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
        """Commit on leaving, roll back on any error; on SQLite one after the other."""
        async with self._alone(), self._sessions() as session:
            if self.kind == "sqlite":
                await _begin_immediate(session)
            yield session
            woken = sorted(session.info.get("woken", ()))
            if woken and self.kind == "postgresql":
                await session.flush()
                for name in woken:
                    await session.execute(
                        text("SELECT pg_notify(:channel, :name)"), {"channel": NOTIFIED, "name": name}
                    )
            await session.commit()
        self._wake(woken)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        if self.kind != "sqlite":
            yield
            return
        async with self._turn:
            yield

    def _wake(self, names: Sequence[str]) -> None:
        for name in names:
            for callback in self._callbacks:
                callback(name)

    async def _hear(self) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(plain)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                try:
                    await connection.add_listener(NOTIFIED, lambda *heard: self._wake([str(heard[3])]))
                    await gone.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(RECONNECT_SECONDS)


def wake(session: AsyncSession, name: str) -> None:
    """Remember to wake *name* once the transaction has committed."""
    session.info.setdefault("woken", set()).add(name)


def insert_new(
    session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]], unique: Sequence[str]
) -> Any:
    """Return an INSERT of *rows* that passes over those whose *unique* columns are there already."""
    module = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return module.insert(table).values(list(rows)).on_conflict_do_nothing(index_elements=list(unique))


async def lock_chat(session: AsyncSession, chat: Address) -> None:
    """Let nobody else answer *chat* until the transaction ends; SQLite's write lock does so already."""
    if session.get_bind().dialect.name == "postgresql":
        key = f"{chat.channel}:{chat.id}"
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _options(kind: str) -> dict[str, Any]:
    if kind == "sqlite":
        return {
            "connect_args": {
                "check_same_thread": False,
                "timeout": 0,
                "isolation_level": None,
                "factory": InlineConnection,
            }
        }
    return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


async def _begin_immediate(session: AsyncSession) -> None:
    """Take the write lock; while another process holds it, wait without holding up the event loop."""
    waited = 0.0
    while True:
        try:
            await session.execute(text("BEGIN IMMEDIATE"))
        except OperationalError as error:
            if "locked" not in str(error) or waited >= LOCKED_SECONDS:
                raise
            await asyncio.sleep(LOCK_PAUSE)
            waited += LOCK_PAUSE
        else:
            return
