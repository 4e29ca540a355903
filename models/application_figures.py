"""Applications of a year in figures, by kind and by union: no names, and no number that points to somebody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import periods
from models.applications import Application
from models.case_figures import FEW, FLOOR, HIDDEN, WORDS, Shown, shown
from models.rights import Scope
from models.sheets_out import Cell

By = Literal["all", "kind", "union"]
KINDS: Mapping[By, str] = {"all": "全部", "kind": "种类", "union": "单位工会"}
HEADER = ("按", "类别", "申请", "同意", "同意的金额（元）")
AGREED = frozenset({"approved", "paying", "paid", "pay_returned"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: of which *value* what it counts; *money* is told only where *agreed* is."""

    by: By
    value: str
    applied: Shown
    agreed: Shown
    money: Decimal | None


@dataclass(slots=True)
class _Sums:
    """What is added up for the values of one list."""

    applied: dict[str, int] = field(default_factory=dict)
    agreed: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, value: str, state: str, amount: str) -> None:
        self.applied[value] = self.applied.get(value, 0) + 1
        if state in AGREED:
            self.agreed[value] = self.agreed.get(value, 0) + 1
            self.money[value] = self.money.get(value, Decimal(0)) + Decimal(amount or 0)


async def of_year(session: AsyncSession, scope: Scope, year: int) -> list[Line]:
    """Return the figures of what was handed in in *year* within *scope*."""
    bounds = periods.quarters(year)
    query = select(Application.slug, Application.union, Application.state, Application.amount).where(
        Application.submitted_at >= bounds[0], Application.submitted_at < bounds[-1]
    )
    lists: dict[By, _Sums] = {by: _Sums() for by in KINDS}
    for row in await session.execute(scope.narrow(query, Application.union, Application.area)):
        values: dict[By, str] = {"all": "", "kind": row.slug, "union": row.union}
        for by, value in values.items():
            lists[by].add(value, row.state, row.amount)
    return [line for by, sums in lists.items() for line in _lines(by, sums)]


def _lines(by: By, sums: _Sums) -> Iterator[Line]:
    applied, agreed = _told(by, sums.applied), _told(by, sums.agreed)
    for value in sorted(applied):
        number: Shown = agreed.get(value, HIDDEN if value in sums.agreed else 0)
        if not isinstance(applied[value], int):  # that none of so few was agreed to would tell of them, too
            number = applied[value]
        money = sums.money[value] if isinstance(number, int) and number else None
        yield Line(by, value, applied[value], number, money)


def _told(by: By, counts: Mapping[str, int]) -> Mapping[str, Shown]:
    """Return what may be told; the total stands alone, and nothing can be taken from it."""
    if by == "all":
        return {value: number if number >= FLOOR else FEW for value, number in counts.items()}
    return shown(counts)


def table(lines: Sequence[Line], names: Mapping[str, str]) -> list[Sequence[Cell]]:
    """Return *lines* as rows of a sheet below their header; *names* are the words for kinds."""
    rows: list[Sequence[Cell]] = [HEADER]
    for line in lines:
        value = "合计" if line.by == "all" else names.get(line.value, line.value) or "没说"
        counts = [WORDS.get(str(number), number) for number in (line.applied, line.agreed)]
        rows.append((KINDS[line.by], value, *counts, "" if line.money is None else float(line.money)))
    return rows
