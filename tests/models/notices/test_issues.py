"""Back issues: what everybody may read, and what nobody else may."""

import pytest

from models import issues
from models.notices import DONE, PAUSED, Notice
from tests.models.notices import ring


async def kept(session, now, **said) -> Notice:
    """Keep a notice that is over."""
    state, more = said.pop("state", DONE), {name: said.pop(name) for name in ("recurrence",) if name in said}
    notice = await ring.notices.draft(session, ring.plan(**said, **more), "wang", now=now)
    notice.state = state
    return notice


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({}, True),
        ({"topic": "law", "audience": {"topics": ["law"]}}, True),
        ({"topic": "law", "audience": {"topics": ["training"]}}, False),
        ({"topic": "law", "audience": {"topics": ["law", "training"]}}, False),
        ({"audience": {"everybody": True, "unions": ["演示工会"]}}, False),
        ({"audience": {"everybody": True, "without": {"areas": ["演示街道"]}}}, False),
        ({"audience": {"areas": ["演示街道"]}}, False),
        ({"audience": {"sheet": True}}, False),
        ({"topic": "aid"}, False),
        ({"kind": "urgent"}, False),
        ({"state": PAUSED}, False),
        ({"recurrence": {"days": [1]}}, False),
    ],
)
async def test_only_news_that_all_got_is_public(database, clock, said, shown):
    async with database.transaction() as session:
        notice = await kept(session, clock(), **said)
        await session.flush()

        assert await issues.listed(session) == [notice][:shown]
        assert await issues.one(session, notice.id) == (notice if shown else None)


async def test_back_issues_come_page_by_page(small, clock):
    async with small.transaction() as session:
        for number in range(issues.PAGE + 2):
            await kept(session, clock(), title=f"第{number}期")

        first = await issues.listed(session)
        rest = await issues.listed(session, before=first[-1].id)

        assert [issue.title for issue in first] == [f"第{number}期" for number in range(21, 1, -1)]
        assert [issue.title for issue in rest] == ["第1期", "第0期"]
