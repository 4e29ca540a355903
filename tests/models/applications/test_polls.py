"""Polls: one vote each, shares at the end, and never who chose what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import polls
from models.base import Refused
from models.polls import PollVoter
from models.rights import Scope


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


@pytest.fixture
async def poll(desk, clock):
    return await polls.open_poll(
        desk.session,
        "春游去哪儿？",
        ["香山", "南海子", "都行"],
        by="li",
        opens=clock(),
        closes=clock() + timedelta(days=1),
    )


async def test_everybody_votes_once_and_shares_are_told_at_the_end(desk, poll, clock):
    for who, answer in (("a", 0), ("b", 0), ("c", 1)):
        await polls.vote(desk.session, poll, await desk.member(who), answer, now=clock())
    member = await desk.member("a")
    assert await polls.has_voted(desk.session, poll, member)
    assert not await polls.has_voted(desk.session, poll, await desk.member("d"))
    with refused("poll_voted"):
        await polls.vote(desk.session, poll, member, 2, now=clock())
    assert await polls.shares(desk.session, poll, now=clock()) is None

    clock.now = poll.closes
    assert await polls.shares(desk.session, poll, now=clock()) == [("香山", 67), ("南海子", 33), ("都行", 0)]
    assert await polls.turnout(desk.session, poll) == 3
    with refused("poll_closed"):
        await polls.vote(desk.session, poll, await desk.member("d"), 0, now=clock())


async def test_too_few_votes_tell_nothing(desk, poll, clock):
    for who in ("a", "b"):
        await polls.vote(desk.session, poll, await desk.member(who), 0, now=clock())
    clock.now = poll.closes
    assert await polls.shares(desk.session, poll, now=clock()) is None


async def test_nothing_kept_joins_a_member_and_an_answer(desk, poll, clock):
    member = await desk.member("a")
    await polls.vote(desk.session, poll, member, 1, now=clock())

    voters = list((await desk.session.execute(select(PollVoter.__table__))).mappings())
    assert [set(row) for row in voters] == [{"voter", "poll_id"}]
    assert str(member.id) != voters[0]["voter"]


async def test_answer_that_was_not_offered_is_refused(desk, poll, clock):
    for answer in (-1, 3):
        with refused("poll_answers"):
            await polls.vote(desk.session, poll, await desk.member(), answer, now=clock())
    clock.now -= timedelta(seconds=1)
    with refused("poll_closed"):
        await polls.vote(desk.session, poll, await desk.member(), 0, now=clock())


@pytest.mark.parametrize(
    ("question", "answers", "hours", "reason"),
    [
        ("", ["a", "b"], 1, "poll_answers"),
        ("问", ["a"], 1, "poll_answers"),
        ("问", ["a", "a"], 1, "poll_answers"),
        ("问", ["a", ""], 1, "poll_answers"),
        ("问" * 101, ["a", "b"], 1, "poll_answers"),
        ("问", ["a", "长" * 21], 1, "poll_answers"),
        ("问", [str(n) for n in range(9)], 1, "poll_answers"),
        ("问", ["a", "b"], 0, "poll_time"),
    ],
)
async def test_poll_that_cannot_be_is_refused(desk, clock, question, answers, hours, reason):
    with refused(reason):
        await polls.open_poll(
            desk.session, question, answers, by="li", opens=clock(), closes=clock() + timedelta(hours=hours)
        )


async def test_poll_asks_those_it_is_for(desk, poll, clock):
    member = await desk.member()
    other = await polls.open_poll(
        desk.session,
        "问",
        ["a", "b"],
        by="li",
        opens=clock(),
        closes=clock() + timedelta(hours=1),
        union="北冶",
    )
    assert await polls.running(desk.session, member, now=clock()) == [poll]
    member.union_name = "北冶"
    assert await polls.running(desk.session, member, now=clock()) == [other, poll]
    assert await polls.running(desk.session, member, now=poll.closes) == []


async def test_who_is_not_asked_cannot_vote(desk, poll, clock):
    member = await desk.member()
    for field, wanted in (("union", "北冶"), ("area", "上地")):
        setattr(poll, field, wanted)
        with refused("poll_others"):
            await polls.vote(desk.session, poll, member, 0, now=clock())
        setattr(poll, field, "")
    await polls.vote(desk.session, poll, member, 0, now=clock())


async def test_poll_is_ended_once(desk, poll, clock):
    with refused("poll_closed"):
        polls.close(poll, now=poll.opens)
    clock.now += timedelta(hours=1)
    polls.close(poll, now=clock())

    assert poll.closes == clock()
    with refused("poll_closed"):
        polls.close(poll, now=clock())
    with refused("poll_closed"):
        await polls.vote(desk.session, poll, await desk.member(), 0, now=clock())


async def test_results_are_found_for_thirty_days(desk, poll, clock):
    member = await desk.member()
    assert await polls.ended(desk.session, member, now=clock()) == []
    assert await polls.ended(desk.session, member, now=poll.closes) == [poll]
    assert await polls.ended(desk.session, member, now=poll.closes + timedelta(days=30)) == []


async def test_polls_are_listed_within_the_scope(desk, poll):
    near, far = Scope(unions=frozenset({"北冶"})), Scope(unions=frozenset({"别的工会"}))
    assert await polls.listed(desk.session, Scope(whole=True), page=0) == [poll]
    assert await polls.listed(desk.session, Scope(whole=True), page=1) == []
    assert await polls.listed(desk.session, near, page=0) == []
    poll.union = "北冶"
    await desk.session.flush()
    assert await polls.one(desk.session, near, poll.id) == poll
    assert await polls.one(desk.session, far, poll.id) is None
