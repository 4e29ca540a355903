"""The lists of places and telephone numbers, as sheets and rows bring them up to date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.base import Refused
from models.sheets import Line

KINDS: Mapping[str, str] = {
    "station": "服务站", "book_room": "职工书屋", "home": "职工之家", "branch": "分会", "organisation": "组织",
}  # fmt: skip
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "directory": {
        "kind": "类别", "name": "名称", "area": "区域", "address": "地址", "hours": "开放时间", "phone": "电话", "note": "说明",
        "position": "位置", "checked_on": "核对日期",
    },
    "phones": {"number": "号码", "name": "名称", "hours": "时间", "source": "来源", "checked_on": "核对日期"},
}  # fmt: skip
"""The columns of each list; what a row has beside them stays with it."""
NEEDED = {"directory": ("kind", "name"), "phones": ("number", "name")}
SAME = {"directory": ("kind", "name"), "phones": ("number",)}
"""What tells that two rows are about the same."""
PAIR = 2
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of a list: the rows that are new, changed (before and after) and gone, and all rows then."""

    new: Sequence[Row]
    changed: Sequence[tuple[Row, Row]]
    gone: Sequence[Row]
    rows: Sequence[Row]

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.new or self.changed or self.gone)


def from_lines(name: str, lines: Iterable[Line]) -> list[Row]:
    """Return the rows of the list *name* that stand in a sheet, without what is empty there."""
    return [row(name, {key: line.cells[title] for key, title in COLUMNS[name].items()}) for line in lines]


def row(name: str, cells: Mapping[str, str]) -> Row:
    """Return a row of the list *name* from what was typed.

    Raises Refused: place_kind, place_position.
    """
    found: Row = {key: cells[key] for key in COLUMNS[name] if cells[key]}
    if "kind" in found:
        found["kind"] = _kind(found["kind"])
    if "position" in found:
        found["position"] = _position(found["position"])
    if "checked_on" in found:
        found["checked_on"] = found["checked_on"].partition(" ")[0]  # a spreadsheet's day has a time
    return found


def cells(name: str, found: Row) -> dict[str, str]:
    """Return a row of the list *name* as it is typed."""
    written = {key: str(found.get(key, "")) for key in COLUMNS[name]}
    if "kind" in written:
        written["kind"] = KINDS.get(written["kind"], written["kind"])
        written["position"] = "，".join(map(str, found.get("position") or ()))
    return written


def merge(name: str, old: Sequence[Row], given: Sequence[Row], *, prune: bool, today: date) -> Changes:
    """Return what *given* changes in the *old* rows; an empty cell changes nothing.

    With *prune* the rows that are not given go, of those kinds that are. Raises Refused: place_twice.
    """
    wanted = {_same(name, one): one for one in given}
    if len(wanted) != len(given):
        raise Refused("place_twice")
    known = {_same(name, one): one for one in old}
    kinds = {one.get("kind") for one in given}
    gone = [one for key, one in known.items() if prune and key not in wanted and one.get("kind") in kinds]
    after = {key: {**one, **wanted.get(key, {})} for key, one in known.items() if one not in gone}
    new = [
        {**one, "checked_on": one.get("checked_on", f"{today}")}
        for key, one in wanted.items()
        if key not in known
    ]
    changed = [(known[key], one) for key, one in after.items() if one != known[key]]
    return Changes(new, changed, gone, [*after.values(), *new])


def _same(name: str, found: Row) -> tuple[str, ...]:
    return tuple(str(found.get(key, "")) for key in SAME[name])


def _kind(said: str) -> str:
    for kind, title in KINDS.items():
        if said in {kind, title}:
            return kind
    raise Refused("place_kind", said)


def _position(said: str) -> list[float]:
    try:
        found = [float(part) for part in said.replace("，", ",").split(",")]
    except ValueError as error:
        raise Refused("place_position", said) from error
    if len(found) != PAIR:
        raise Refused("place_position", said)
    return found
