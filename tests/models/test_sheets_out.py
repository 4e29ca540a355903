"""Tables that people take away: what a spreadsheet finds in them, and that it finds no formula."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from models import sheets_out

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\x01=1", "＝1", "　=HYPERLINK(1)")
ROWS = [("姓名", "人数", "日期"), ("王芳", 3, date(2026, 10, 3)), ("李雷", -1, None)]


def sheet(body: bytes):
    return load_workbook(io.BytesIO(body)).worksheets[0]


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_workbook_holds_the_rows():
    found = sheet(sheets_out.xlsx(ROWS, title="名单"))

    assert [*found.iter_rows(values_only=True)] == [
        ("姓名", "人数", "日期"),
        ("王芳", 3, datetime(2026, 10, 3)),  # noqa: DTZ001 -- a day, as openpyxl gives it
        ("李雷", -1, None),
    ]
    assert (found.title, found.freeze_panes) == ("名单", "A2")


def test_title_of_an_event_names_the_sheet():
    found = sheet(sheets_out.xlsx(ROWS, title="[摄影]10/3: 谁来?" + "长" * 40))

    assert found.title == " 摄影 10 3  谁来 " + "长" * 18


def test_csv_is_known_to_excel_and_holds_the_rows():
    body = sheets_out.csv_bytes([*ROWS, ('a "b"', "c\nd", "e,f")])

    assert body.startswith(b"\xef\xbb\xbf")
    assert read(body) == [
        ["姓名", "人数", "日期"],
        ["王芳", "3", "2026-10-03"],
        ["李雷", "-1", ""],
        ['a "b"', "c\nd", "e,f"],
    ]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_becomes_a_text(cell):
    found = sheet(sheets_out.xlsx([("题目",), (cell,)], title="作品"))["A2"]

    assert (found.data_type, found.value[0]) == ("s", "'")
    assert read(sheets_out.csv_bytes([(cell,)]))[0][0][0] == "'"


@pytest.mark.parametrize("cell", ["晨练", "a=b", "1+1", "", " a", "wang@example.org", "'=1"])
def test_other_text_stays_as_it_is(cell):
    assert sheets_out.safe(cell) == cell


@given(st.text())
def test_no_text_begins_a_formula(cell):
    assert not str(sheets_out.safe(cell)).lstrip().startswith(tuple("=+-@"))


@given(st.lists(st.lists(st.text(), max_size=3), max_size=3))
def test_any_text_can_be_written(rows):
    assert sheets_out.xlsx(rows, title="名单")
    assert sheets_out.csv_bytes(rows)


def test_long_text_makes_no_endless_column():
    found = sheet(sheets_out.xlsx([("题目", "短"), ("长" * 500,)], title="作品"))

    assert [found.column_dimensions[letter].width for letter in "AB"] == [40, 4]


def test_moment_is_told_in_beijing():
    assert sheets_out.safe(datetime(2026, 11, 10, 18, tzinfo=UTC)) == "2026-11-11 02:00"
