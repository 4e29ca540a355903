"""Tables that people take away: XLSX and CSV in which no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

BEIJING = ZoneInfo("Asia/Shanghai")
FORMULA, BLANK = tuple("=+-@＝＋－＠"), ("\t", "\r", "\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 40
NOT_IN_TITLES, TITLE_CHARS = re.compile(r"[\[\]:*?/\\]"), 31
Cell = str | int | float | date | datetime | None


def safe(cell: Cell) -> str | int | float | date:
    """Return *cell* so that no spreadsheet reads a formula from it: a text that could be one gets an apostrophe.

    Characters that a spreadsheet cannot hold go, a moment becomes its text in Beijing; numbers and days stay.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)
    return f"'{text}" if text.startswith(BLANK) or text.lstrip().startswith(FORMULA) else text


def xlsx(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return *rows*, the first being the header, as a workbook with one sheet named *title*."""
    cells = [[safe(cell) for cell in row] for row in rows]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(NOT_IN_TITLES.sub(" ", title)[:TITLE_CHARS])
    sheet.freeze_panes = "A2"
    for number in range(1, max(map(len, cells), default=0) + 1):
        widths = (_width(row[number - 1]) for row in cells if len(row) >= number)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(widths) + 2, WIDEST)
    for row in cells:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return *rows* as CSV, in UTF-8 with the mark by which Excel knows it."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([safe(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _width(cell: object) -> int:
    return sum(1 if char.isascii() else 2 for char in str(cell))
