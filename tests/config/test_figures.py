"""The law's figures: in order, without overlap, each with its source; the row of the day is picked."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from config.figures import Figure, Figures

ROW = {
    "value": "2320",
    "effective_from": "2021-08-01",
    "source": "通知",
    "checked_on": "2026-11-23",
    "mark": "V2",
}


def figure(*rows: dict[str, object]) -> Figure:
    return Figure.model_validate({"title": "最低工资", "unit": "元", "rows": [ROW | row for row in rows]})


def problem(*rows: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as raised:
        figure(*rows)
    return str(raised.value.errors()[0]["msg"])


def test_row_of_the_day_is_picked():
    found = figure(
        {"effective_to": "2023-08-31"},
        {"value": "2420", "effective_from": "2023-09-01", "effective_to": "2025-08-31"},
    )
    days = (
        date(2021, 7, 31),
        date(2021, 8, 1),
        date(2023, 8, 31),
        date(2023, 9, 1),
        date(2025, 8, 31),
        date(2025, 9, 1),
    )

    assert [row and row.value for row in map(found.at, days)] == [
        None, Decimal(2320), Decimal(2320), Decimal(2420), Decimal(2420), None,
    ]  # fmt: skip


def test_row_without_an_end_holds_until_the_next():
    found = figure({}, {"value": "2540", "effective_from": "2025-09-01"})

    assert [found.at(day).value for day in (date(2025, 8, 31), date(2099, 1, 1))] == [
        Decimal(2320),
        Decimal(2540),
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"value": 2320.5}], "a figure stands in quotes"),
        ([{"value": "viel"}], "is not a number"),
        ([{"value": "0"}], "greater than 0"),
        ([{"mark": "V3"}], "Input should be 'V2', 'V1' or 'U'"),
        ([{"source": ""}], "at least 1 character"),
        ([{"effective_to": "2021-07-31"}], "the one from 2021-08-01 ends before it begins"),
        ([{}, {}], "the one from 2021-08-01 overlaps"),
        (
            [{"effective_to": "2025-09-01"}, {"effective_from": "2025-09-01"}],
            "the one from 2025-09-01 overlaps",
        ),
        ([], "at least 1 item"),
    ],
)
def test_mistake_is_told(rows, told):
    assert told in problem(*rows)


def test_every_figure_says_where_it_was_read(edition):
    figures = {name: getattr(edition.content.figures, name) for name in Figures.model_fields}

    assert {name for name, one in figures.items() if one.rows[-1].mark == "U"} == {
        "member_dues",
        "publicity_days",
    }
    assert [
        name
        for name, one in figures.items()
        for row in one.rows
        if row.mark == "U" and "没有核实" not in row.source
    ] == []
