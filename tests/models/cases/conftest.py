"""The bench on each database."""

from collections.abc import AsyncIterator

import pytest

from tests.models.cases.bench import Bench


@pytest.fixture
async def bench(database, clock) -> AsyncIterator[Bench]:
    async with database.transaction() as session:
        yield Bench(session, clock)


@pytest.fixture
async def small_bench(small, clock) -> AsyncIterator[Bench]:
    """A bench for what does not depend on the kind of database."""
    async with small.transaction() as session:
        yield Bench(session, clock)
