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
    """Return the lines of *file*, as `parse` does.

    Raises Unreadable when the file is no table or its header is wrong, OSError when there is no file.
    """
    return parse(file.name, file.read_bytes(), needed, optional)


def parse(name: str, body: bytes, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """Return the lines below the header of a file called *name*, blank ones left out.

    The header is the first line that is not blank; its columns stand in any order, others are passed over.
    Raises Unreadable when it is no table or its header is wrong.
    """
    rows = _rows(name, body)
    _, header = next(rows, (0, []))
    missing = [column for column in needed if column not in header]
    if missing:
        raise Unreadable(f"{name}: the header has no column {'、'.join(missing)}")
    wanted = [column for column in (*needed, *optional) if column in header]
    twice = [column for column in wanted if header.count(column) > 1]
    if twice:
        raise Unreadable(f"{name}: the header has the column {'、'.join(twice)} twice")
    empty = dict.fromkeys((*needed, *optional), "")
    return [Line(number, {**empty, **_named(header, cells, wanted)}) for number, cells in rows]


def _named(header: Sequence[str], cells: Sequence[str], wanted: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in zip(header, cells, strict=False) if name in wanted}


def _rows(name: str, body: bytes) -> Iterator[tuple[int, list[str]]]:
    kinds: dict[str, Callable[[str, bytes], Iterable[Iterable[object]]]] = {".csv": _csv, ".xlsx": _xlsx}
    kind = Path(name).suffix.lower()
    if kind not in kinds:
        raise Unreadable(f"{name}: a table is a .csv or an .xlsx file")
    numbered = (
        (number, [_text(cell) for cell in row]) for number, row in enumerate(kinds[kind](name, body), 1)
    )
    return ((number, cells) for number, cells in numbered if any(cells))


def _csv(name: str, body: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(_decoded(name, body), newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"{name}: {error}") from error


def _decoded(name: str, body: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{name}: the text is neither UTF-8 nor GB18030")


def _xlsx(name: str, body: bytes) -> list[tuple[object, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not concern the cells
        try:
            with closing(load_workbook(io.BytesIO(body), read_only=True, data_only=True)) as book:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some programs write wrong ones
                return list(sheet.iter_rows(values_only=True))
        except (BadZipFile, ParseError, LookupError, ValueError, TypeError) as error:
            raise Unreadable(f"{name}: this is not an .xlsx file that can be read") from error


def _text(cell: object) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        cell = f"{cell:.6e}" if abs(cell) >= EXACT else int(cell) if cell == int(cell) else cell
    return " ".join(str("" if cell is None else cell).split())
