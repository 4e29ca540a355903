"""What a database tells of a choice between answers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.migrate import declared


async def of(session: AsyncSession, *choices: Sequence[str]) -> tuple[list[str], int]:
    """Return the tables with a row, unsealed, that names some but not all of the answers of a choice, and how many rows name all."""
    some, whole = [], 0
    for table in declared().sorted_tables:
        for row in await session.execute(select(table)):
            for answers in choices:
                found = sum(answer in str(tuple(row)) for answer in answers)
                some += [table.name] if 0 < found < len(answers) else []
                whole += found == len(answers)
    return some, whole
