"""The cases as a list: how urgent each is, what is due next and who works on it; not a word of what is in them."""

from handlers import casedesk, casefacts
from handlers.casedesk import CASEWORK
from handlers.console import Action, Away, Page, Reply, View, Visit, whole
from models import case_assignment, case_board
from models.case_board import PAGE, Wanted
from models.cases import OVER

WHOSE = {"": "全部", "mine": "我办的", "none": "没人办的"}
DAYS = (1, 3, 7, 14, 30, 60)


async def show(visit: Visit) -> Reply:
    """Show a page of cases."""
    asked = {name: visit.query.get(name, "") for name in ("whose", "urgency", "state", "topic")}
    page, within = whole(visit.query.get("page", "")) or 0, whole(visit.query.get("days", ""))
    rows = await case_board.listed(
        visit.session, visit.scope, visit.staff, Wanted(**asked, days=within),
        page=page, today=visit.today.date(),
    )  # fmt: skip
    return View("cases.html", {
        "rows": rows[:PAGE], "more": len(rows) > PAGE, "number": page, "asked": {**asked, "days": within},
        "workers": await case_board.workers_of(visit.session, [row.id for row in rows]), "over": OVER,
        "whose": WHOSE, "days": DAYS, "urgencies": casefacts.URGENCIES, "states": casefacts.STATES,
        "topics": casefacts.TOPICS, "takes": "caseworker" in visit.rights.roles, "today": visit.today.date(),
    })  # fmt: skip


async def take(visit: Visit) -> Reply:
    """Work on a case from now on."""
    case = await casedesk.within(visit, whole(visit.said("case")) or 0)
    await case_assignment.assign(visit.session, case, visit.staff, by=visit.staff.login, now=visit.now)
    visit.saw(f"/cases/{case.id}")
    return Away(f"/cases/{case.id}", f"{case.number} 归您办了。")


pages = (Page("/cases", "案件", CASEWORK, show, {"take": Action("接案件", take)}, menu="案件", rank=15),)
