"""Who is left alone because they are in danger."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import danger, handoffs
from models.members import Member
from models.messages import Address


async def spared(bench, *, after: timedelta = timedelta()) -> list[int]:
    query = select(Member.id).where(Member.id.in_(danger.in_danger(bench.clock() + after)))
    return list(await bench.session.scalars(query.order_by(Member.id)))


@pytest.mark.parametrize(
    ("urgency", "state", "after", "alone"),
    [
        ("P0", "new", timedelta(days=9), True),
        ("P0", "assigned", timedelta(0), True),
        ("P1", "new", timedelta(0), False),
        ("P0", "closed", timedelta(hours=23), True),
        ("P0", "closed", timedelta(hours=25), False),
    ],
)
async def test_case_of_danger_spares_its_member(bench, urgency, state, after, alone):
    case = await bench.case(urgency=urgency)
    case.state, case.opened_at = state, bench.clock() - timedelta(days=2)
    case.closed_at = bench.clock() if state == "closed" else None
    await bench.case(of="other")
    await bench.session.flush()

    assert await spared(bench, after=after) == ([case.member_id] if alone else [])


async def test_case_filed_and_ended_at_once_still_spares(bench):
    case = await bench.case(urgency="P0")
    case.state, case.closed_at = "closed", bench.clock() - timedelta(days=3)
    await bench.session.flush()

    assert await spared(bench, after=timedelta(hours=23)) == [case.member_id]
    assert await spared(bench, after=timedelta(hours=25)) == []


async def test_talk_of_danger_spares_its_member(bench):
    member = await bench.member()
    await handoffs.ask(
        bench.session, member, Address("web", "wang"), urgency="P0", promised=None, now=bench.clock()
    )

    assert await spared(bench) == [member.id]
