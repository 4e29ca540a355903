"""Who works on a case: by scope, presence and load, and never with a conflict."""

from datetime import date, timedelta

import pytest

from models import absences, case_states, members, staff
from models.base import Refused
from models.case_assignment import able, assign, assign_best, declare, release, stand_in, watchers
from models.cases import MACHINE, MEMBER, workers
from models.members import Contact
from models.messages import Address
from models.rights import Grant
from tests.models.cases.bench import Bench

TODAY = date(2026, 11, 10)
AREA = Grant("caseworker", area="学院路")
OWN, JOINT = "佳讯（演示）工会", "五道口联合工会（演示）"


def logins(people) -> list[str]:
    return [one.login for one in people]


async def test_able_are_caseworkers_of_its_union_and_area_who_are_there(bench):
    case = await bench.case(area="学院路", union=JOINT)
    await bench.colleague("all")
    await bench.colleague("area", AREA)
    await bench.colleague("boss", Grant("administrator"))
    await bench.colleague("far", Grant("caseworker", area="上地"))
    await bench.colleague("joint", Grant("caseworker", union=JOINT))
    away, gone = await bench.colleague("away"), await bench.colleague("gone")
    await absences.add(bench.session, away, TODAY, TODAY, None, today=TODAY)
    await staff.close(bench.session, gone, now=bench.clock())

    assert logins(await able(bench.session, case, today=TODAY)) == ["all", "area", "joint"]
    assert logins(await able(bench.session, case, today=TODAY + timedelta(days=1))) == [
        "all", "area", "away", "joint",
    ]  # fmt: skip


async def by_phone(bench, address: str, union: str = "") -> members.Member:
    """Return the member who writes from the phone that a colleague has bound."""
    found = await members.at_address(bench.session, Address("phone", address), now=bench.clock())
    found.union_name = union
    return found


@pytest.fixture
async def crowded(bench) -> Bench:
    """A case of a member of OWN, and colleagues of whom two have no conflict with it."""
    bench.made = await bench.case(area="学院路", union=OWN)
    await bench.colleague("boss", Grant("administrator"))
    await bench.colleague("fellow", at="fellow")
    await bench.colleague("office", Grant("caseworker"), Grant("organiser", union=OWN))
    await bench.colleague("other", at="other")
    await bench.colleague("own", Grant("caseworker", union=OWN))
    await bench.colleague("said")
    await bench.colleague("self", at="wang")
    await bench.colleague("unbound")
    await by_phone(bench, "fellow", OWN)
    await by_phone(bench, "other", "别的工会")
    bench.session.add(Contact(channel="phone", address="wang", member_id=bench.made.member_id))
    said = await staff.by_login(bench.session, "said")
    await declare(bench.session, bench.made, said, now=bench.clock())
    return bench


async def test_conflicts_keep_a_colleague_out(crowded):
    case = crowded.made

    assert logins(await able(crowded.session, case, today=TODAY)) == ["other", "unbound"]
    assert logins(await watchers(crowded.session, case, today=TODAY)) == ["boss", "other", "unbound"]
    assert await crowded.steps(case, "conflict") == [("", "said", "said", "")]


@pytest.mark.parametrize("login", ["fellow", "office", "own", "said", "self"])
async def test_conflict_refuses_whoever_assigns(crowded, login):
    who = await staff.by_login(crowded.session, login)

    with pytest.raises(Refused, match="case_conflict"):
        await assign(crowded.session, crowded.made, who, by="boss", now=crowded.clock())

    assert await workers(crowded.session, crowded.made) == []


async def test_member_of_a_union_above_employers_is_no_conflict(bench):
    case = await bench.case(area="学院路", union=JOINT)
    await bench.colleague("fellow", at="fellow")
    await by_phone(bench, "fellow", JOINT)

    assert logins(await able(bench.session, case, today=TODAY)) == ["fellow"]


async def test_own_case_without_a_union_is_a_conflict_too(bench):
    case = await bench.case()
    await bench.colleague("self", at="wang")
    await bench.colleague("other", at="wang-web")
    bench.session.add(Contact(channel="phone", address="wang", member_id=case.member_id))
    await by_phone(bench, "wang-web")

    assert logins(await able(bench.session, case, today=TODAY)) == ["other"]


