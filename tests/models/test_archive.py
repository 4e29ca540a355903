"""Rows come back as they were, whatever kinds of values they hold."""

from datetime import date

from sqlalchemy import select

from models import archive, staff
from models.absences import Absence
from models.base import Database
from models.migrate import create
from models.rights import Grant


async def test_days_and_moments_come_back(database, clock):
    async with database.transaction() as session:
        li = await staff.add(session, "li", "李（演示）", "x", [Grant("viewer")], now=clock())
        session.add(Absence(staff_id=li.id, since=date(2026, 12, 31), until=date(2027, 1, 2), deputy_id=None))
        await session.flush()
        kept = [row async for row in archive.rows(session)]

    other = Database("sqlite://")
    await create(other)
    async with other.changing() as connection:
        await connection.run_sync(lambda sync: archive.put_back(sync, kept))
    async with other.transaction() as session:
        away = await session.scalar(select(Absence))
        back = await session.get_one(staff.Staff, away.staff_id)

        assert (away.since, away.until) == (date(2026, 12, 31), date(2027, 1, 2))
        assert back.created_at == clock()
    await other.close()
