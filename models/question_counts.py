"""How many questions were answered, offered a choice or declined each day; of what was asked nothing is kept here."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import periods
from models.base import Base, Moment, kind_of

DECISIONS = ("answer", "offer", "decline")
SLOTS = 16
"""Rows a day and decision: turns of one moment seldom wait for each other's row."""


class QuestionCount(Base):
    """One part of the count of one *decision* on the day that began at that moment."""

    __tablename__ = "question_counts"

    day: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    decision: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


async def note(session: AsyncSession, asked: Sequence[tuple[str, int]], *, now: datetime) -> None:
    """Count questions, each as the decision on it and the member who asked."""
    numbers = Counter((decision, member % SLOTS) for decision, member in asked)
    day = periods.day(now)
    rows = [
        {"day": day, "decision": decision, "slot": slot, "number": number}
        for (decision, slot), number in sorted(numbers.items())  # two processes take the rows in one order
    ]
    if rows:
        await session.execute(_more(kind_of(session)), rows)


@cache
def _more(kind: str) -> Any:
    table = cast(Table, QuestionCount.__table__)
    insert = (postgresql if kind == "postgresql" else sqlite).insert(table)
    return insert.on_conflict_do_update(
        index_elements=("day", "decision", "slot"), set_={"number": table.c.number + insert.excluded.number}
    )


async def by_period(session: AsyncSession, bounds: list[datetime]) -> dict[str, list[int]]:
    """Return for each decision how many questions there were in each period between *bounds*."""
    total = func.sum(QuestionCount.number)
    query = periods.counted(QuestionCount.day, bounds, QuestionCount.decision, number=total)
    found = {decision: [0] * (len(bounds) - 1) for decision in DECISIONS}
    for period, decision, number in await session.execute(query):
        found[decision][period] = number
    return found
