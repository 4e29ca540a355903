"""How content came to be: earlier versions, what is planned and what is new in the files, each beside the present one."""

from collections.abc import Mapping
from typing import Any

from config.content import SHELVES, Body, Shelf
from handlers import editing, typed
from handlers.console import EVERYBODY, Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import catalogue, drafts, versions

EDITORS = frozenset({"administrator", "editor"})
DRAFTS: Mapping[str, str] = {"planned": "staff", "files": "file"}


async def show_waiting(visit: Visit) -> Reply:
    """Show what an editor has to look at: entries long unchecked, what is planned, what the files bring."""
    return View("content_waiting.html", {
        "unchecked": await catalogue.unchecked(visit.session),
        "planned": await drafts.listed(visit.session, "staff"),
        "offered": await drafts.listed(visit.session, "file"), "may": bool(visit.rights.roles & EDITORS),
    })  # fmt: skip


async def confirm(visit: Visit) -> Reply:
    """Write down that an entry is still right today."""
    key = visit.said("key")
    shelf = await catalogue.entry_shelf(visit.session, key)
    row = shelf and await catalogue.one(visit.session, shelf, key)
    if not shelf or not row:
        raise NotFound
    await editing.save(visit, shelf, key, {**row.body, "checked_on": f"{visit.today:%Y-%m-%d}"})
    visit.saw(f"/content/{shelf}/{key}")
    return Away("/content/waiting", f"{row.body['title']}：今天核对过了。")


async def show(visit: Visit) -> Reply:
    """Show the earlier versions, and how the one that is asked for differs from the present one."""
    shelf, key = _place(visit)
    row = await catalogue.one(visit.session, shelf, key)
    kept = await versions.history(visit.session, shelf, key)
    if row is None and not kept:
        raise NotFound
    chosen = visit.query.get("with", "")
    body = await _chosen(visit, shelf, key, chosen) if chosen else None
    present: Body | None = row.body if row else None
    return View("content_versions.html", {
        "shelf": shelf, "key": key, "row": row, "kept": kept, "chosen": chosen, "body": body,
        "may": bool(visit.rights.roles & EDITORS), "lines": _difference(shelf, present, body, chosen),
    })  # fmt: skip


async def restore(visit: Visit) -> Reply:
    """Publish an earlier version again."""
    shelf, key = _place(visit)
    body = await _chosen(visit, shelf, key, visit.said("version"))
    await editing.save(visit, shelf, key, body)
    return Away(f"/content/{shelf}/{key}", "恢复了，会员马上就能看到。")


async def take(visit: Visit) -> Reply:
    """Publish what is new in the files in the place of what staff have written."""
    shelf, key, draft = await _offered(visit)
    await editing.save(visit, shelf, key, draft.body, source="file")
    await visit.session.delete(draft)
    return Away("/content/waiting", "换成新版本了。")


async def pass_over(visit: Visit) -> Reply:
    """Keep what staff have written until the files bring something else."""
    editing.own(visit)
    _, _, draft = await _offered(visit)
    draft.passed_over_at = visit.now
    return Away("/content/waiting", "保留现在的写法。")


def _difference(shelf: Shelf, present: Body | None, body: Body | None, chosen: str) -> list[tuple[str, str]]:
    """Tell from the older to the newer: an earlier version comes before the present one, what waits after it."""
    if present is None or body is None:
        return []
    return typed.difference(shelf, *((present, body) if chosen in DRAFTS else (body, present)))


async def _chosen(visit: Visit, shelf: Shelf, key: str, chosen: str) -> dict[str, Any]:
    found: drafts.ContentDraft | versions.ContentVersion | None
    if chosen in DRAFTS:
        found = await drafts.of(visit.session, shelf, key, DRAFTS[chosen])
    else:
        found = await versions.one(visit.session, shelf, key, whole(chosen) or 0)
    if found is None:
        raise NotFound
    return found.body


async def _offered(visit: Visit) -> tuple[Shelf, str, drafts.ContentDraft]:
    shelf, key = _place(visit)
    draft = await drafts.of(visit.session, shelf, key, "file")
    if draft is None:
        raise NotFound
    return shelf, key, draft


def _place(visit: Visit) -> tuple[Shelf, str]:
    for shelf in SHELVES:
        if shelf == visit.path["name"]:
            return shelf, visit.path["key"]
    raise NotFound


pages = (
    Page("/content/waiting", "待核对、定时、新版本", EVERYBODY, show_waiting,
         {"confirm": Action("核对内容", confirm, EDITORS)}),
    Page(
        "/content/{name}/{key}/versions", "以前的版本", EVERYBODY, show,
        {
            "restore": Action("恢复内容", restore, EDITORS), "take": Action("换成新版本", take, EDITORS),
            "keep": Action("保留现在的写法", pass_over, EDITORS),
        },
    ),
)  # fmt: skip
