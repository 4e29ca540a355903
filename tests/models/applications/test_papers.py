"""Papers come while they are looked for, accounts when there is something to pay, and what is over is over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    application_data,
    application_member,
    application_papers,
    applications,
    erasure,
    members,
    payments,
    proposals,
)
from models.application_papers import MOST
from models.application_rules import ended
from models.erasure import Hold
from models.files import Kept
from models.messages import Address
from tests.models.applications.desk import LECTURE, RELIEF, TUITION
from tests.models.applications.test_decisions import refused

PAPERS = TUITION.model_validate(
    {
        **TUITION.model_dump(),
        "papers": [
            {"name": "diploma", "label": "毕业证书"},
            {"name": "id_card", "label": "身份证"},
            {"name": "card", "label": "京卡", "needed": False},
        ],
    }
)


def kept(number: int) -> Kept:
    return Kept(f"{number:064x}", 9, "application/pdf")


async def send(desk, application, paper: str, number: int) -> int:
    return await application_papers.send(desk.session, application, paper, kept(number), now=desk.clock())


async def test_papers_are_counted_and_what_is_missing_is_known(desk):
    found = await desk.apply(PAPERS)
    assert await send(desk, found, "diploma", 1) == 1
    assert await send(desk, found, "diploma", 1) == 1
    assert await send(desk, found, "card", 1) == 2
    assert await send(desk, found, "", 2) == 3

    assert [one.name for one in await application_papers.missing(desk.session, found)] == ["id_card"]
    told = [(one.paper, one.digest[-1]) for one in await application_papers.of(desk.session, found)]
    assert told == [("diploma", "1"), ("card", "1"), ("", "2")]


async def test_no_paper_that_the_plan_does_not_name_and_none_too_many(desk):
    found = await desk.apply(PAPERS)
    with refused("paper_unknown"):
        await send(desk, found, "passport", 1)
    for number in range(MOST):
        await send(desk, found, "", number)
    with refused("paper_full"):
        await send(desk, found, "", MOST)


async def test_no_paper_comes_when_nobody_looks_for_it(desk):
    found = await desk.apply(PAPERS)
    await desk.move(found, "needs_supplement", reason="缺毕业证")
    assert await send(desk, found, "diploma", 1) == 1
    await desk.own(found, "withdrawn")
    with refused("paper_late"):
        await send(desk, found, "diploma", 2)


async def test_account_is_taken_when_there_is_something_to_pay(desk, clock):
    found = await desk.apply(account="")
    with refused("account_now"):
        await payments.give_account(desk.session, found, "6222000000000001", now=clock())
    found = await desk.approved(who="other", account="")
    for wrong in ("6222", "6222x00000000001", "6" * 24):
        with refused("account_number"):
            await payments.give_account(desk.session, found, wrong, now=clock())
    await payments.give_account(desk.session, found, "6222 0000-0000 0001", now=clock())
    assert found.account == "6222000000000001"
    await desk.session.flush()
    last = (await applications.steps(desk.session, found))[-1]
    assert (last.kind, last.after, last.by) == ("account", "approved", "member")
    assert (await application_member.last(desk.session, found)).after == "approved"


async def test_what_gives_no_money_takes_no_account(desk, clock):
    found = await desk.apply(LECTURE)
    await desk.move(found, "union_check")
    await desk.check(found)
    await desk.move(found, "approved", "zhao")
    with refused("account_now"):
        await payments.give_account(desk.session, found, "6222000000000001", now=clock())


async def test_what_gives_no_money_is_over_with_the_approval_and_may_be_asked_for_again(desk):
    found = await desk.apply(LECTURE)
    await desk.move(found, "union_check")
    with refused("applied_open"):
        await desk.apply(LECTURE)
    await desk.check(found)
    await desk.move(found, "approved", "zhao")
    assert found.ended_at == desk.clock()
    assert (await desk.apply(LECTURE)).id != found.id


async def test_help_that_is_given_once_a_year_is_given_once(desk):
    plan = LECTURE.model_copy(update={"once": "year"})
    found = await desk.apply(plan)
    await desk.move(found, "union_check")
    await desk.check(found)
    await desk.move(found, "approved", "zhao")
    with refused("applied_this_year"):
        await desk.apply(plan)


@pytest.mark.parametrize(
    ("plan", "over"),
    [(TUITION, {"paid", "rejected", "withdrawn", "lapsed"}), (LECTURE, {"approved", "rejected", "paid", "withdrawn", "lapsed"})],
)  # fmt: skip
def test_what_is_over(plan, over):
    states = ("submitted", "needs_supplement", "approved", "paying", "paid", "pay_returned", "rejected", "appealed", "withdrawn", "lapsed")  # fmt: skip
    assert {state for state in states if ended(plan, state)} == over


async def test_colleagues_have_their_days_again_after_a_supplement_and_an_appeal(desk, clock):
    found = await desk.apply()
    await desk.move(found, "needs_supplement", reason="缺毕业证")
    clock.tick(86400)
    await desk.own(found, "submitted")
    assert found.promised == clock() + timedelta(days=15)
    await desk.move(found, "rejected", reason="不合条件")
    clock.tick(86400)
    await desk.own(found, "appealed", "不对")
    assert (found.promised, found.ended_at) == (clock() + timedelta(days=15), None)


async def test_it_is_seen_where_it_began_and_where_that_place_let_somebody_in(desk, clock):
    found = await desk.apply(RELIEF)
    member, session = await desk.member(), desk.session
    page, other = Address("web", "page"), Address("web", "other")
    await members.open_from(session, member, page, "telegram:wang")
    await members.open_from(session, member, other, "")
    await session.flush()

    assert await application_member.visible(session, member, page) == [found]
    assert await application_member.named(session, member, page, str(found.id), alone=True) == found
    assert await application_member.visible(session, member, other) == []
    for at, number in ((other, str(found.id)), (page, "99")):
        with refused("application_unknown"):
            await application_member.named(session, member, at, number)


async def test_of_what_says_little_little_is_told(desk, clock):
    member = await desk.member()
    await desk.apply(LECTURE, answers={}, account="")
    await proposals.hand_in(
        desk.session, member, Address("telegram", "wang"), "题", "话", delegate=False, now=clock()
    )
    told = [row[0] async for row in application_data.rows(desk.session, member)]
    assert told == ["申请", "申请办到", "建议"]


async def test_what_is_not_decided_or_may_be_appealed_is_not_forgotten(desk, clock):
    found, member, session = await desk.apply(), await desk.member(), desk.session
    assert await erasure.holds(session, member, now=clock()) == [Hold("application", found.number)]
    await desk.move(found, "rejected", reason="不合条件")
    assert await application_data.held(session, member, now=clock()) == [found.number]
    await erasure.everything(session, member, now=clock())
    assert found.name == "王芳（演示）"

    clock.now = found.due
    assert await application_data.held(session, member, now=clock()) == []
    await erasure.everything(session, member, now=clock())
    await session.refresh(found)
    assert (found.name, found.phone, found.account, found.answers, found.address) == ("", "", "", {}, "")
    assert (found.number, found.state) == (f"X2026-{found.id:04d}", "rejected")
    steps = await session.scalars(
        select(applications.ApplicationStep.reason).order_by(applications.ApplicationStep.id)
    )
    assert set(steps) == {""}
