"""When a series comes again, by real calendars."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.recurrence import Recurrence
from models.calendar import workday
from models.quiet import BEIJING
from models.recurrence import following

QUARTER = {"days": (-1,), "months": (3, 6, 9, 12), "shift": "before"}
TWICE = {"days": (1, 15), "shift": "after"}


def times(rule: Recurrence, after: datetime, number: int, **days) -> list[str]:
    """Return the next times of *rule*, by Beijing's clock."""
    found = []
    for _ in range(number):
        after = following(rule, after, **days)
        found.append(after.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("said", "after", "expected"),
    [
        # 1 and 15 November 2026 are Sundays; 1 January 2027 is a holiday, 2 and 3 a weekend.
        (TWICE, (2026, 10, 20), ["2026-11-02 09:30", "2026-11-16 09:30", "2026-12-01 09:30"]),
        (TWICE, (2026, 12, 20), ["2027-01-01 09:30", "2027-01-15 09:30"]),  # no calendar for 2027 is published yet
        # 30 September 2026 is a Wednesday, 31 December a Thursday.
        (QUARTER, (2026, 8, 1), ["2026-09-30 09:30", "2026-12-31 09:30", "2027-03-31 09:30"]),
        ({"days": (-1,), "months": (1, 2), "shift": "before"}, (2026, 1, 2), ["2026-01-30 09:30", "2026-02-28 09:30"]),
        ({"days": (31,)}, (2026, 9, 1), ["2026-10-31 09:30", "2026-12-31 09:30", "2027-01-31 09:30"]),
        ({"days": (1,), "shift": "before", "at": time(10)}, (2026, 9, 25), ["2026-09-30 10:00", "2026-10-30 10:00"]),
        ({"days": (14, 15), "shift": "after"}, (2026, 11, 2), ["2026-11-16 09:30", "2026-12-14 09:30"]),
        ({"cron": "0 10 * * fri"}, (2026, 11, 27), ["2026-11-27 10:00", "2026-12-04 10:00"]),
        ({"cron": "0 10 29 2 *"}, (2026, 1, 1), ["2028-02-29 10:00"]),
    ],
)  # fmt: skip
def test_rule_comes_again_at(said, after, expected):
    found = times(Recurrence(**said), datetime(*after, tzinfo=BEIJING), len(expected))

    assert found == expected


def test_what_staff_set_counts_more_than_the_calendar():
    rule = Recurrence(**TWICE)

    found = times(rule, datetime(2026, 12, 2, tzinfo=BEIJING), 2, holidays=[date(2026, 12, 15)])
    worked = times(rule, datetime(2026, 10, 20, tzinfo=BEIJING), 1, workdays=[date(2026, 11, 1)])

    assert found == ["2026-12-16 09:30", "2027-01-01 09:30"]
    assert worked == ["2026-11-01 09:30"]


@pytest.mark.parametrize("said", [{"cron": "30 9 * * *"}, {"days": (27,)}])
def test_next_time_is_later_than_this_one(said):
    at = datetime(2026, 11, 27, 9, 30, tzinfo=BEIJING)

    assert following(Recurrence(**said), at) > at


@pytest.mark.parametrize("said", [{"cron": "0 0 30 2 *"}, {"days": (30,), "months": (2,)}])
def test_rule_that_never_comes_ends(said):
    assert following(Recurrence(**said), datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "said",
    [{}, {"cron": "every day"}, {"cron": "0 9 * * *", "days": (1,)}, {"days": (0,)}, {"days": (32,)}, {"days": (1,), "months": (13,)}],
)  # fmt: skip
def test_wrong_rule_is_refused(said):
    with pytest.raises(ValidationError):
        Recurrence(**said)


@given(
    days=st.sets(st.integers(-28, 31).filter(bool), min_size=1, max_size=3),
    shift=st.sampled_from(["", "before", "after"]),
    after=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 -- the zone is added below
)
def test_times_only_go_forward_and_lie_on_working_days(days, shift, after):
    rule = Recurrence(days=tuple(days), shift=shift)
    at = after.replace(tzinfo=UTC)
    for _ in range(4):
        found = following(rule, at)
        assert found > at
        assert found - at < timedelta(days=100)
        assert not shift or workday(found.astimezone(BEIJING).date()).works
        at = found
