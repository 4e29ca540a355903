"""Who works on a case: given to a colleague without conflict, handed over, or left; nothing of the case is shown."""

from handlers import casedesk, casefacts, casework
from handlers.casedesk import CASEWORK
from handlers.console import Action, Away, Page, Reply, View, Visit
from models import case_assignment, cases
from models.base import Refused


async def show(visit: Visit) -> Reply:
    """Show who works on the case, and who could."""
    case = await casedesk.within(visit, visit.number)
    working = await cases.workers(visit.session, case)
    able = await case_assignment.able(visit.session, case, today=visit.today.date())
    there = {one.id for one in working}
    return View("case_workers.html", {
        "case": case, "words": casefacts, "working": working, "mine": visit.staff.id in there,
        "able": [one for one in able if one.id not in there],
    })  # fmt: skip


async def assign(visit: Visit) -> Reply:
    """Let a colleague work on the case; their phone says so."""
    case = await casedesk.within(visit, visit.number)
    able = await case_assignment.able(visit.session, case, today=visit.today.date())
    to = next((one for one in able if one.login == visit.said("to")), None)
    if to is None:
        raise Refused("colleague_unknown")
    await case_assignment.assign(visit.session, case, to, by=visit.staff.login, now=visit.now)
    if to.id != visit.staff.id:
        await casework.tell_colleague(visit.session, visit.content, case, to, "desk.case", now=visit.now)
    return Away(f"/cases/{case.id}/workers", f"{to.name}在办了。")


async def release(visit: Visit) -> Reply:
    """Let a colleague work on the case no longer: they cannot open it any more."""
    case = await casedesk.within(visit, visit.number)
    working = await cases.workers(visit.session, case)
    who = next((one for one in working if one.login == visit.said("who")), None)
    if who is None:
        raise Refused("colleague_unknown")
    await case_assignment.release(visit.session, case, who, by=visit.staff.login, now=visit.now)
    return Away(
        "/cases" if who.id == visit.staff.id else f"/cases/{case.id}/workers", f"{who.name}不再办了。"
    )


async def step_aside(visit: Visit) -> Reply:
    """Write down that one has to do with the employer or the member, and so must not work on the case."""
    case = await casedesk.within(visit, visit.number)
    await case_assignment.declare(visit.session, case, visit.staff, now=visit.now)
    return Away("/cases", f"{case.number} 您回避了，打不开了。")


pages = (
    Page(
        "/cases/{number}/workers", "分派", CASEWORK, show,
        {"assign": Action("分派案件", assign), "release": Action("不再办案件", release), "step_aside": Action("回避案件", step_aside)},
    ),
)  # fmt: skip
