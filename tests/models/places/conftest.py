"""The desk on each database."""

import pytest

from tests.models.places.desk import Desk


@pytest.fixture
def desk(database, clock) -> Desk:
    return Desk(database, clock)


@pytest.fixture
def small_desk(small, clock) -> Desk:
    """A desk for what does not depend on the kind of database."""
    return Desk(small, clock)
