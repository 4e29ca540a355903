"""建议书: the proposals of members and delegates, passed on to who deals with them and answered in time."""

from collections.abc import Mapping
from datetime import datetime

from handlers import proposing
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.wording import BEIJING
from models import proposal_board, proposals
from models.proposal_board import PAGE
from models.proposals import OPEN, Proposal
from models.rights import ANSWERING

STATES: Mapping[str, str] = {
    "": "等答复的", "received": "刚收到", "passed_on": "转出去了", "answered": "答复了", "withdrawn": "本人撤回",
}  # fmt: skip


async def show_all(visit: Visit) -> Reply:
    """Show a page of proposals, what is due first comes first, and the figures of each year."""
    state, page = visit.query.get("state", ""), whole(visit.query.get("page", "")) or 0
    rows = await proposal_board.listed(visit.session, visit.scope, state, page=page)
    return View("proposals.html", {
        "rows": rows[:PAGE], "more": len(rows) > PAGE, "number": page, "state": state, "states": STATES, "open": OPEN,
        "years": await proposal_board.years(visit.session, visit.scope), "left": _left,
    })  # fmt: skip


def _left(until: datetime, now: datetime) -> str:
    """Return how long there is, by the days of Beijing's calendar."""
    days = (until.astimezone(BEIJING).date() - now.astimezone(BEIJING).date()).days
    return f"还有 {days} 天" if days > 1 else "明天到期" if days else "今天到期"


async def show(visit: Visit) -> Reply:
    """Show one proposal."""
    proposal = await _one(visit)
    return View("proposal.html", {"proposal": proposal, "states": STATES, "open": proposal.state in OPEN})


async def pass_on(visit: Visit) -> Reply:
    """Give it to the office that deals with it; the member is told."""
    proposal = await _one(visit)
    proposals.pass_on(proposal, visit.said("office"))
    await proposing.tell(visit.session, visit.content, visit.ways, proposal, now=visit.now)
    return Away(f"/proposals/{proposal.id}", f"转给{proposal.office}了，告诉本人了。")


async def answer(visit: Visit) -> Reply:
    """Answer it; the member gets the answer."""
    proposal = await _one(visit)
    text = visit.said("answer").replace("\r\n", "\n")
    proposals.answer(proposal, text, by=visit.staff.login, now=visit.now)
    await proposing.tell(visit.session, visit.content, visit.ways, proposal, now=visit.now)
    return Away(f"/proposals/{proposal.id}", "答复发给本人了。")


async def _one(visit: Visit) -> Proposal:
    found = await proposal_board.one(visit.session, visit.scope, visit.number)
    if found is None:
        raise NotFound
    return found


pages = (
    Page("/proposals", "建议", ANSWERING, show_all, menu="建议", rank=19, personal=True),
    Page(
        "/proposals/{number}", "建议", ANSWERING, show,
        {"pass_on": Action("转建议", pass_on), "answer": Action("答复建议", answer)},
        personal=True,
    ),
)  # fmt: skip
