"""The inbox: members who wait for a person, and who speaks with whom."""

from handlers.console import Page, Reply, View, Visit, whole
from models import caseload, handling, staff
from models.caseload import BOXES, PAGE
from models.rights import ANSWERING

TITLES = dict(zip(BOXES, ("等着的", "我接的", "同事接的", "先放放", "已结束"), strict=True))


async def show(visit: Visit) -> Reply:
    """Show one box with the numbers of the others."""
    return View(
        "inbox.html",
        await _values(visit) | {"labels": await caseload.known_labels(visit.session, visit.scope)},
    )


async def show_rows(visit: Visit) -> Reply:
    """Show what changes by itself."""
    return View("inbox_rows.html", await _values(visit))


async def _values(visit: Visit) -> dict[str, object]:
    asked = visit.query.get("box", "")
    box = next((one for one in BOXES if one == asked), BOXES[0])
    page = whole(visit.query.get("page", "")) or 0
    view = caseload.View(visit.scope, visit.staff.login, box, visit.query.get("label", "").strip(), page)
    rows = await caseload.listed(visit.session, view, now=visit.now)
    return {
        "view": view, "titles": TITLES, "rows": rows[:PAGE], "more": len(rows) > PAGE,
        "labels_of": await handling.labels_of(visit.session, [handoff for handoff, _ in rows]),
        "names": await staff.names(visit.session, {handoff.taken_by for handoff, _ in rows}),
        "counts": await caseload.counts(visit.session, visit.scope, visit.staff.login, now=visit.now),
        "newest": await caseload.newest(visit.session, visit.scope),
    }  # fmt: skip


pages = (Page("/inbox", "对话", ANSWERING, show, live=show_rows, menu="对话", rank=10),)
