"""The console on SQLite, and where two presses meet on PostgreSQL too; every page is opened on both elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import stock
from tests.models.notices import ring
from tests.office import Office, office

ON_BOTH = {
    "test_application.py",
    "test_applications.py",
    "test_application_figures.py",
    "test_case.py",
    "test_case_handling.py",
    "test_cases.py",
    "test_conversation.py",
    "test_duty.py",
    "test_event_place.py",
    "test_home.py",
    "test_figures.py",
    "test_merging.py",
    "test_objections.py",
    "test_polls.py",
    "test_proposals.py",
    "test_payments.py",
    "test_roster.py",
    "test_versions.py",
}
"""What locks, merges, groups or writes in slices."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    spare = {
        item
        for item in items
        if item.path.parent == here and item.path.name not in ON_BOTH and "[postgresql" in item.name
    }
    config.hook.pytest_deselected(items=list(spare))
    items[:] = [item for item in items if item not in spare]


@pytest.fixture
async def desks(database, edition, clock, tmp_path) -> AsyncIterator[Office]:
    """The console with the real content."""
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
    await stock.publish(desks.database, now=desks.clock())
    return desks


@pytest.fixture
async def one_stocked(one_desk) -> Office:
    """The same on SQLite."""
    await stock.publish(one_desk.database, now=one_desk.clock())
    return one_desk


@pytest.fixture
async def town(desks) -> Office:
    """Three members of one union and one of another, and the administrator."""
    await desks.enter("boss", "administrator")
    async with desks.database.transaction() as session:
        await ring.settle_in(session, 3, now=desks.clock(), union_name="演示工会", area="演示街道")
        await ring.settle_in(session, 1, now=desks.clock(), union_name="别的工会", area="别的街道")
    return desks
