"""Figures: nothing below three is told, and nothing that is told gives it away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import case_figures
from models.case_figures import FEW, HIDDEN, Line, of_year, shown, table
from models.cases import Case
from models.rights import EVERYWHERE, Scope


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"a": 5, "b": 3}, {"a": 5, "b": 3}),
        ({"a": 5, "b": 1, "c": 2}, {"a": 5, "b": FEW, "c": FEW}),
        ({"a": 5, "b": 2, "c": 2}, {"a": HIDDEN, "b": FEW, "c": FEW}),
        ({"a": 5, "b": 2, "c": 4}, {"a": 5, "b": FEW, "c": HIDDEN}),
        ({"a": 5, "b": 1, "c": 3}, {"a": HIDDEN, "b": FEW, "c": HIDDEN}),
        ({"a": 3, "b": 1}, {}),
        ({"a": 1, "b": 1, "c": 1}, {}),
        ({"a": 2}, {}),
        ({}, {}),
    ],
)
def test_small_numbers_are_hidden_with_what_gives_them_away(counts, expected):
    assert shown(counts) == expected


def consistent(told: dict[str, Any], total: int) -> Iterator[dict[str, int]]:
    """Give every list of numbers that fits what is told, and the total that is known besides."""
    may = {FEW: range(1, 3), HIDDEN: range(3, total + 1)}
    for numbers in product(*(may.get(number, [number]) for number in told.values())):
        if sum(numbers) == total:
            yield dict(zip(told, numbers, strict=True))


@given(st.lists(st.integers(1, 7), max_size=6))
@settings(deadline=None)  # trying every number takes as long as the machine needs
def test_nobody_can_compute_what_is_hidden(numbers):
    counts = dict(zip("abcdef", numbers, strict=False))

    told = shown(counts)

    assert all(
        told[name] in (number, FEW if number < 3 else HIDDEN) for name, number in counts.items() if told
    )
    assert all(number not in (0, 1, 2) for number in told.values())
    guesses = list(consistent(told, sum(numbers)))
    for name in [name for name, number in told.items() if number == FEW]:
        assert {guess[name] for guess in guesses} == {1, 2}


async def quarter(bench, opened: datetime, *cases: tuple[str, str, str, int]) -> None:
    bench.clock.now = opened
    for topic, trade, area, people in cases:
        await bench.case(topic, trade=trade, area=area, people=people)


async def test_year_is_told_by_topic_trade_area_and_result(bench, clock):
    spring, summer = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    await quarter(bench, datetime(2025, 12, 31, tzinfo=UTC), ("leave", "餐饮", "上地", 1))
    await quarter(
        bench, spring, *[("wages", "建筑", "学院路", 4)] * 4, *[("dismissal", "餐饮", "上地", 1)] * 4, ("women", "餐饮", "上地", 1),
    )  # fmt: skip
    await quarter(bench, summer, ("wages", "", "", 2), ("wages", "", "", 2))
    opened = list(await bench.session.scalars(select(Case).where(Case.opened_at == spring).order_by(Case.id)))
    for case, result in zip(opened, ["paid"] * 6 + ["agreed"] * 3, strict=True):
        case.state, case.result, case.closed_at = "closed", result, summer
    opened[8].state, opened[8].result = "withdrawn", ""

    lines = await of_year(bench.session, EVERYWHERE, 2026)

    days = (summer - spring).days
    assert lines == [
        Line(0, "all", "", 9, 21, None),
        Line(0, "area", "上地", 5, 5, None),
        Line(0, "area", "学院路", 4, 16, None),
        Line(0, "topic", "dismissal", HIDDEN, HIDDEN, None),
        Line(0, "topic", "wages", 4, 16, None),
        Line(0, "topic", "women", FEW, FEW, None),
        Line(0, "trade", "建筑", 4, 16, None),
        Line(0, "trade", "餐饮", 5, 5, None),
        Line(2, "result", "agreed", FEW, FEW, FEW),
        Line(2, "result", "paid", 6, 18, days),
        Line(2, "result", "withdrawn", FEW, FEW, FEW),
    ]


async def test_year_of_an_area_holds_its_own_cases_only(bench, clock):
    await quarter(
        bench,
        datetime(2026, 2, 1, tzinfo=UTC),
        *[("wages", "建筑", "学院路", 1)] * 3,
        *[("wages", "建筑", "上地", 1)] * 4,
    )

    lines = await of_year(bench.session, Scope(areas=frozenset({"学院路"})), 2026)

    assert [(line.by, line.cases) for line in lines] == [("all", 3), ("area", 3), ("topic", 3), ("trade", 3)]


async def test_case_that_ended_in_another_year_counts_there(bench, clock):
    await quarter(bench, datetime(2026, 12, 1, tzinfo=UTC), *[("wages", "建筑", "学院路", 1)] * 3)
    for case in await bench.session.scalars(select(Case)):
        case.state, case.result, case.closed_at = "closed", "paid", case.opened_at + timedelta(days=60)

    this, following = [await of_year(bench.session, EVERYWHERE, year) for year in (2026, 2027)]

    assert [line.by for line in this] == ["all", "area", "topic", "trade"]
    assert following == [Line(0, "result", "paid", 3, 3, 60)]


def test_sheet_speaks_in_words():
    lines = [
        Line(0, "all", "", 7, 16, None), Line(0, "topic", "wages", HIDDEN, HIDDEN, None),
        Line(1, "trade", "", 4, 4, None), Line(2, "result", "paid", FEW, FEW, FEW), Line(2, "result", "agreed", 3, 3, 9),
    ]  # fmt: skip

    assert table(lines, {"wages": "欠薪", "paid": "拿到钱了"}) == [
        case_figures.HEADER,
        (1, "全部", "合计", 7, 16, None),
        (1, "事由", "欠薪", "不显示", "不显示", None),
        (2, "行业", "没说", 4, 4, None),
        (3, "结果", "拿到钱了", "少于3", "少于3", "少于3"),
        (3, "结果", "agreed", 3, 3, 9),
    ]
