"""The photos that were entered for a contest, as a wall of pictures; who took them is not shown."""

from handlers import planning
from handlers.console import NotFound, Page, Reply, Sheet, View, Visit, whole
from handlers.planning import ORGANISERS
from models import walls, works
from models.events import Event
from models.files import File, Missing
from models.works import Work


async def show(visit: Visit) -> Reply:
    """Show the photos, and which series have too few."""
    event = await planning.own(visit)
    after = whole(visit.query.get("after", "")) or 0
    found = await walls.page(visit.session, event.slug, after=after)
    shown, more = found[: walls.PAGE], len(found) > walls.PAGE
    return View(
        "event_wall.html",
        {
            "event": event, "works": shown, "after": shown[-1].number if more else 0,
            "count": await walls.count(visit.session, event.slug),
            "short": [one[1:] for one in await works.short_series(visit.session, event.slug)],
        },
    )  # fmt: skip


async def show_one(visit: Visit) -> Reply:
    """Show one photo large, beside the one that it looks like."""
    event, work = await _one(visit)
    like = await walls.one(visit.session, event.slug, work.resembles) if work.resembles else None
    return View("event_work.html", {"event": event, "work": work, "like": like})


async def _one(visit: Visit) -> tuple[Event, Work]:
    event = await planning.own(visit)
    work = await walls.one(visit.session, event.slug, visit.number)
    if work is None:
        raise NotFound
    return event, work


async def picture(visit: Visit) -> Reply:
    """Give the re-encoded picture, small or large, to the browser; the original is for the jury's pack."""
    _, work = await _one(visit)
    digest = {"small": work.thumbnail, "large": work.shown}.get(visit.path["name"])
    kept = await visit.session.get(File, digest) if digest else None
    if kept is None:
        raise NotFound
    try:
        return Sheet(f"{work.code}.jpg", await visit.store.get(kept.hash), kept.type, inline=True)
    except Missing as missing:
        raise NotFound from missing


pages = (
    Page("/events/{key}/works", "参赛照片", ORGANISERS, show, personal=True),
    Page("/events/{key}/works/{number}", "一张照片", ORGANISERS, show_one, personal=True),
    Page("/events/{key}/works/{number}/{name}", "照片", ORGANISERS, picture),
)
