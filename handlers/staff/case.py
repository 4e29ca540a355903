"""One case, open to those who work on it and to nobody else: its facts, its papers, and the talk with the member."""

from handlers import casedesk, casefacts, casework, sending
from handlers.casedesk import CASEWORK
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.desk import Said
from models import (
    appointments,
    case_deadlines,
    case_files,
    case_lines,
    case_papers,
    case_referrals,
    cases,
    staff,
)
from models.cases import MEMBER, Case
from models.files import Missing
from models.members import masked


async def show(visit: Visit) -> Reply:
    """Show the case, the phone masked."""
    return await _shown(visit, await casedesk.own(visit))


async def reveal(visit: Visit) -> Reply:
    """Show the phone in clear, this once."""
    case = await casedesk.own(visit)
    return await _shown(visit, case, phone=case.phone)


async def show_thread(visit: Visit) -> Reply:
    """Show what changes by itself: what was said."""
    return View("case_thread.html", await _thread(visit, await casedesk.own(visit)))


async def say(visit: Visit) -> Reply:
    """Bring the member what was written or chosen; neither sees where the other writes from."""
    case = await casedesk.own(visit, lock=True)
    said = Said(visit.said("text"), await sending.sent(visit))
    await casework.say(visit.session, visit.content, visit.ways, case, visit.staff.login, said, now=visit.now)
    private = visit.ways.keeps(case.at)
    return _back(
        case, "发给会员了。" if private else "发给会员了：那边只显示“您有一条工会消息”，点开才看得到。"
    )


async def note(visit: Visit) -> Reply:
    """Note something for those who work on the case."""
    case = await casedesk.own(visit)
    case_lines.note(visit.session, case, visit.staff.login, visit.said("note"), now=visit.now)
    return _back(case, "记下了，会员看不到。")


async def file(visit: Visit) -> Reply:
    """Give out a file: of a line of the talk, or a paper."""
    case = await casedesk.own(visit)
    kind, _, number = visit.path["key"].partition("-")
    found = await case_files.one(visit.session, case, kind, whole(number) or 0)
    if found is None:
        raise NotFound
    try:
        body = await visit.store.get(found.digest)
    except Missing as missing:
        raise NotFound from missing
    return sending.given_out(found.name, body, found.kind, own=found.own)


async def _shown(visit: Visit, case: Case, phone: str = "") -> Reply:
    thread = await _thread(visit, case)
    if not visit.form:
        await case_lines.read(visit.session, case, visit.staff)
    steps = await case_referrals.steps(visit.session, case)
    acted = await staff.names(visit.session, set().union(*map(casefacts.acting, steps)))
    return View("case.html", {
        **thread, "facts": casefacts.told(case.facts), "phone": phone, "masked": masked,
        "files_of": await case_papers.of(visit.session, case), "words": casefacts,
        "deadlines": await case_deadlines.of(visit.session, case), "today": visit.today.date(),
        "meetings": await appointments.of(visit.session, case), "steps": steps, "acted": acted,
        "workers": await cases.workers(visit.session, case), "private": visit.ways.keeps(case.at),
        "told_by": {MEMBER: "会员", cases.MACHINE: "小助手"},
    })  # fmt: skip


async def _thread(visit: Visit, case: Case) -> dict[str, object]:
    before = whole(visit.query.get("before", "")) or 0
    lines = await case_lines.lines(visit.session, case, before=before)
    names = await staff.names(visit.session, {line.author for line in lines} - {MEMBER})
    return {
        "case": case, "lines": lines, "names": names, "member": MEMBER, "note": case_lines.NOTE,
        "older": lines[0].id if len(lines) == case_lines.PAGE else 0, "files": case_lines.FILES,
    }  # fmt: skip


def _back(case: Case, said: str) -> Away:
    return Away(f"/cases/{case.id}", said)


pages = (
    Page(
        "/cases/{number}", "案件", CASEWORK, show,
        {
            "say": Action("回复案件", say), "note": Action("记案件备注", note), "phone": Action("看案件的手机号", reveal),
        },
        live=show_thread, personal=True,
    ),
    Page("/cases/{number}/files/{key}", "案件里的文件", CASEWORK, file, personal=True),
)  # fmt: skip
