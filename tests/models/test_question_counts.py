"""Questions are counted by Beijing's days and weeks."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from models import periods, question_counts
from models.question_counts import QuestionCount

MIDNIGHT = datetime(2026, 11, 8, 16, tzinfo=UTC)
"""When Monday, 9 November, began in Beijing."""


def test_weeks_begin_on_mondays_in_beijing():
    last, this, after = periods.weeks(2, now=MIDNIGHT)

    assert (last, this, after) == (MIDNIGHT - timedelta(days=7), MIDNIGHT, MIDNIGHT + timedelta(days=7))
    assert periods.weeks(1, now=MIDNIGHT - timedelta(seconds=1)) == [last, this]


async def test_questions_of_many_members_are_counted_by_week(database):
    async with database.transaction() as session:
        many = [("answer", member) for member in range(20)]
        await question_counts.note(session, many, now=MIDNIGHT)
        await question_counts.note(session, [("answer", 0)], now=MIDNIGHT)
        await question_counts.note(session, [("decline", 0)], now=MIDNIGHT - timedelta(seconds=1))
        await question_counts.note(session, [("offer", 0)], now=MIDNIGHT - timedelta(days=8))
        await question_counts.note(session, [], now=MIDNIGHT)

        found = await question_counts.by_period(session, periods.weeks(2, now=MIDNIGHT))
        rows = await session.scalar(select(func.count()).select_from(QuestionCount))

    assert found == {"answer": [0, 21], "offer": [0, 0], "decline": [1, 0]}
    assert rows == question_counts.SLOTS + 2
