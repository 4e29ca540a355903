"""Early warning: employers with several cases at once, and the quarters in figures that point to nobody."""

from collections.abc import Sequence

from handlers import casefacts, plots
from handlers.console import NotFound, Page, Reply, Sheet, View, Visit
from models import case_alerts, case_figures, sheets_out
from models.case_figures import FLOOR, Line
from models.rights import Scope

WARNED = frozenset({"administrator", "approver", "caseworker"})
QUARTERS, MOST = 4, 4
NAMES = {**casefacts.TOPICS, **casefacts.RESULTS, **casefacts.STATES}
PLOTS = {"topic": "事由", "trade": "行业"}


async def show(visit: Visit) -> Reply:
    """Show the alerts that go on, and a year's figures in words and plots."""
    scope, year = _scope(visit), visit.year
    alerts = await case_alerts.listed(visit.session, scope, now=visit.now)
    lines = await case_figures.of_year(visit.session, scope, year)
    rows = case_figures.table(lines, NAMES)
    return View("case_alerts.html", {
        "alerts": alerts, "floor": FLOOR, "year": year, "head": rows[0], "rows": rows[1:],
        "employers": await case_alerts.employers(visit.session, alerts, visit.staff),
        "plots": [(by, f"每季{told}", _words(lines, by)) for by, told in PLOTS.items()],
    })  # fmt: skip


async def download(visit: Visit) -> Reply:
    """Give the figures of a year for the meeting of the five parties."""
    year = visit.year
    rows = case_figures.table(await case_figures.of_year(visit.session, _scope(visit), year), NAMES)
    return Sheet(f"{year}年案件数据.xlsx", sheets_out.xlsx(rows, title=f"{year}年"), sheets_out.XLSX)


async def draw(visit: Visit) -> Reply:
    """Draw the year by topic or by trade; what is below the floor is not drawn."""
    by = visit.path["key"]
    if by not in PLOTS:
        raise NotFound
    lines = await case_figures.of_year(visit.session, _scope(visit), visit.year)
    labels = [f"{number + 1}季度" for number in range(QUARTERS)]
    return Sheet(f"{by}.svg", plots.over_time(labels, _series(lines, by)), "image/svg+xml", inline=True)


def _series(lines: Sequence[Line], by: str) -> dict[str, list[int]]:
    """Return the numbers of each quarter that may be told, of the few values that have most."""
    found: dict[str, list[int]] = {}
    for line in lines:
        if line.by == by and isinstance(line.cases, int):
            found.setdefault(line.value, [0] * QUARTERS)[line.quarter] = line.cases
    most = sorted(found, key=lambda value: (-sum(found[value]), value))[:MOST]
    return {NAMES.get(value, value) or "没说": found[value] for value in most}


def _words(lines: Sequence[Line], by: str) -> str:
    series = _series(lines, by)
    told = [f"{name}{'、'.join(map(str, numbers))}" for name, numbers in series.items()]
    return f"四个季度：{'；'.join(told)}。" if told else "没有可以显示的数。"


def _scope(visit: Visit) -> Scope:
    """Return the whole federation or the areas of this member of staff: one union's cases would point to somebody.

    Raises NotFound when they have neither.
    """
    if not (visit.scope.whole or visit.scope.areas):
        raise NotFound
    return Scope(visit.scope.whole, areas=visit.scope.areas)


pages = (
    Page("/cases/alerts", "预警", WARNED, show, menu="预警", rank=16),
    Page("/cases/alerts/sheet", "案件数据", WARNED, download),
    Page("/cases/alerts/plots/{key}", "案件图", WARNED, draw),
)