async def test_assigned_case_is_worked_on_until_it_is_released(bench):
    await bench.colleague("boss", Grant("administrator"))
    li, zhao = await bench.colleague("li"), await bench.colleague("zhao")
    case = await bench.case()

    for who in (li, zhao, li):
        await assign(bench.session, case, who, by="boss", now=bench.clock())
    both, state = logins(await workers(bench.session, case)), case.state
    await release(bench.session, case, li, by="boss", now=bench.clock())
    one, kept = logins(await workers(bench.session, case)), case.state
    for _ in range(2):
        await release(bench.session, case, zhao, by="zhao", now=bench.clock())
    none, waits = logins(await workers(bench.session, case)), case.state
    await assign(bench.session, case, li, by="boss", now=bench.clock())

    assert (both, state) == (["li", "zhao"], "assigned")
    assert (one, kept) == (["zhao"], "assigned")
    assert (none, waits) == ([], "accepted")
    assert (logins(await workers(bench.session, case)), case.state) == (["li"], "assigned")
    assert await bench.steps(case, "worker") == [
        ("", "li", "boss", ""), ("", "zhao", "boss", ""), ("li", "", "boss", ""), ("zhao", "", "zhao", ""),
        ("", "li", "boss", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["need_info", "mediation", "arbitration", "lawsuit"])
async def test_case_under_way_keeps_its_state_when_hands_change(bench, state):
    await bench.colleague("boss", Grant("administrator"))
    li = await bench.colleague("li")
    case = await bench.case()
    case.state = state

    await assign(bench.session, case, li, by="boss", now=bench.clock())
    with_li = case.state
    await release(bench.session, case, li, by="boss", now=bench.clock())

    assert (with_li, case.state) == (state, state)


async def test_ended_case_and_absent_colleague_are_refused(bench):
    li, far = await bench.colleague("li"), await bench.colleague("far", Grant("caseworker", area="上地"))
    case, over = await bench.case(), await bench.case(of="zhao")
    await case_states.move(bench.session, over, "withdrawn", by=MEMBER, now=bench.clock())
    await absences.add(bench.session, li, TODAY, TODAY, None, today=TODAY)

    refused = []
    for which, who in [(over, li), (case, li), (case, far)]:
        with pytest.raises(Refused) as no:
            await assign(bench.session, which, who, by="boss", now=bench.clock())
        refused.append(no.value.reason)

    assert refused == ["case_over", "case_unable", "case_unable"]


async def test_declared_conflict_ends_the_work(bench):
    li = await bench.colleague("li")
    case = await bench.case()
    await assign(bench.session, case, li, by=MACHINE, now=bench.clock())

    await declare(bench.session, case, li, now=bench.clock())

    assert (await workers(bench.session, case), case.state) == ([], "accepted")


async def test_best_is_near_and_has_least_to_do(bench):
    await bench.colleague("a-whole")
    await bench.colleague("b-near", AREA)
    await bench.colleague("c-near", AREA)
    await bench.colleague("d-far", Grant("caseworker", area="上地"))
    found = []
    for number in range(4):
        case = await bench.case(of=f"m{number}", area="学院路")
        found.append((await assign_best(bench.session, case, by=MACHINE, now=bench.clock())).login)
        if number == 1:
            await case_states.move(bench.session, case, "withdrawn", by=MEMBER, now=bench.clock())
    whole = await assign_best(
        bench.session, await bench.case(of="m9", area="中关村"), by=MACHINE, now=bench.clock()
    )

    assert found == ["b-near", "c-near", "c-near", "b-near"]
    assert whole.login == "a-whole"


async def test_best_of_its_union_goes_before_the_whole(bench):
    await bench.colleague("a-whole")
    await bench.colleague("joint", Grant("caseworker", union=JOINT))

    found = await assign_best(bench.session, await bench.case(union=JOINT), by=MACHINE, now=bench.clock())

    assert found.login == "joint"


async def test_best_is_nobody_where_nobody_can(bench):
    case = await bench.case()

    assert await assign_best(bench.session, case, by=MACHINE, now=bench.clock()) is None
    assert case.state == "new"


async def test_work_of_who_is_away_goes_to_the_deputy_or_waits(bench, clock):
    li, zhao, sun = [await bench.colleague(login) for login in ("li", "zhao", "sun")]
    first, second, shared, over, own = [await bench.case(of=f"m{number}") for number in range(5)]
    for case in (first, second, shared, over, own):
        await assign(bench.session, case, li, by=MACHINE, now=clock())
    await assign(bench.session, shared, sun, by=MACHINE, now=clock())
    await declare(bench.session, shared, zhao, now=clock())
    await declare(bench.session, second, zhao, now=clock())
    await case_states.move(bench.session, over, "withdrawn", by=MEMBER, now=clock())
    await assign(bench.session, own, zhao, by=MACHINE, now=clock())
    await absences.add(
        bench.session, li, TODAY + timedelta(days=1), TODAY + timedelta(days=2), zhao, today=TODAY
    )

    before = await stand_in(bench.session, now=clock())
    clock.tick(86400)
    moved = await stand_in(bench.session, now=clock())
    again = await stand_in(bench.session, now=clock())

    assert (before, again) == ([], [])
    assert [(found.case.id, found.to and found.to.login) for found in moved] == [
        (first.id, "zhao"), (second.id, None), (own.id, "zhao"),
    ]  # fmt: skip
    assert [(case.state, logins(await workers(bench.session, case))) for case in (first, second, shared, over)] == [
        ("assigned", ["zhao"]), ("accepted", []), ("assigned", ["sun"]), ("withdrawn", ["li"]),
    ]  # fmt: skip


async def test_work_of_a_closed_account_waits(bench):
    li = await bench.colleague("li")
    await bench.colleague("boss", Grant("administrator"))
    case = await bench.case()
    await assign(bench.session, case, li, by=MACHINE, now=bench.clock())
    await staff.close(bench.session, li, now=bench.clock())

    watching = logins(await watchers(bench.session, case, today=TODAY))
    moved = await stand_in(bench.session, now=bench.clock())

    assert watching == ["boss"]
    assert [(found.case.id, found.to) for found in moved] == [(case.id, None)]


async def test_watching_are_the_workers_who_are_there(bench):
    li, zhao = await bench.colleague("li"), await bench.colleague("zhao")
    await bench.colleague("boss", Grant("administrator"))
    case = await bench.case()
    for who in (li, zhao):
        await assign(bench.session, case, who, by=MACHINE, now=bench.clock())
    await absences.add(bench.session, zhao, TODAY, TODAY, None, today=TODAY)

    assert logins(await watchers(bench.session, case, today=TODAY)) == ["li"]
