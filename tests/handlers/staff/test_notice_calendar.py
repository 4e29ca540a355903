"""The month on which notices are planned, and the time of one set on it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.notices import Notice
from models.rights import Grant
from tests.models.notices import ring


@pytest.fixture
async def office(desks):
    """An approved notice to one union, number 1, and one to everybody that goes on the 12th at 10:00."""
    await desks.enter("boss", "administrator")
    async with desks.database.transaction() as session:
        await ring.settle_in(session, 1, now=desks.clock(), union_name="演示工会")
        await ring.drafted(session, ring.plan(audience={"unions": ["演示工会"]}), now=desks.clock())
        later = await ring.drafted(session, ring.plan(title="给全体"), now=desks.clock())
        at = datetime(2026, 11, 12, 2, tzinfo=UTC)
        await ring.notices.schedule(session, later.id, "li", send_at=at, now=desks.clock())
    return desks


async def times(desks) -> list[datetime | None]:
    async with desks.database.transaction() as session:
        return list(await session.scalars(select(Notice.send_at).order_by(Notice.id)))


async def test_month_shows_what_is_planned_and_who_rests(office):
    viewer = await office.enter("qian", "viewer")

    november = (await viewer.open("/notices/calendar")).text
    october = (await viewer.open("/notices/calendar?month=2026-10")).text

    assert "2026年11月" in november
    assert "12 10:00 给全体 定好时间" in november
    assert "国庆节" in october
    assert "给全体" not in october
    assert "2026年11月" in (await viewer.open("/notices/calendar?month=2026-13")).text
    assert "2026年11月" in (await viewer.open("/notices/calendar?month=9999-12")).text


async def test_month_shows_only_notices_of_the_own_union(office):
    own = await office.enter("zhou", Grant("viewer", union="演示工会"))

    assert "给全体" not in (await own.open("/notices/calendar")).text


async def test_next_working_day_is_offered_and_holidays_are_not(office):
    editor = await office.enter("li", "editor")

    november = await editor.open("/notices/1/schedule")
    october = await editor.open("/notices/1/schedule?month=2027-10")

    assert '<input type="radio" name="day" value="2026-11-11" checked>' in november.html
    assert 'value="2026-11-09"' not in november.html
    assert 'value="09:30"' in november.html
    assert 'value="2027-10-01"' not in october.html
    assert 'value="2027-10-08"' in october.html


async def test_time_is_chosen_on_the_calendar(office):
    editor = await office.enter("li", "editor")

    wrong = await editor.do("/notices/1/schedule", "schedule", day="", time="09:30")
    night = await editor.do("/notices/1/schedule", "schedule", day="2026-11-12", time="22:00")
    past = await editor.do("/notices/1/schedule", "schedule", day="2026-11-09", time="10:00")
    told = await editor.follow("/notices/1/schedule", "schedule", day="2026-11-12", time="14:00")

    assert "日期时间没看懂" in wrong.text
    assert "这个时间大家在休息" in night.text
    assert "这个时间已经过了。" in past.text
    assert "定好了，2026-11-12 14:00 开始发。" in told.text
    assert (await times(office))[0] == datetime(2026, 11, 12, 6, tzinfo=UTC)
    assert 'value="2026-11-12" checked' in (await editor.open("/notices/1/schedule")).html


async def test_series_begins_by_its_own_days(office):
    async with office.database.transaction() as session:
        told = ring.plan(audience={"unions": ["演示工会"]}, recurrence={"days": [15], "at": "10:00"})
        number = (await ring.drafted(session, told, now=office.clock())).id
    editor = await office.enter("li", "editor")

    assert "按规则开始" in (await editor.open(f"/notices/{number}/schedule")).text
    assert "按规则开始" not in (await editor.open("/notices/1/schedule")).text
    told = await editor.follow(f"/notices/{number}/schedule", "repeat")

    assert "定好了，2026-11-15 10:00 开始发。" in told.text


async def test_viewer_sets_no_time(office):
    viewer = await office.enter("qian", "viewer")

    assert (await viewer.open("/notices/1/schedule")).status == 403
    assert (await viewer.do("/notices/1/schedule", "send")).status == 403
    assert (await times(office))[0] is None
