"""Tables as people send them: header in any order, two encodings, two formats, and what is no table at all."""

import warnings
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.xml.functions import Element

from models import sheets
from models.sheets import Line, Unreadable


def written(tmp_path: Path, *rows: tuple[object, ...], name: str = "list.xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


def text(tmp_path: Path, content: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "list.csv"
    file.write_bytes(content.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_is_read_in_both_encodings(tmp_path, encoding, end):
    file = text(tmp_path, end.join(("手机号,备注,姓名", "138,x,王芳", "", '139,"a,b",李雷', "")), encoding)

    assert sheets.read(file, ("姓名", "手机号"), ("区域",)) == [
        Line(2, {"姓名": "王芳", "手机号": "138", "区域": ""}),
        Line(4, {"姓名": "李雷", "手机号": "139", "区域": ""}),
    ]


def test_xlsx_is_read_with_the_numbers_of_its_lines(tmp_path):
    file = written(
        tmp_path,
        (None, None),
        (" 姓名\n", "手机号"),
        ("王芳", 13800000000),
        (),
        ("　李　雷 ", "139"),
        ("赵", 1.5),
        ("钱", 13800000000.0),
        ("孙", True),
    )

    assert [(line.number, *line.cells.values()) for line in sheets.read(file, ("姓名", "手机号"))] == [
        (3, "王芳", "13800000000"),
        (5, "李 雷", "139"),
        (6, "赵", "1.5"),
        (7, "钱", "13800000000"),
        (8, "孙", "True"),
    ]


def test_number_that_a_spreadsheet_has_rounded_shows_it(tmp_path):
    file = written(tmp_path, ("卡号",), (6214680000000001234,), (10**15,), (10**15 - 1,))

    assert [line.cells["卡号"] for line in sheets.read(file, ("卡号",))] == [
        "6.214680e+18",
        "1.000000e+15",
        "999999999999999",
    ]


def test_short_and_long_lines_are_read(tmp_path):
    file = text(tmp_path, "姓名,区域\n王芳\n李雷,甲,多出来的\n")

    assert [line.cells for line in sheets.read(file, ("姓名",), ("区域",))] == [
        {"姓名": "王芳", "区域": ""},
        {"姓名": "李雷", "区域": "甲"},
    ]


def test_same_column_twice_matters_only_when_it_is_wanted(tmp_path):
    file = text(tmp_path, "姓名,备注,备注\n王芳,1,2\n")

    assert len(sheets.read(file, ("姓名",))) == 1
    with pytest.raises(Unreadable, match=r"list\.csv: the header has the column 备注 twice"):
        sheets.read(file, ("姓名",), ("备注",))


@pytest.mark.parametrize("content", ["", "\n\n", "王芳,138\n", "手机号\n138\n"])
def test_header_without_a_needed_column_is_told(tmp_path, content):
    with pytest.raises(Unreadable, match=r"list\.csv: the header has no column 姓名"):
        sheets.read(text(tmp_path, content), ("姓名",))


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("list.csv", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("list.csv", b'a,"b\n', "unexpected end of data"),
        ("list.xlsx", b"", "not an .xlsx file"),
        ("list.xlsx", b"PK\x03\x04", "not an .xlsx file"),
        ("list.xls", b"", "a table is a .csv or an .xlsx file"),
        ("list", b"", "a table is a .csv or an .xlsx file"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, name, body, why):
    (tmp_path / name).write_bytes(body)

    with pytest.raises(Unreadable, match=why):
        sheets.read(tmp_path / name, ("姓名",))


def test_file_that_is_not_there_is_an_error_of_the_disk(tmp_path):
    for name in ("none.csv", "none.xlsx"):
        with pytest.raises(FileNotFoundError):
            sheets.read(tmp_path / name, ("姓名",))


def test_wrong_size_in_a_workbook_hides_no_line(tmp_path, monkeypatch):
    monkeypatch.setattr("openpyxl.worksheet._writer.WorksheetWriter.write_dimensions", _write_wrong)
    file = written(tmp_path, ("姓名", "手机号"), ("王芳", "138"))

    assert [line.cells for line in sheets.read(file, ("姓名",), ("手机号",))] == [
        {"姓名": "王芳", "手机号": "138"}
    ]


def _write_wrong(self):
    self.xf.send(Element("dimension", {"ref": "A1"}))


def test_warnings_of_the_library_stay_inside(tmp_path, monkeypatch):
    def warned(*arguments, **more):
        warnings.warn("no default style", stacklevel=1)
        return load(*arguments, **more)

    load = sheets.load_workbook
    monkeypatch.setattr(sheets, "load_workbook", warned)

    assert len(sheets.read(written(tmp_path, ("姓名",), ("王芳",)), ("姓名",))) == 1
