"""The console on each kind of database."""

from collections.abc import AsyncIterator

import pytest

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
