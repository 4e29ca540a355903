"""The days of a case: its deadlines, and when the member and a colleague meet."""

from datetime import date

from handlers import casedesk, casefacts, casework
from handlers.casedesk import CASEWORK
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import appointments, case_deadlines
from models.appointments import Appointment
from models.base import Refused
from models.cases import Case


async def show(visit: Visit) -> Reply:
    """Show the deadlines and the meetings of a case."""
    case = await casedesk.own(visit)
    return View("case_dates.html", {
        "case": case, "words": casefacts, "today": visit.today.date(), "ahead": appointments.AHEAD,
        "deadlines": await case_deadlines.of(visit.session, case),
        "meetings": await appointments.of(visit.session, case),
    })  # fmt: skip


async def add(visit: Visit) -> Reply:
    """Write down a deadline that follows from a paper or was told by somebody."""
    case = await casedesk.own(visit)
    await case_deadlines.add(
        visit.session, case, visit.said("kind"), _day(visit.said("day")), by=visit.staff.login,
        note=visit.said("note"), now=visit.now,
    )  # fmt: skip
    return _back(case, "期限记下了，快到时会提醒您。")


async def meet(visit: Visit) -> Reply:
    """Write down that what was due is done."""
    case = await casedesk.own(visit, lock=True)
    number = whole(visit.said("deadline")) or 0
    found = next((one for one in await case_deadlines.of(visit.session, case) if one.id == number), None)
    if found is None:
        raise NotFound
    await case_deadlines.meet(visit.session, found, by=visit.staff.login, now=visit.now)
    return _back(case, "办好了，不再提醒。")


async def propose(visit: Visit) -> Reply:
    """Propose to the member to meet."""
    case = await casedesk.own(visit, lock=True)
    meeting = await appointments.propose(
        visit.session, case, visit.staff.login, visit.moment("starts"), visit.said("place"),
        visit.said("note"), now=visit.now,
    )  # fmt: skip
    await casework.propose(visit.session, visit.content, visit.ways, case, meeting, now=visit.now)
    return _back(case, "问会员了，答复会显示在这里。")


async def call_off(visit: Visit) -> Reply:
    """Let a meeting not take place."""
    case = await casedesk.own(visit, lock=True)
    meeting = await _meeting(visit, case)
    appointments.call_off(meeting)
    await casework.call_off(visit.session, visit.content, visit.ways, case, meeting, now=visit.now)
    return _back(case, "取消了，告诉会员了。")


async def hold(visit: Visit) -> Reply:
    """Write down that they met."""
    case = await casedesk.own(visit, lock=True)
    appointments.hold(await _meeting(visit, case), now=visit.now)
    return _back(case, "记下了。")


async def _meeting(visit: Visit, case: Case) -> Appointment:
    number = whole(visit.said("meeting")) or 0
    found = next((one for one in await appointments.of(visit.session, case) if one.id == number), None)
    if found is None:
        raise NotFound
    return found


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise Refused("deadline_day") from error


def _back(case: Case, said: str) -> Away:
    return Away(f"/cases/{case.id}/dates", said)


pages = (
    Page(
        "/cases/{number}/dates", "期限和约谈", CASEWORK, show,
        {
            "add": Action("加期限", add), "meet": Action("期限办好了", meet), "propose": Action("约会员见面", propose),
            "call_off": Action("取消约谈", call_off), "hold": Action("见过会员了", hold),
        },
        personal=True,
    ),
)  # fmt: skip
