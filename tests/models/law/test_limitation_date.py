"""The last day to apply or to sue, worked by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.inputs import WrongInput
from tests.models.law.reference import ask, numbers, warned

OUT = ("raw", "last_day", "expired_before")


@pytest.mark.parametrize(
    ("known", "more", "expected"),
    [
        ("2024-02-29", {}, ("2025-02-28", "2025-02-28", None)),
        ("2025-01-01", {}, ("2026-01-01", "2026-01-04", None)),  # the Sunday is a made-up workday
        ("2025-02-14", {}, ("2026-02-14", "2026-02-14", None)),  # a Saturday that is worked
        ("2025-03-14", {}, ("2026-03-14", "2026-03-16", None)),
        ("2024-01-10", {"interruptions": ["2024-06-01"]}, ("2025-06-01", "2025-06-03", None)),  # Dragon Boat
        ("2024-01-10", {"interruptions": ["2024-12-01", "2024-06-01"]}, ("2025-12-01", "2025-12-01", None)),
        (
            "2024-01-10",
            {"interruptions": ["2025-01-10"]},
            ("2026-01-10", "2026-01-12", None),
        ),  # on the last day
        ("2024-01-10", {"interruptions": ["2025-01-11"]}, ("2025-01-10", "2025-01-10", "2025-01-11")),
        (
            "2024-01-11",
            {"interruptions": ["2025-01-13"]},
            ("2026-01-13", "2026-01-13", None),
        ),  # a Monday after the 11th
        (
            "2024-01-10",
            {"interruptions": ["2025-01-11", "2025-02-01"]},
            ("2025-01-10", "2025-01-10", "2025-01-11"),
        ),
        ("2024-01-10", {"suspensions": [["2024-02-01", "2024-02-01"]]}, ("2025-01-11", "2025-01-13", None)),
        (
            "2024-01-10",
            {"suspensions": [["2024-02-01", "2024-02-10"], ["2024-02-05", "2024-02-14"]]},
            ("2025-01-24", "2025-01-24", None),  # fourteen days, the ones in both only once
        ),
        (
            "2024-01-10",
            {"suspensions": [["2024-02-01", "2024-02-10"], ["2024-02-03", "2024-02-05"]]},
            ("2025-01-20", "2025-01-20", None),
        ),
        ("2024-01-10", {"suspensions": [["2024-01-01", "2024-01-10"]]}, ("2025-01-11", "2025-01-13", None)),
        ("2024-01-10", {"suspensions": [["2025-01-11", "2025-03-01"]]}, ("2025-01-10", "2025-01-10", None)),
        (
            "2024-01-10",
            {"suspensions": [["2024-02-01", "2024-02-10"]], "interruptions": ["2025-01-15"]},
            ("2026-01-15", "2026-01-15", None),
        ),
    ],
)
def test_year_from_knowing(known, more, expected):
    assert numbers("limitation_date", *OUT, kind="general", known=known, **more) == expected


@pytest.mark.parametrize(
    ("ended", "more", "expected"),
    [
        ("2025-03-31", {}, ("2026-03-31", "2026-03-31", None)),
        (None, {}, (None, None, None)),
        ("2025-03-31", {"interruptions": ["2025-10-20"]}, ("2026-10-20", "2026-10-20", None)),
    ],
)
def test_wages_have_no_limit_while_employed_and_a_year_after(ended, more, expected):
    assert numbers("limitation_date", *OUT, kind="wage_arrears", ended=ended, **more) == expected


def test_fifteen_days_to_sue_begin_the_day_after():
    assert numbers("limitation_date", *OUT, kind="sue_after_award", received="2026-09-15") == (
        "2026-09-30", "2026-09-30", None,
    )  # fmt: skip


def test_what_came_too_late_needs_a_person_and_nothing_is_called_hopeless():
    result = ask("limitation_date", kind="general", known="2023-05-01", interruptions=["2024-06-10"])

    assert (result.needs_human, warned(result)) == (True, ["limit.expired", "limit.plead"])


def test_year_without_a_published_calendar_is_warned_of():
    result = ask("limitation_date", kind="general", known="2026-01-02")

    assert (result.numbers["last_day"], warned(result)) == ("2027-01-04", ["limit.plead", "calendar"])


def test_suspension_after_the_last_interruption_needs_a_person():
    late, early = (
        ask(
            "limitation_date",
            kind="general",
            known="2024-01-10",
            interruptions=["2024-06-01"],
            suspensions=[[day, day]],
        )
        for day in ("2024-07-01", "2024-05-01")
    )

    assert (late.needs_human, early.needs_human) == (True, False)


def test_suspension_after_the_end_is_warned_of():
    result = ask(
        "limitation_date", kind="general", known="2024-01-10", suspensions=[["2025-01-11", "2025-03-01"]]
    )

    assert "limit.suspended_late" in warned(result)


@pytest.mark.parametrize(
    "more", [{"interruptions": ["2024-01-09"]}, {"suspensions": [["2024-01-01", "2024-01-09"]]}]
)
def test_what_was_before_the_beginning_is_refused(more):
    with pytest.raises(WrongInput) as raised:
        ask("limitation_date", kind="general", known="2024-01-10", **more)

    assert raised.value.reason == "before"


@settings(deadline=None)  # the first call reads the content
@given(st.integers(0, 7000))
def test_later_knowledge_is_never_an_earlier_day(days):
    first = date(2005, 1, 1) + timedelta(days=days)
    told = [
        numbers("limitation_date", "raw", "last_day", kind="general", known=day.isoformat())
        for day in (first, first + timedelta(days=1))
    ]

    assert told[0][0] <= told[1][0]
    assert told[0][1] <= told[1][1]
    assert told[0][0] <= told[0][1]
