"""The year in figures, as a page and as a table to take away."""

from collections.abc import Sequence

from handlers.console import EVERYBODY, Page, Reply, Sheet, View, Visit
from models import figures, sheets_out
from models.figures import Figures
from models.sheets_out import Cell

TITLES = {
    "events": "活动", "lectures": "其中讲座", "sign_ups": "报名", "attended": "到场", "handoffs": "找同事", "cases": "案件",
    "applications": "申请", "notices": "通知",
}  # fmt: skip
MOST = 50
WHOLE = "不分单位"


async def show(visit: Visit) -> Reply:
    """Show a year by quarter, and by union."""
    year = visit.year
    found = await figures.of_year(visit.session, visit.scope, year)
    quarters = [
        (f"{at + 1}季度", [found.of_quarter(what, at) for what in TITLES]) for at in range(figures.QUARTERS)
    ]
    unions = [(union or WHOLE, [found.of_union(what, union) for what in TITLES]) for union in found.unions]
    return View("figures.html", {
        "year": year, "titles": TITLES, "quarters": quarters, "unions": unions[:MOST], "more": len(unions) - MOST,
        "total": [sum(numbers) for numbers in zip(*(row for _, row in quarters), strict=True)],
    })  # fmt: skip


async def download(visit: Visit) -> Reply:
    """Give each quarter of each union as a line."""
    year = visit.year
    found = await figures.of_year(visit.session, visit.scope, year)
    return Sheet(f"{year}年数据.xlsx", sheets_out.xlsx(_rows(found), title=f"{year}年"), sheets_out.XLSX)


def _rows(found: Figures) -> list[Sequence[Cell]]:
    table: list[Sequence[Cell]] = [("季度", "单位工会", *TITLES.values())]
    for (quarter, union), told in sorted(found.rows.items()):
        table.append((quarter + 1, union or WHOLE, *(told[what] for what in TITLES)))
    return table


pages = (
    Page("/figures", "全年数据", EVERYBODY, show, menu="数据", rank=80),
    Page("/figures/sheet", "全年数据", EVERYBODY, download),
)
