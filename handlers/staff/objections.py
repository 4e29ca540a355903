"""Objections to what is shown in public: looked into and settled by a colleague who has checked nothing of it."""

from collections.abc import Mapping

from handlers import applying
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import publicity
from models.applications import Application
from models.base import Refused
from models.objections import Objection
from models.publicity import OUTCOMES, PAGE, Outcome

DECIDERS = frozenset({"administrator", "approver", "caseworker"})
STATES: Mapping[str, str] = {"open": "没定的", "upheld": "成立的", "dismissed": "不成立的"}
OUTCOME: Mapping[Outcome, str] = {
    "dismissed": "不成立，接着公示", "back": "成立，退回重新核对", "rejected": "成立，这份不通过",
}  # fmt: skip


async def show_all(visit: Visit) -> Reply:
    """Show a page of objections, the oldest first; not a word of them."""
    state, page = visit.query.get("state", "open"), whole(visit.query.get("page", "")) or 0
    rows = await publicity.listed(visit.session, visit.scope, state, page=page)
    titles = {row.slug: visit.content.title(row.slug) for row in rows}
    return View("objections.html", {"rows": rows[:PAGE], "more": len(rows) > PAGE, "number": page,
                                    "state": state, "states": STATES, "titles": titles})  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one objection."""
    objection, application = await _one(visit)
    return View("objection.html", {"objection": objection, "application": application, "states": STATES,
                                   "title": visit.content.title(application.slug), "outcomes": OUTCOME})  # fmt: skip


async def settle(visit: Visit) -> Reply:
    """Write down what was found; the application goes on as it says, and the member hears of it."""
    objection, application = await _one(visit)
    outcome = next((one for one in OUTCOMES if one == visit.said("outcome")), None)
    if outcome is None:
        raise Refused("objection_outcome")
    reason = visit.said("reason")
    before = application.state
    await publicity.settle(visit.session, objection, visit.staff, outcome, reason, now=visit.now)
    if application.state != before:
        await applying.tell(visit.session, visit.content, visit.ways, application, now=visit.now)
    visit.saw(f"/applications/{application.id}")
    return Away("/objections", f"{application.number} 的异议定了：{OUTCOME[outcome]}。")


async def _one(visit: Visit) -> tuple[Objection, Application]:
    found = await publicity.one(visit.session, visit.scope, visit.number)
    if found is None:
        raise NotFound
    return found


pages = (
    Page("/objections", "公示的异议", DECIDERS, show_all, menu="异议", rank=18),
    Page(
        "/objections/{number}", "异议", DECIDERS, show, {"settle": Action("定异议", settle)}, personal=True
    ),
)  # fmt: skip
