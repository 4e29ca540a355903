"""Proposals from the first word to the answer."""

from datetime import timedelta

import pytest

from models import members, proposals
from models.base import Refused
from models.messages import Address


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


@pytest.fixture
async def proposal(desk, clock):
    at = Address("telegram", "wang")
    return await proposals.hand_in(
        desk.session, await desk.member(), at, "加开夜班车", "地铁末班后没有车", delegate=False, now=clock()
    )


async def test_proposal_is_passed_on_and_answered(desk, proposal, clock):
    assert (proposal.number, proposal.state) == (f"JY2026-{proposal.id:04d}", "received")
    assert proposal.promised == clock() + timedelta(days=30)
    assert proposal.sender == Address("telegram", "wang")
    with refused("proposal_office"):
        proposals.pass_on(proposal, "")
    proposals.pass_on(proposal, "生活保障部")
    for text in ("", "长" * 2001):
        with refused("proposal_text"):
            proposals.answer(proposal, text, by="li", now=clock())

    proposals.answer(proposal, "下月加开两班", by="li", now=clock())
    assert (proposal.state, proposal.office, proposal.answered_by) == ("answered", "生活保障部", "li")
    for again in (
        lambda: proposals.pass_on(proposal, "别处"),
        lambda: proposals.answer(proposal, "又", by="li", now=clock()),
        lambda: proposals.withdraw(proposal, now=clock()),
    ):
        with refused("proposal_over"):
            again()


async def test_member_takes_it_back(desk, proposal, clock):
    member = await desk.member()
    assert await proposals.of(desk.session, member) == [proposal]
    proposals.withdraw(proposal, now=clock())
    assert (proposal.state, proposal.ended_at) == ("withdrawn", clock())


@pytest.mark.parametrize(("title", "text"), [("", "有话"), ("题", ""), ("题", "长" * 2001)])
async def test_proposal_that_says_nothing_or_too_much_is_refused(desk, clock, title, text):
    at = Address("telegram", "wang")
    with refused("proposal_text"):
        await proposals.hand_in(
            desk.session, await desk.member(), at, title, text, delegate=True, now=clock()
        )


async def test_proposals_follow_when_two_records_become_one(desk, proposal, clock):
    keep = await desk.member("new")
    await members.merge(desk.session, keep, await desk.member(), now=clock())
    assert await proposals.of(desk.session, keep) == [proposal]
