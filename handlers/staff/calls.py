"""The call list: whom nothing but a telephone reaches, what to tell them, and how it went."""

from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import calls

CALLERS = frozenset({"administrator", "organiser", "caseworker"})
PAGE = 50


async def show(visit: Visit) -> Reply:
    """Show the calls to make now, the oldest first."""
    due = await calls.due(visit.session, visit.scope, now=visit.now)
    shown = await calls.of(visit.session, due[:PAGE])
    if shown:
        visit.saw("/calls", f"phones of members {' '.join(str(call.member) for call in shown)}")
    return View("calls.html", {"calls": shown, "more": len(due) - len(shown)})


async def told(visit: Visit) -> Reply:
    """Note that the member knows."""
    await calls.done(visit.session, await _one(visit), visit.staff.login, now=visit.now)
    return Away("/calls", "记下了：已告诉本人。")


async def missed(visit: Visit) -> Reply:
    """Note that nobody answered."""
    await calls.missed(visit.session, await _one(visit), now=visit.now)
    return Away("/calls", "记下了：没打通，4小时后再打。")


async def _one(visit: Visit) -> int:
    """Return the number of the call that was pressed, which must be due and lie within the scope."""
    number = whole(visit.said("call"))
    if number is None or not await calls.lies_within(visit.session, number, visit.scope):
        raise NotFound
    visit.saw(f"/calls/{number}")
    return number


pages = (
    Page(
        "/calls", "要打的电话", CALLERS, show,
        {"told": Action("电话里说了", told), "missed": Action("电话没打通", missed)},
        personal=True, menu="电话", rank=25,
    ),
)  # fmt: skip
