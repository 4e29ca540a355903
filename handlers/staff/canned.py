"""Canned answers, kept by those who use them."""

from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import canned
from models.canned import CannedAnswer
from models.rights import ANSWERING


async def show(visit: Visit) -> Reply:
    """Show all."""
    return View("canned.html", {"answers": await canned.listed(visit.session)})


async def save(visit: Visit) -> Reply:
    """Write down an answer, or change one."""
    found = await _found(visit) if visit.said("answer") else None
    title, text = visit.said("title"), visit.said("text")
    await canned.save(visit.session, found, title, text, by=visit.staff.login, now=visit.now)
    return Away("/canned", "存好了。")


async def remove(visit: Visit) -> Reply:
    """Delete an answer."""
    await visit.session.delete(await _found(visit))
    return Away("/canned", "删掉了。")


async def _found(visit: Visit) -> CannedAnswer:
    found = await visit.session.get(CannedAnswer, whole(visit.said("answer")) or 0)
    if found is None:
        raise NotFound
    return found


pages = (
    Page(
        "/canned", "常用回复", ANSWERING, show, {"save": Action("存常用回复", save), "remove": Action("删常用回复", remove)}
    ),
)  # fmt: skip
