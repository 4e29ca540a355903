"""Figures of cases for the five parties who meet each quarter: no names, and no number that points to somebody.

Each quarter is told by topic, trade, area and result, each list by itself. What is below three is shown as such; where
the others and the total would give it away, more of the list is hidden until they no longer do.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import periods
from models.cases import Case
from models.rights import Scope
from models.sheets_out import Cell

FLOOR = 3
By = Literal["all", "topic", "trade", "area", "result"]
FEW: Literal["few"] = "few"
HIDDEN: Literal["hidden"] = "hidden"
Shown = int | Literal["few", "hidden"]
"""A number, `few` below the floor, or `hidden` because it would give another one away."""
HEADER = ("季度", "按", "类别", "案件", "人数", "办结平均天数")
KINDS: Mapping[By, str] = {"all": "全部", "topic": "事由", "trade": "行业", "area": "区域", "result": "结果"}
WORDS = {"few": "少于3", "hidden": "不显示"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quarter (0 to 3): what it counts *by*, of which *value*; *days* is how long cases took to end."""

    quarter: int
    by: By
    value: str
    cases: Shown
    people: Shown
    days: Shown | None


@dataclass(slots=True)
class _Sum:
    """The cases of one line added up."""

    cases: int = 0
    people: int = 0
    days: int = 0

    def add(self, people: int, days: int) -> None:
        self.cases += 1
        self.people += people
        self.days += days


def shown(counts: Mapping[str, int]) -> dict[str, Shown]:
    """Return *counts*, none of them zero, so that none below the floor can be told from the others and their total.

    Where even hiding all would not do, nothing is told of any.
    """
    few = {name for name, number in counts.items() if number < FLOOR}
    hidden = set(few)
    for name in sorted(counts, key=lambda name: (counts[name], name)):
        if not _plain([counts[name] for name in hidden], len(few)):
            break
        hidden.add(name)
    if _plain([counts[name] for name in hidden], len(few)):
        return {}
    return {
        name: FEW if name in few else HIDDEN if name in hidden else number for name, number in counts.items()
    }


def _plain(hidden: list[int], few: int) -> bool:
    """Say whether the sum of hidden numbers, *few* of them being one or two, tells what one of them is."""
    least = few + FLOOR * (len(hidden) - few)
    most = (FLOOR - 1) * few if len(hidden) == few else None
    return bool(few) and (few == len(hidden) == 1 or sum(hidden) in (least, most))


async def of_year(session: AsyncSession, scope: Scope, year: int) -> list[Line]:
    """Return the figures of *year* within *scope*: cases by the quarter they came in, results by that they ended in."""
    bounds = periods.quarters(year)
    came, ended = Case.opened_at, Case.closed_at
    query = select(Case.topic, Case.trade, Case.area, Case.people, came, ended, Case.state, Case.result)
    query = query.where(or_(came.between(bounds[0], bounds[-1]), ended.between(bounds[0], bounds[-1])))
    groups: dict[tuple[int, By], dict[str, _Sum]] = {}
    for row in await session.execute(scope.narrow(query, Case.union, Case.area)):
        if (quarter := _quarter(bounds, row.opened_at)) is not None:
            values: dict[By, str] = {"all": "", "topic": row.topic, "trade": row.trade, "area": row.area}
            for by, value in values.items():
                _sum(groups, quarter, by, value).add(row.people, 0)
        if row.closed_at is not None and (quarter := _quarter(bounds, row.closed_at)) is not None:
            days = (row.closed_at - row.opened_at).days
            _sum(groups, quarter, "result", row.result or row.state).add(row.people, days)
    return [line for (quarter, by), found in sorted(groups.items()) for line in _lines(quarter, by, found)]


def _quarter(bounds: list[datetime], moment: datetime) -> int | None:
    at = bisect_right(bounds, moment) - 1
    return at if 0 <= at < len(bounds) - 1 else None


def _sum(groups: dict[tuple[int, By], dict[str, _Sum]], quarter: int, by: By, value: str) -> _Sum:
    return groups.setdefault((quarter, by), {}).setdefault(value, _Sum())


def _lines(quarter: int, by: By, found: Mapping[str, _Sum]) -> Iterator[Line]:
    """Give the lines of one list; people and days of a number that is not told are not told either."""
    for value, number in sorted(shown({value: each.cases for value, each in found.items()}).items()):
        each = found[value]
        told = isinstance(number, int)
        days = round(each.days / each.cases) if by == "result" else None
        yield Line(
            quarter,
            by,
            value,
            number,
            each.people if told else number,
            days if told or days is None else number,
        )


def table(lines: Sequence[Line], names: Mapping[str, str]) -> list[Sequence[Cell]]:
    """Return *lines* as rows of a sheet below their header; *names* are the words for topics and results."""
    rows: list[Sequence[Cell]] = [HEADER]
    for line in lines:
        numbers = [WORDS.get(str(number), number) for number in (line.cases, line.people, line.days)]
        value = "合计" if line.by == "all" else names.get(line.value, line.value) or "没说"
        rows.append((line.quarter + 1, KINDS[line.by], value, *numbers))
    return rows
