"""The applications as a list, and decisions on several at once after a look at what they would do."""

from collections.abc import Sequence

from handlers import applyfacts, applying
from handlers.applydesk import DECIDERS, READERS
from handlers.console import Action, Away, Page, Reply, View, Visit, whole, why
from handlers.wording import masked_name
from models import application_board, application_options, application_states
from models.application_board import PAGE, Wanted
from models.applications import Application
from models.base import Refused
from models.calendar import Days

WHOSE = {"": "全部", "check": "等我核对", "decide": "等我决定", "late": "过时了"}


async def show(visit: Visit) -> Reply:
    """Show a page of applications."""
    asked = {name: visit.query.get(name, "") for name in ("slug", "state", "union", "whose")}
    page = whole(visit.query.get("page", "")) or 0
    scope = visit.rights.scope(DECIDERS) if asked["whose"] == application_board.DECIDE else visit.scope
    rows = await application_board.listed(
        visit.session, scope, visit.staff, Wanted(**asked), page=page, now=visit.now
    )
    return View("applications.html", {
        "rows": rows[:PAGE], "more": len(rows) > PAGE, "number": page, "asked": asked, "whose": WHOSE,
        "states": applyfacts.STATES, "kinds": applyfacts.kinds(visit.content), "words": applyfacts,
        "unions": await application_board.unions(visit.session, visit.scope), "masked": masked_name,
        "load": await application_board.load(visit.session, visit.scope), "decides": visit.rights.roles & DECIDERS,
    })  # fmt: skip


async def preview(visit: Visit) -> Reply:
    """Show what one press would do with each of those that are ticked; nothing changes yet."""
    chosen = await _chosen(visit)
    rows = [(one, application_options.forward(one), await _refused(visit, one)) for one in chosen]
    return View("applications_check.html", {
        "rows": rows, "masked": masked_name, "words": applyfacts,
        "goes": [one.id for one, _, refused in rows if not refused],
    })  # fmt: skip


async def decide(visit: Visit) -> Reply:
    """Bring those that were looked at one state further; what is refused by now stays as it is."""
    done, chosen = 0, await _chosen(visit)
    days = Days(visit.content.duty.holidays, visit.content.duty.workdays)
    for one in chosen:
        to = application_options.forward(one)
        if to is None or await _refused(visit, one):
            continue
        await application_states.move(visit.session, one, to, visit.staff, days=days, now=visit.now)
        await applying.tell(visit.session, visit.content, visit.ways, one, now=visit.now)
        visit.saw(f"/applications/{one.id}")
        done += 1
    left = f"，{len(chosen) - done} 份没有动，请一份一份看" if done < len(chosen) else ""
    return Away("/applications?whose=decide", f"同意了 {done} 份，都告诉申请人了{left}。")


async def _chosen(visit: Visit) -> Sequence[Application]:
    """Return those that are ticked.

    Raises Refused: apply_none.
    """
    numbers = {whole(said) or 0 for said in visit.chosen("application")[:PAGE]}
    found = await application_board.within(visit.session, visit.scope, numbers, lock=True)
    if not found:
        raise Refused("apply_none")
    return found


async def _refused(visit: Visit, application: Application) -> str:
    """Return why an application cannot go further by one press."""
    to = application_options.forward(application)
    if to is None or to not in application_states.DECISIONS:
        return why(visit.content, "apply_state")
    refused = await application_options.refusal(visit.session, application, to, visit.staff, now=visit.now)
    return why(visit.content, refused.reason) if refused else ""


pages = (
    Page(
        "/applications", "申请", READERS, show,
        {
            "preview": Action("看看会怎样", preview, DECIDERS, silent=True),
            "decide": Action("批量同意申请", decide, DECIDERS),
        },
        menu="申请", rank=17,
    ),
)  # fmt: skip
