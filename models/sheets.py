"""Tables that people send: CSV and XLSX, read into numbered lines of named cells."""

import csv
import io
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook

ENCODINGS = ("utf-8-sig", "gb18030")
EXACT = 10**15
"""From here on a spreadsheet's numbers lose their last digits."""


class Unreadable(Exception):  # noqa: N818 -- an answer to whoever sent the file
    """A file is not the table that is wanted; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, numbered as a spreadsheet numbers it; every wanted column has its cell."""

    number: int
    cells: dict[str, str]


def read(file: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """Return the lines of *file* below its header, blank ones left out.

    The header is the first line that is not blank; its columns stand in any order, others are passed over.
    Raises Unreadable when the file is no table or its header is wrong, OSError when there is no file.
    """
    rows = _rows(file)
    _, header = next(rows, (0, []))
    missing = [name for name in needed if name not in header]
    if missing:
        raise Unreadable(f"{file.name}: the header has no column {'、'.join(missing)}")
    wanted = [name for name in (*needed, *optional) if name in header]
    twice = [name for name in wanted if header.count(name) > 1]
    if twice:
        raise Unreadable(f"{file.name}: the header has the column {'、'.join(twice)} twice")
    empty = dict.fromkeys((*needed, *optional), "")
    return [Line(number, {**empty, **_named(header, cells, wanted)}) for number, cells in rows]


def _named(header: Sequence[str], cells: Sequence[str], wanted: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in zip(header, cells, strict=False) if name in wanted}


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    kinds: dict[str, Callable[[Path], Iterable[Iterable[object]]]] = {".csv": _csv, ".xlsx": _xlsx}
    if file.suffix.lower() not in kinds:
        raise Unreadable(f"{file.name}: a table is a .csv or an .xlsx file")
    rows = kinds[file.suffix.lower()](file)
    numbered = ((number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    return ((number, cells) for number, cells in numbered if any(cells))


def _csv(file: Path) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(_decoded(file), newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"{file.name}: {error}") from error


def _decoded(file: Path) -> str:
    raw = file.read_bytes()
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{file.name}: the text is neither UTF-8 nor GB18030")


def _xlsx(file: Path) -> list[tuple[object, ...]]:
    with file.open("rb") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not concern the cells
        try:
            with closing(load_workbook(opened, read_only=True, data_only=True)) as book:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some programs write wrong ones
                return list(sheet.iter_rows(values_only=True))
        except (BadZipFile, ParseError, LookupError, ValueError, TypeError) as error:
            raise Unreadable(f"{file.name}: this is not an .xlsx file that can be read") from error


def _text(cell: object) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        cell = f"{cell:.6e}" if abs(cell) >= EXACT else int(cell) if cell == int(cell) else cell
    return " ".join(str("" if cell is None else cell).split())
