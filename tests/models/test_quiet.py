"""When members are left alone."""

from datetime import datetime

import pytest

from models.quiet import BEIJING, awake, is_quiet, within


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ((2026, 11, 10, 8, 29), (2026, 11, 10, 8, 30)),
        ((2026, 11, 10, 8, 30), None),
        ((2026, 11, 10, 21, 29), None),
        ((2026, 11, 10, 21, 30), (2026, 11, 11, 8, 30)),
        ((2026, 11, 11, 0, 0), (2026, 11, 11, 8, 30)),
        ((2026, 12, 31, 23, 0), (2027, 1, 2, 8, 30)),
        ((2026, 10, 1, 12, 0), (2026, 10, 4, 8, 30)),
        ((2026, 10, 6, 12, 0), None),  # free, but no statutory day
    ],
)
def test_nights_and_statutory_days_are_quiet(now, until):
    at = datetime(*now, tzinfo=BEIJING)

    assert is_quiet(at) is (until is not None)
    assert awake(at) == (datetime(*until, tzinfo=BEIJING) if until else at)


@pytest.mark.parametrize(
    ("now", "first", "last", "until"),
    [
        ((12, 30), 720, 840, (10, 14, 0)),
        ((14, 0), 720, 840, None),
        ((11, 59), 720, 840, None),
        ((20, 0), 1200, 540, (11, 9, 0)),
        ((8, 59), 1200, 540, (10, 9, 0)),
        ((9, 0), 1200, 540, None),
        ((12, 0), 600, 600, None),
    ],
)
def test_own_quiet_time_may_go_over_midnight(now, first, last, until):
    at = datetime(2026, 11, 10, *now, tzinfo=BEIJING)

    expected = datetime(2026, 11, *until, tzinfo=BEIJING) if until else None
    assert within(at, first, last) == expected
