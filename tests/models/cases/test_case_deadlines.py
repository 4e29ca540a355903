"""The deadlines of a case: what its facts give, what colleagues add, and what is told of them no more."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models import case_deadlines
from models.base import Refused
from models.case_deadlines import CaseDeadline, CaseWarning, computed

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("topic", "facts", "expected"),
    [
        ("dismissal", {"known": "2026-09-01"}, {"limitation": date(2027, 9, 1)}),
        ("dismissal", {"known": "2024-02-29"}, {"limitation": date(2025, 2, 28)}),
        (
            "dismissal",
            {"known": "2026-09-10", "paper_kind": "notice", "paper_day": "2026-09-01"},
            {"limitation": date(2027, 9, 1)},
        ),
        ("dismissal", {"last_day": "2026-09-05"}, {"limitation": date(2027, 9, 5)}),
        ("dismissal", {"paper_kind": "none", "paper_day": "2026-09-05"}, {}),
        ("wages", {"known": "2026-09-01", "employed": "yes"}, {}),
        (
            "wages",
            {"known": "2026-01-01", "employed": "no", "last_day": "2026-09-01"},
            {"limitation": date(2027, 9, 1)},
        ),
        ("wages", {"known": "2026-01-01", "employed": "no"}, {"limitation": date(2027, 1, 1)}),
        ("overtime", {"known": "2026-01-01", "employed": "yes"}, {"limitation": date(2027, 1, 1)}),
        ("other", {"received": "2026-11-01"}, {"sue": date(2026, 11, 16)}),
        ("other", {"paper_kind": "award", "paper_day": "2026-11-02"}, {"sue": date(2026, 11, 17)}),
        (
            "other",
            {"paper_kind": "award", "paper_day": "2026-11-02", "received": "2026-11-05"},
            {"sue": date(2026, 11, 20)},
        ),
        (
            "injury",
            {"injury_day": "2026-10-27", "known": "2026-10-27"},
            {"injury_employer": date(2026, 11, 26), "injury_worker": date(2027, 10, 27)},
        ),
        ("injury", {"injury_day": "2026-10-27", "injury_filed": "yes"}, {}),
        ("other", {"hearing": "2026-12-01"}, {"hearing": date(2026, 12, 1)}),
        ("other", {"hearing": "下周", "known": "", "received": None}, {}),
        ("other", {"hearing": "0026-12-01", "known": "9999-12-31"}, {}),
        ("other", {}, {}),
    ],
)
def test_facts_give_deadlines(topic, facts, expected):
    assert computed(topic, facts) == expected


@given(
    st.dictionaries(st.sampled_from(["known", "received", "injury_day", "hearing", "last_day"]), st.text())
)
def test_any_words_give_no_error(facts):
    assert set(computed("other", facts)) <= set(case_deadlines.KINDS)


async def listed(bench, case) -> list[tuple[str, date, date]]:
    return [(one.kind, one.safe_day, one.last_day) for one in await case_deadlines.of(bench.session, case)]


async def test_deadlines_carry_the_safe_day_and_the_one_it_rolls_to(bench):
    facts = {"injury_day": "2026-10-15", "hearing": "2026-11-22"}
    case = await bench.case("injury", facts=facts)

    await case_deadlines.derive(bench.session, case, now=bench.clock())

    assert await listed(bench, case) == [
        ("injury_employer", date(2026, 11, 14), date(2026, 11, 16)),
        ("hearing", date(2026, 11, 22), date(2026, 11, 22)),
        ("injury_worker", date(2027, 10, 15), date(2027, 10, 15)),
    ]


async def test_changed_facts_change_what_follows_from_them_only(bench):
    case = await bench.case(
        "other", facts={"known": "2026-11-02", "hearing": "2026-12-01", "received": "2026-11-09"}
    )
    await case_deadlines.derive(bench.session, case, now=bench.clock())
    await case_deadlines.add(bench.session, case, "hearing", date(2026, 12, 24), by="li", now=bench.clock())
    before = {one.kind: one.id for one in await case_deadlines.of(bench.session, case) if one.by == "machine"}
    bench.session.add(CaseWarning(deadline_id=before["hearing"], days=30, told_at=bench.clock()))
    bench.session.add(CaseWarning(deadline_id=before["sue"], days=14, told_at=bench.clock()))

    case.facts = {"known": "2026-11-02", "hearing": "2026-12-08"}
    await case_deadlines.derive(bench.session, case, now=bench.clock())

    assert await listed(bench, case) == [
        ("hearing", date(2026, 12, 8), date(2026, 12, 8)),
        ("hearing", date(2026, 12, 24), date(2026, 12, 24)),
        ("limitation", date(2027, 11, 2), date(2027, 11, 2)),
    ]
    after = {one.kind: one.id for one in await case_deadlines.of(bench.session, case) if one.by == "machine"}
    assert after["limitation"] == before["limitation"]
    assert await bench.session.scalar(select(func.count()).select_from(CaseWarning)) == 0


async def test_met_deadline_stays_met_whatever_the_facts_say(bench):
    case = await bench.case("other", facts={"known": "2026-11-02"})
    await case_deadlines.derive(bench.session, case, now=bench.clock())
    (found,) = await case_deadlines.of(bench.session, case)

    await case_deadlines.meet(bench.session, found, by="li", now=bench.clock())
    await case_deadlines.meet(bench.session, found, by="zhao", now=bench.clock() + timedelta(days=1))
    case.facts = {"known": "2026-11-04"}
    await case_deadlines.derive(bench.session, case, now=bench.clock())

    assert await listed(bench, case) == [("limitation", date(2027, 11, 2), date(2027, 11, 2))]
    assert found.met_at == bench.clock()
    assert await bench.steps(case, "deadline") == [("limitation", "met", "li", "")]


async def test_deadline_of_facts_that_are_gone_goes_too(bench):
    case = await bench.case("other", facts={"known": "2026-11-02"})
    await case_deadlines.derive(bench.session, case, now=bench.clock())

    case.facts = {}
    await case_deadlines.derive(bench.session, case, now=bench.clock())

    assert await listed(bench, case) == []


@pytest.mark.parametrize(
    ("kind", "day", "reason"),
    [
        ("tax", date(2026, 12, 1), "deadline_kind"),
        ("other", date(2026, 11, 9), "deadline_past"),
        ("other", date(2126, 11, 9), "deadline_past"),
    ],
)
async def test_wrong_deadline_is_refused(small_bench, kind, day, reason):
    case = await small_bench.case("other")

    with pytest.raises(Refused) as refused:
        await case_deadlines.add(small_bench.session, case, kind, day, by="li", now=small_bench.clock())

    assert refused.value.reason == reason
    assert await listed(small_bench, case) == []


async def test_ended_case_gets_no_deadline(small_bench):
    case = await small_bench.case("other")
    case.state = "closed"

    with pytest.raises(Refused, match="case_over"):
        await case_deadlines.add(small_bench.session, case, "other", TODAY, by="li", now=small_bench.clock())


async def test_deadline_of_today_by_beijings_clock_is_taken(small_bench):
    case = await small_bench.case("other")
    night = datetime.fromisoformat("2026-11-10T00:30:00+08:00")

    found = await case_deadlines.add(
        small_bench.session, case, "other", TODAY, by="li", note="补正材料", now=night
    )

    assert (found.safe_day, found.note, found.by) == (TODAY, "补正材料", "li")


async def test_coming_are_the_open_deadlines_of_open_cases(bench):
    first = await bench.case("other", facts={"hearing": "2026-12-01", "received": "2026-11-09"})
    second = await bench.case("other", of="li", facts={"hearing": "2026-11-20"})
    over = await bench.case("other", of="zhao", facts={"hearing": "2026-11-21"})
    for case in (first, second, over):
        await case_deadlines.derive(bench.session, case, now=bench.clock())
    over.state = "withdrawn"
    met = await bench.session.scalar(select(CaseDeadline).where(CaseDeadline.kind == "sue"))
    await case_deadlines.meet(bench.session, met, by="li", now=bench.clock())

    soon = await case_deadlines.coming(bench.session, upto=date(2026, 11, 30))
    all_of_them = await case_deadlines.coming(bench.session, upto=date(2026, 12, 1))

    assert [(one.kind, case.id) for one, case in soon] == [("hearing", second.id)]
    assert [(one.kind, case.id) for one, case in all_of_them] == [
        ("hearing", second.id),
        ("hearing", first.id),
    ]


def test_last_day_is_the_working_day_but_of_a_hearing_its_own():
    days = {"holidays": [date(2027, 2, 8)], "workdays": [date(2027, 2, 13)]}

    assert case_deadlines.rolled("sue", date(2027, 2, 6), **days) == date(2027, 2, 9)
    assert case_deadlines.rolled("sue", date(2027, 2, 13), **days) == date(2027, 2, 13)
    assert case_deadlines.rolled("hearing", date(2027, 2, 6), **days) == date(2027, 2, 6)
