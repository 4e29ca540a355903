"""States and urgency of a case: every pair of states, who may, and what each needs."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lists import Duty
from models import case_deadlines, case_states, staff
from models.base import Refused
from models.case_states import NEXT, RESULTS, offered, promise
from models.cases import MACHINE, MEMBER, OVER, Case, CaseWorker
from tests.models.cases.bench import Bench

STATES = tuple(NEXT)
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:30")
DUTY = Duty(hours=HOURS)
EXPECTED = {
    "new": "triage need_info accepted refused assigned withdrawn",
    "triage": "need_info accepted refused assigned closed withdrawn",
    "need_info": "triage accepted refused assigned closed withdrawn",
    "accepted": "need_info refused assigned closed withdrawn",
    "assigned": "need_info accepted mediation arbitration lawsuit closed withdrawn",
    "mediation": "assigned arbitration lawsuit closed withdrawn",
    "arbitration": "assigned mediation lawsuit closed withdrawn",
    "lawsuit": "assigned mediation arbitration closed withdrawn",
    "refused": "triage assigned",
    "closed": "triage assigned",
    "withdrawn": "triage assigned",
}
OF_MEMBER = {**{key: {"triage"} for key in OVER}, "need_info": {"triage", "withdrawn"}}
OF_MACHINE = {"new": {"assigned"}, "triage": {"assigned"}, "accepted": {"assigned"}, "assigned": {"accepted"}}


def test_table_of_moves_is_this_one():
    assert {state: set(to) for state, to in NEXT.items()} == {
        state: set(to.split()) for state, to in EXPECTED.items()
    }


@pytest.mark.parametrize("urgency", ["P0", "P1"])
async def test_every_pair_of_states_moves_or_is_refused(small_bench, urgency):
    li = await small_bench.colleague("li")
    case = await small_bench.case(urgency=urgency)
    small_bench.session.add(CaseWorker(case_id=case.id, staff_id=li.id, since=small_bench.clock()))
    moved = {by: set[tuple[str, str]]() for by in ("li", MEMBER, MACHINE)}
    for by, before, after in product(moved, STATES, STATES):
        case.state = before
        try:
            await case_states.move(
                small_bench.session, case, after, by=by, reason="因为", result="paid", now=small_bench.clock()
            )
        except Refused:
            assert case.state == before
        else:
            assert case.state == after
            moved[by].add((before, after))

    member = {
        (before, after)
        for before in STATES
        for after in OF_MEMBER.get(before, {"withdrawn"})
        if after != "withdrawn" or urgency != "P0"
    }
    assert moved == {
        "li": {(before, after) for before in STATES for after in EXPECTED[before].split()},
        MEMBER: member,
        MACHINE: {(before, after) for before, to in OF_MACHINE.items() for after in to},
    }
    assert len(await small_bench.steps(case)) == 1 + sum(map(len, moved.values()))


@given(st.sampled_from(STATES), st.sampled_from(["li", MEMBER, MACHINE]), st.sampled_from(["P0", "P2"]))
def test_no_machine_ends_a_case_and_no_member_one_of_danger(state, by, urgency):
    ends = offered(Case(state=state, urgency=urgency), by) & set(OVER)

    assert not (ends and by == MACHINE)
    assert not (ends and by == MEMBER and urgency == "P0")
    assert ends <= {"withdrawn"} or by == "li"


async def refusal(bench, case, to, **told) -> str:
    with pytest.raises(Refused) as refused:
        await case_states.move(
            bench.session, case, to, **{"by": "li", "reason": "因为", "now": bench.clock(), **told}
        )
    return refused.value.reason


async def test_end_needs_a_reason_and_closing_a_result(small_bench):
    await small_bench.colleague("li")
    case = await small_bench.case()
    case.state = "triage"

    assert await refusal(small_bench, case, "refused", reason="") == "why_missing"
    assert await refusal(small_bench, case, "withdrawn", reason="") == "why_missing"
    assert await refusal(small_bench, case, "closed", reason="", result="paid") == "why_missing"
    assert await refusal(small_bench, case, "closed") == "case_result"
    assert await refusal(small_bench, case, "closed", result="won") == "case_result"
    assert await refusal(small_bench, case, "assigned") == "case_unassigned"
    assert (case.state, case.closed_at, case.result) == ("triage", None, "")


@pytest.mark.parametrize("result", RESULTS)
async def test_closed_case_carries_its_result(small_bench, result):
    await small_bench.colleague("li")
    case = await small_bench.case()
    case.state = "assigned"

    await case_states.move(
        small_bench.session, case, "closed", by="li", reason="办完了", result=result, now=small_bench.clock()
    )

    assert (case.state, case.result, case.closed_at) == ("closed", result, small_bench.clock())
    assert (await small_bench.steps(case))[-1] == ("assigned", "closed", "li", "办完了")


async def test_danger_is_ended_only_by_a_colleague_with_an_open_account(bench):
    await bench.colleague("boss", staff.Grant("administrator"))
    gone = await bench.colleague("gone")
    await staff.close(bench.session, gone, now=bench.clock())
    case = await bench.case(urgency="P0")
    case.state = "triage"

    assert await refusal(bench, case, "withdrawn", by=MEMBER) == "case_danger"
    for by in ("gone", "nobody", MACHINE):
        assert await refusal(bench, case, "closed", by=by, result="advised") == "case_moved"
    await case_states.move(
        bench.session, case, "closed", by="boss", reason="安全了", result="advised", now=bench.clock()
    )

    assert case.state == "closed"


@pytest.mark.parametrize(("by", "reason"), [(MEMBER, ""), ("li", "新证据")])
async def test_reopened_case_begins_its_clock_again(bench, by, reason):
    await bench.colleague("li")
    case = await bench.case(promised=bench.clock())
    case.state, case.result, case.closed_at = "closed", "paid", bench.clock()
    case.rating, case.answered_at, case.late_told = "good", bench.clock(), True

    await case_states.move(bench.session, case, "triage", by=by, reason=reason, now=bench.clock())

    assert (case.state, case.result, case.closed_at, case.rating) == ("triage", "", None, "")
    assert (case.promised, case.answered_at, case.late_told) == (None, None, False)


async def test_colleague_reopens_with_a_reason(small_bench):
    await small_bench.colleague("li")
    case = await small_bench.case()
    case.state = "closed"

    assert await refusal(small_bench, case, "triage", reason="") == "why_missing"


async def test_who_comes_second_sees_what_the_first_has_done(database, clock):
    async with database.transaction() as session:
        bench = Bench(session, clock)
        await bench.colleague("li")
        number = (await bench.case()).id
    async with database.transaction() as session:
        stale = await session.get_one(Case, number)
        stale_state = stale.state
    async with database.transaction() as session:
        fresh = await session.get_one(Case, number)
        await case_states.move(session, fresh, "withdrawn", by=MEMBER, now=clock())
    async with database.transaction() as session:
        session.add(stale)

        with pytest.raises(Refused, match="case_moved"):
            await case_states.move(session, stale, "accepted", by="li", now=clock())

    assert (stale_state, stale.state) == ("new", "withdrawn")


async def test_urgency_rises_by_anybody_and_falls_by_colleagues_with_a_reason(bench):
    await bench.colleague("li")
    case = await bench.case(urgency="P2")

    raised = await case_states.raise_urgency(
        bench.session, case, "P1", by=MACHINE, codes=["gone"], now=bench.clock()
    )
    again = await case_states.raise_urgency(bench.session, case, "P1", by="li", now=bench.clock())
    lower = await case_states.raise_urgency(bench.session, case, "P3", by="li", now=bench.clock())
    refused = []
    for by, to, reason in [
        (MACHINE, "P2", "因为"), (MEMBER, "P2", "因为"), ("nobody", "P2", "因为"), ("li", "P1", "因为"), ("li", "P2", ""),
    ]:  # fmt: skip
        with pytest.raises(Refused) as no:
            await case_states.lower_urgency(bench.session, case, to, by=by, reason=reason, now=bench.clock())
        refused.append(no.value.reason)
    await case_states.lower_urgency(bench.session, case, "P3", by="li", reason="说清楚了", now=bench.clock())

    assert (raised, again, lower) == (True, False, False)
    assert refused == ["case_urgency"] * 4 + ["why_missing"]
    assert case.urgency == "P3"
    assert await bench.steps(case, "urgency") == [("P2", "P1", MACHINE, ""), ("P1", "P3", "li", "说清楚了")]


async def test_time_raises_a_case_by_its_open_deadlines(bench, clock):
    case = await bench.case("other", facts={"hearing": "2026-11-20"})
    await case_deadlines.derive(bench.session, case, now=clock())

    raised = await case_states.reassess(bench.session, case, now=clock())
    first = case.urgency
    clock.tick(4 * 86400)
    again = await case_states.reassess(bench.session, case, now=clock())
    same = await case_states.reassess(bench.session, case, now=clock())

    assert (raised, first, again, case.urgency, same) == (True, "P2", True, "P1", False)


async def test_what_a_colleague_has_weighed_does_not_raise_a_case_again(bench, clock):
    await bench.colleague("li")
    case = await bench.case("other", urgency="P1", facts={"hearing": "2026-11-12", "gone": "yes"})
    await case_deadlines.derive(bench.session, case, now=clock())
    await case_states.lower_urgency(bench.session, case, "P3", by="li", reason="延期了", now=clock())

    weighed = await case_states.reassess(bench.session, case, now=clock())
    case.facts = {**case.facts, "pressed": "yes"}
    new = await case_states.reassess(bench.session, case, now=clock())

    assert (weighed, new, case.urgency) == (False, True, "P1")


async def test_met_deadline_makes_nothing_urgent_and_the_first_of_a_kind_counts(bench, clock):
    case = await bench.case("other", facts={"hearing": "2026-11-12"})
    await case_deadlines.derive(bench.session, case, now=clock())
    (found,) = await case_deadlines.of(bench.session, case)
    await case_deadlines.meet(bench.session, found, by="li", now=clock())

    met = await case_states.assessed(bench.session, case, now=clock())
    for day in (12, 25):
        await case_deadlines.add(
            bench.session, case, "hearing", found.safe_day.replace(day=day), by="li", now=clock()
        )
    two = await case_states.assessed(bench.session, case, now=clock())

    assert (met.urgency, two.urgency) == ("P3", "P1")


@pytest.mark.parametrize(
    ("urgency", "now", "expected"),
    [
        ("P0", "2026-11-14 03:00", "2026-11-14 03:00"),
        ("P1", "2026-11-10 10:00", "2026-11-10 17:30"),
        ("P1", "2026-11-10 06:00", "2026-11-10 17:30"),
        ("P1", "2026-11-10 17:00", "2026-11-10 17:30"),
        ("P1", "2026-11-10 17:01", "2026-11-11 17:30"),
        ("P1", "2026-11-14 10:00", "2026-11-16 17:30"),
        ("P1", "2026-09-30 20:00", "2026-10-08 17:30"),
        ("P1", "2026-12-31 20:00", "2027-01-04 17:30"),
        ("P2", "2026-11-10 10:00", "2026-11-13 17:30"),
        ("P2", "2026-11-13 20:00", "2026-11-18 17:30"),
        ("P2", "2026-09-30 10:00", "2026-10-12 17:30"),
        ("P3", "2026-11-10 18:00", "2026-11-17 17:30"),
        ("P3", "2026-11-10 17:00", "2026-11-16 17:30"),
        ("P3", "2026-11-14 10:00", "2026-11-20 17:30"),
        ("P3", "2026-09-30 10:00", "2026-10-12 17:30"),
    ],
)
def test_promise_follows_the_working_calendar(urgency, now, expected):
    def at(said: str) -> datetime:
        return datetime.fromisoformat(f"{said}+08:00")

    assert promise(urgency, at(now), (), (), DUTY) == at(expected)


def test_promise_follows_what_staff_say_of_days():
    now = datetime.fromisoformat("2026-11-10T10:00+08:00")
    free = [now.date(), now.date() + timedelta(days=1)]

    assert promise("P1", now, free, (), DUTY) == datetime.fromisoformat("2026-11-12T17:30+08:00")
    assert promise("P1", now + timedelta(days=4), (), [now.date() + timedelta(days=4)], DUTY) == (
        datetime.fromisoformat("2026-11-16T17:30+08:00")
    )


def test_promise_without_any_duty_hours_keeps_its_length():
    now = datetime.fromisoformat("2026-11-10T10:00+08:00")
    nobody = Duty(hours={})

    assert promise("P1", now, (), (), nobody) == now + timedelta(minutes=30)
    assert promise("P2", now, (), (), nobody) == now + timedelta(days=7)
    assert promise("P3", now, (), (), nobody) == now + timedelta(days=7)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001 -- made aware below
def test_promise_is_never_past_and_the_urgent_is_first(plain):
    now = plain.astimezone()

    ends = [promise(urgency, now, (), (), DUTY) for urgency in ("P0", "P1", "P2", "P3")]

    assert ends == sorted(ends)
    assert ends[0] == now
    assert all((end - now).days <= 20 for end in ends)
