"""Applications of a year in figures, as a page and as a table to take away."""

from collections.abc import Sequence

from handlers.console import Page, Reply, Sheet, View, Visit
from models import application_figures, sheets_out
from models.case_figures import FLOOR
from models.sheets_out import Cell

SEES = frozenset({"administrator", "approver", "caseworker", "viewer"})
FIRST, LAST = 2020, 2100


async def show(visit: Visit) -> Reply:
    """Show a year by kind and by union."""
    year = _year(visit)
    rows = await _rows(visit, year)
    return View("application_figures.html", {"year": year, "head": rows[0], "rows": rows[1:], "floor": FLOOR})


async def download(visit: Visit) -> Reply:
    """Give the same as a sheet."""
    year = _year(visit)
    body = sheets_out.xlsx(await _rows(visit, year), title=f"{year}年")
    return Sheet(f"{year}年申请数据.xlsx", body, sheets_out.XLSX)


async def _rows(visit: Visit, year: int) -> list[Sequence[Cell]]:
    lines = await application_figures.of_year(visit.session, visit.scope, year)
    return application_figures.table(lines, {entry.slug: entry.title for entry in visit.content.entries})


def _year(visit: Visit) -> int:
    said = visit.query.get("year", "")
    year = (
        int(said) if len(said) == len(str(LAST)) and said.isascii() and said.isdecimal() else visit.today.year
    )
    return min(max(year, FIRST), LAST)


pages = (
    Page("/applications/figures", "申请数据", SEES, show, menu="申请数据", rank=81),
    Page("/applications/figures/sheet", "申请数据", SEES, download),
)
