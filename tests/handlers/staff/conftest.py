"""The console on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from config import files
from config.settings import CONTENT_DIR
from models import content as shelves
from tests.office import Office, office


@pytest.fixture
async def desks(database, edition, clock, tmp_path) -> AsyncIterator[Office]:
    """The console with the real content, on each kind of database."""
    async with office(database, edition, clock, tmp_path) as found:
        yield found


@pytest.fixture
async def one_desk(small, edition, clock, tmp_path) -> AsyncIterator[Office]:
    """The console on SQLite, for what does not depend on the kind of database."""
    async with office(small, edition, clock, tmp_path) as found:
        yield found


@pytest.fixture
async def stocked(desks) -> Office:
    """The console on a database in which the content is published."""
    async with desks.database.transaction() as session:
        await shelves.load(session, files.read(CONTENT_DIR), now=desks.clock())
    return desks


@pytest.fixture
async def one_stocked(one_desk) -> Office:
    """The same on SQLite."""
    async with one_desk.database.transaction() as session:
        await shelves.load(session, files.read(CONTENT_DIR), now=one_desk.clock())
    return one_desk
