"""Two people decide, nobody near to the member, nothing above the ceiling, nothing against an objection."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models import application_states, applications, members, objections
from models.applications import Application, ApplicationStep
from models.base import Refused
from models.messages import Address
from tests.models.applications.desk import LECTURE, RELIEF


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


async def test_application_gets_a_number_a_sum_and_a_promise(desk, clock):
    found = await desk.apply()

    assert (found.number, found.state, found.amount) == (f"X2026-{found.id:04d}", "submitted", "2000")
    assert found.promised == clock() + timedelta(days=15)
    assert found.rules.sums["本科"] == Decimal(2000)
    assert found.at == Address("telegram", "wang")
    assert await applications.of(desk.session, await desk.member()) == [found]


async def test_second_one_waits_until_the_first_is_over(desk):
    first = await desk.apply()
    with refused("applied_open"):
        await desk.apply()
    await desk.apply(who="other")

    await desk.own(first, "withdrawn")
    assert (await desk.apply()).id != first.id


async def test_what_is_given_once_a_year_is_given_next_year_again(desk, clock):
    found = await desk.approved()
    await desk.move(found, "paying", "zhao")
    await desk.move(found, "paid", "zhao")
    with refused("applied_this_year"):
        await desk.apply()

    clock.now = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert await desk.apply()


async def test_checked_by_one_and_approved_by_another(desk):
    found = await desk.apply()
    with refused("apply_state"):
        await desk.check(found)
    await desk.move(found, "union_check")
    with refused("apply_unchecked"):
        await desk.move(found, "district_review")
    await desk.check(found)
    with refused("apply_twice"):
        await desk.check(found)
    await desk.move(found, "district_review")
    with refused("apply_unchecked"):
        await desk.move(found, "publicity", "zhao")
    await desk.check(found, "qian")
    for checker in ("li", "qian"):
        with refused("apply_two_people"):
            await desk.move(found, "publicity", checker)

    await desk.move(found, "publicity", "zhao")
    assert found.state == "publicity"
    desk.clock.now = found.due
    for checker in ("li", "qian"):
        with refused("apply_two_people"):
            await desk.move(found, "approved", checker)
    await desk.move(found, "approved", "zhao")


async def test_checks_before_a_supplement_count_no_more(desk):
    found = await desk.apply()
    await desk.move(found, "union_check")
    await desk.check(found)
    with refused("apply_reason"):
        await desk.move(found, "needs_supplement")
    await desk.move(found, "needs_supplement", reason="缺毕业证")
    await desk.own(found, "submitted")
    await desk.move(found, "union_check")

    with refused("apply_unchecked"):
        await desk.move(found, "district_review")
    await desk.check(found, "zhao")
    await desk.move(found, "district_review", "zhao")
    await desk.check(found, "zhao")
    await desk.move(found, "publicity", "li")
    assert found.state == "publicity"


async def test_nobody_decides_on_their_own(desk):
    found = await desk.apply()
    wang = await desk.staff("wang")
    wang.channel, wang.address = "telegram", "wang"

    with refused("apply_own"):
        await desk.move(found, "union_check", "wang")
    wang.address = "nobody"
    await desk.move(found, "union_check", "wang")
    wang.address = "wang"
    with refused("apply_own"):
        await desk.check(found, "wang")


async def test_relatives_keep_away(desk, clock):
    found = await desk.apply(relatives="钱老师、li（演示）")
    with refused("apply_relative"):
        await desk.move(found, "union_check", "li")

    zhao = await desk.staff("zhao")
    for _ in range(2):
        await application_states.keep_away(desk.session, found, zhao, now=clock())
    with refused("apply_relative"):
        await desk.move(found, "union_check", "zhao")
    await desk.move(found, "union_check", "sun")


async def test_objection_stops_the_approval_until_it_is_settled(desk, clock):
    found = await desk.shown()
    objection = await objections.object_to(desk.session, found, "他没有毕业", now=clock())
    clock.now = found.due
    with refused("apply_objection"):
        await desk.move(found, "approved", "zhao")

    with refused("apply_reason"):
        objections.settle(objection, upheld=False, reason="", by="li", now=clock())
    objections.settle(objection, upheld=False, reason="学信网查到了", by="li", now=clock())
    with refused("objection_settled"):
        objections.settle(objection, upheld=True, reason="又看", by="li", now=clock())
    await desk.move(found, "approved", "zhao")
    assert found.state == "approved"


async def test_upheld_objection_stops_it_until_it_is_shown_anew(desk, clock):
    found = await desk.shown()
    objection = await objections.object_to(desk.session, found, "他没有毕业", now=clock())
    objections.settle(objection, upheld=True, reason="要再查", by="li", now=clock())
    clock.now = found.due
    with refused("apply_objection"):
        await desk.move(found, "approved", "zhao")

    await desk.move(found, "district_review", "zhao")
    await desk.check(found)
    clock.tick(1)
    await desk.move(found, "publicity", "zhao")
    clock.now = found.due
    await desk.move(found, "approved", "zhao")
    assert found.state == "approved"


async def test_objections_come_while_the_list_is_shown_only(desk, clock):
    found = await desk.apply()
    with refused("objection_over"):
        await objections.object_to(desk.session, found, "不对", now=clock())
    found = await desk.shown(who="other")
    for text, contact in (("", ""), ("长" * 1001, ""), ("不对", "长" * 1001)):
        with refused("objection_text"):
            await objections.object_to(desk.session, found, text, contact, now=clock())


async def test_list_is_shown_for_its_working_days(desk, clock):
    clock.now = datetime(2026, 9, 28, 2, tzinfo=UTC)
    found = await desk.shown()

    # Monday; 1 to 7 October are free, Saturday the 10th is worked
    assert found.due == datetime(2026, 10, 10, 16, tzinfo=UTC)
    with refused("apply_publicity"):
        await desk.move(found, "approved", "zhao")
    clock.now = found.due
    await desk.move(found, "approved", "zhao")
    assert found.due is None


async def test_relief_is_paid_first_and_stays_under_its_ceiling(desk):
    found = await desk.apply(RELIEF, answers={})
    await desk.move(found, "union_check")
    await desk.check(found)
    for amount, reason in ((None, "apply_amount"), ("0", "apply_amount"), ("-1", "apply_amount"),
                           ("1.005", "apply_amount"), ("NaN", "apply_amount"), ("3000.01", "apply_ceiling")):  # fmt: skip
        with refused(reason):
            await desk.move(found, "approved", "zhao", amount=Decimal(amount) if amount else None)
    assert found.amount == ""
    await desk.move(found, "approved", "zhao", amount=Decimal(3000))
    await desk.move(found, "paying", "zhao")
    await desk.move(found, "paid", "zhao")
    assert (found.state, applications.decided(found)) == ("paid", Decimal(3000))
    assert found.ended_at is not None


async def test_sum_of_the_plan_is_not_for_colleagues_to_change(desk):
    found = await desk.apply()
    for step in ("union_check", "district_review"):
        await desk.move(found, step)
        await desk.check(found)
    await desk.move(found, "publicity", "zhao", amount=Decimal(9000))
    assert found.amount == "2000"


async def test_no_money_without_an_account(desk):
    found = await desk.approved(account="")
    with refused("apply_account"):
        await desk.move(found, "paying", "zhao")


async def test_what_gives_no_money_ends_with_the_approval(desk):
    found = await desk.apply(LECTURE)
    await desk.move(found, "union_check")
    await desk.check(found)
    await desk.move(found, "approved", "zhao")
    with refused("apply_state"):
        await desk.move(found, "paying", "zhao")
    assert found.amount == ""


async def test_appeal_comes_once_in_time_and_goes_to_others(desk, clock):
    found = await desk.apply()
    await desk.move(found, "union_check")
    await desk.move(found, "rejected", reason="不合条件")
    with refused("apply_reason"):
        await desk.own(found, "appealed")
    await desk.own(found, "appealed", "我有新证明")
    with refused("apply_two_people"):
        await desk.move(found, "district_review", "li")
    await desk.move(found, "rejected", "zhao", reason="再看也不合")
    with refused("apply_appealed"):
        await desk.own(found, "appealed", "还是不服")


async def test_appeal_after_its_time_is_refused(desk, clock):
    found = await desk.apply()
    await desk.move(found, "rejected", reason="不合条件")
    clock.now = found.due
    with refused("apply_late"):
        await desk.own(found, "appealed", "晚了")


async def test_member_does_only_what_is_theirs(desk):
    found = await desk.apply()
    for to in ("approved", "union_check", "rejected"):
        with refused("apply_state"):
            await desk.own(found, to)
    for to in ("withdrawn", "appealed", "submitted", "paid"):
        with refused("apply_state"):
            await desk.move(found, to)


async def test_supplement_that_does_not_come_lapses_once(desk, clock):
    found = await desk.apply()
    other = await desk.apply(who="other")
    await desk.move(found, "needs_supplement", reason="缺证明")
    clock.now = found.due - timedelta(seconds=1)
    assert await application_states.lapse(desk.session, now=clock()) == []

    clock.tick(1)
    assert await application_states.lapse(desk.session, now=clock()) == [found]
    assert await application_states.lapse(desk.session, now=clock()) == []
    assert (found.state, other.state) == ("lapsed", "submitted")


async def test_steps_tell_who_did_what_and_why(desk):
    found = await desk.apply()
    await desk.move(found, "union_check")
    await desk.check(found)
    await desk.move(found, "rejected", reason="不合条件")

    told = [
        (s.kind, s.before, s.after, s.by, s.reason) for s in await applications.steps(desk.session, found)
    ]
    assert told == [
        ("state", "", "submitted", "member", ""),
        ("state", "submitted", "union_check", "li", ""),
        ("check", "union_check", "union_check", "li", ""),
        ("state", "union_check", "rejected", "li", "不合条件"),
    ]


async def test_applications_follow_when_two_records_become_one(desk, clock):
    found = await desk.apply(who="old")
    keep = await desk.member("new")
    await members.merge(desk.session, keep, await desk.member("old"), now=clock())

    assert list(await desk.session.scalars(select(Application.member_id))) == [keep.id]
    assert await applications.of(desk.session, keep) == [found]
    assert list(await desk.session.scalars(select(ApplicationStep.by))) == ["member"]
