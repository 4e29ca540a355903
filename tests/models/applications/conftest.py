import pytest

from tests.models.applications.desk import Desk


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


@pytest.fixture
def desk(session, clock):
    return Desk(session, clock)
