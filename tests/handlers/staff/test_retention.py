"""How long things are kept, as administrators see it; what is not automatic goes when they say so."""

import pytest
from sqlalchemy import select

from models.audit import AuditLine
from models.unanswered import Unanswered
from tests.handlers.staff import people

DAY = 86400


async def test_what_is_over_is_shown_and_goes_by_a_press(one_desk, clock):
    await people.add(one_desk, Unanswered(text="三个月没发", verdict="declined", asked_at=clock()))
    clock.tick(181 * DAY)
    boss = await one_desk.enter("boss", "administrator")

    page = await boss.open("/retention")
    after = await boss.follow("/retention", "apply", kind="questions")

    assert "没答上的问题 180 没核对 自动 1 " in page.text
    assert "办完的案件 1095 没核对 点了才删 0" in page.text
    assert page.text.count("删掉到期的") == 1
    assert "没答上的问题：删了1条。" in after.text
    async with one_desk.database.transaction() as session:
        assert await session.scalar(select(Unanswered)) is None
        details = await session.scalars(
            select(AuditLine.detail).where(AuditLine.action == "删除到期资料", AuditLine.detail != "")
        )
        assert list(details) == ["questions: 1"]


async def test_kind_that_there_is_not_is_not_found(one_desk):
    boss = await one_desk.enter("boss", "administrator")

    assert (await boss.do("/retention", "apply", kind="everything")).status == 404


@pytest.mark.parametrize("role", ["caseworker", "editor", "viewer"])
async def test_only_administrators_see_it(one_desk, role):
    desk = await one_desk.enter("li", role)

    assert (await desk.open("/retention")).status == 403
