"""Days as people say them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import days

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", "2026-11-24"),
        ("昨天", "2026-11-23"),
        (" 大前天 ", "2026-11-21"),
        ("三天前", "2026-11-21"),
        ("两周前", "2026-11-10"),
        ("3个星期以前", "2026-11-03"),
        ("三个月前", "2026-08-24"),
        ("半年前", "2026-05-24"),
        ("一年半前", "2025-05-24"),
        ("两年之前", "2024-11-24"),
        ("上周三", "2026-11-18"),
        ("上上个星期天", "2026-11-15"),
        ("这周1", "2026-11-23"),
        ("上个月15号", "2026-10-15"),
        ("上个月", "2026-10-01"),
        ("上上个月3日", "2026-09-03"),
        ("本月20号", "2026-11-20"),
        ("15号", "2026-11-15"),
        ("30号", "2026-10-30"),
        ("去年10月", "2025-10-01"),
        ("去年十二月二十五号", "2025-12-25"),
        ("前年6月份", "2024-06-01"),
        ("大概去年10月底", "2025-10-21"),
        ("是从5月初开始", "2026-05-01"),
        ("2019年5月", "2019-05-01"),
        ("二〇一九年五月十日", "2019-05-10"),
        ("19年3月", "2019-03-01"),
        ("2019.5", "2019-05-01"),
        ("2019-5-3", "2019-05-03"),
        ("10/1", "2026-10-01"),
        ("12月20日", "2025-12-20"),
        ("１２月２０日", "2025-12-20"),
    ],
)
def test_day_that_is_past_is_understood(said, day):
    assert days.read(said, TODAY, past=True) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "said",
    ["", "春节前", "前年", "2019年", "5", "20265", "2月30日", "去年2月29日", "半个月前", "三周半前", "半天前", "13月1日",
     "明年3月", "明天", "999年前", "去年上个月", "2026年15号", "下周一", "0000年1月1日", "零年前"],
)  # fmt: skip
def test_day_that_is_not_clear_or_not_past_is_none(said):
    assert days.read(said, TODAY, past=True) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [("12月20日", "2026-12-20"), ("明天", "2026-11-25"), ("下周一", "2026-11-30"), ("下个月3号", "2026-12-03"),
     ("明年1月5号", "2027-01-05"), ("30号", "2026-11-30"), ("5月1日", "2026-05-01")],
)  # fmt: skip
def test_day_may_lie_ahead(said, day):
    assert days.read(said, TODAY) == date.fromisoformat(day)


@given(st.integers(0, 364).map(lambda ago: TODAY - timedelta(days=ago)))
def test_every_day_of_the_last_year_is_understood_without_its_year(day):
    assert days.read(f"{day.month}月{day.day}号", TODAY, past=True) == day


@given(st.dates(date(1950, 1, 1), TODAY))
def test_every_day_is_understood_with_its_year(day):
    assert days.read(f"{day.year}年{day.month}月{day.day}日", TODAY, past=True) == day
    assert days.read(day.isoformat(), TODAY, past=True) == day


@given(st.text(alphabet="今昨前去上这下个大年月日号周星期天半初底零一二三十两0123456789./-前 ", max_size=12))
def test_nothing_that_is_said_does_harm(said):
    found = days.read(said, TODAY, past=True)

    assert found is None or found <= TODAY
