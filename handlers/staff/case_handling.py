"""Handling a case: where it stands, how urgent it is, passing it on to those who mediate, and its end."""

from handlers import casedesk, casefacts, casework, persons
from handlers.casedesk import CASEWORK
from handlers.console import Action, Away, Page, Reply, View, Visit
from models import case_referrals, case_states
from models.base import Refused
from models.cases import Case, State, Urgency

CLOSED: State = "closed"
MEDIATION: State = "mediation"
ASKS: State = "need_info"
"""The state whose reason the member reads as a question."""


async def show(visit: Visit) -> Reply:
    """Show what can be done with a case now."""
    case = await casedesk.own(visit)
    ask = await case_referrals.asked(visit.session, case)
    offered = case_states.offered(case, visit.staff.login)
    return View("case_handling.html", {
        "case": case, "words": casefacts, "asked": ask, "closed": CLOSED,
        "moves": [(to, casefacts.STATES[to]) for to in case_states.NEXT if to in offered - {CLOSED}],
        "closes": CLOSED in offered, "parties": visit.content.parties.parties,
        "allowed": await case_referrals.allowed(visit.session, case),
    })  # fmt: skip


async def move(visit: Visit) -> Reply:
    """Move the case on, or open it again, and tell the member."""
    case, to = await casedesk.own(visit, lock=True), _state(visit.said("to"))
    reason = persons.reason(visit) if to == ASKS else visit.said("reason")
    await case_states.move(visit.session, case, to, by=visit.staff.login, reason=reason, now=visit.now)
    await casework.moved(visit.session, visit.content, visit.ways, case, reason, now=visit.now)
    return _back(case, f"改成“{casefacts.STATES[case.state]}”了，告诉会员了。")


async def close(visit: Visit) -> Reply:
    """End the case with its result, tell the member and ask how it was."""
    case = await casedesk.own(visit, lock=True)
    await case_states.move(
        visit.session, case, CLOSED, by=visit.staff.login, reason=visit.said("reason"),
        result=visit.said("result"), now=visit.now,
    )  # fmt: skip
    await casework.closed(visit.session, visit.content, visit.ways, case, now=visit.now)
    return _back(case, "办结了，告诉会员了。")


async def weigh(visit: Visit) -> Reply:
    """Make the case more or less urgent; less only with a reason."""
    case = await casedesk.own(visit, lock=True)
    to, reason = _urgency(visit.said("to")), visit.said("reason")
    told = {"by": visit.staff.login, "reason": reason}
    if to < case.urgency:
        await case_states.raise_urgency(visit.session, case, to, **told, now=visit.now)
    else:
        await case_states.lower_urgency(visit.session, case, to, **told, now=visit.now)
    return _back(case, f"轻重改成 {case.urgency} 了。")


async def ask(visit: Visit) -> Reply:
    """Ask the member whether their case may be passed on."""
    case, parties = await casedesk.own(visit, lock=True), _parties(visit)
    await case_referrals.ask(visit.session, case, parties, by=visit.staff.login, now=visit.now)
    names = casefacts.parties(visit.content, ",".join(parties))
    await casework.ask_sharing(visit.session, visit.content, visit.ways, case, names, now=visit.now)
    return _back(case, "问会员了，同意以后才能转。")


async def refer(visit: Visit) -> Reply:
    """Pass the case on to those who mediate, as far as the member agrees."""
    case, parties = await casedesk.own(visit, lock=True), _parties(visit)
    by, reason = visit.staff.login, persons.reason(visit)
    await case_referrals.refer(visit.session, case, parties, by=by, reason=reason, now=visit.now)
    if case.state != MEDIATION:
        await case_states.move(visit.session, case, MEDIATION, by=by, reason=reason, now=visit.now)
        await casework.moved(visit.session, visit.content, visit.ways, case, reason, now=visit.now)
    return _back(case, f"转给{casefacts.parties(visit.content, ','.join(parties))}了，材料包在案件页下载。")


def _parties(visit: Visit) -> list[str]:
    """Return the parties that are ticked.

    Raises Refused: party_unknown, when nobody has written down who that is here.
    """
    known = visit.content.parties.by_key
    ticked = visit.chosen("party")
    if any(key not in known or not known[key].named for key in ticked):
        raise Refused("party_unknown")
    return ticked


def _state(said: str) -> State:
    found = next((state for state in case_states.NEXT if state == said and said != CLOSED), None)
    if found is None:
        raise Refused("case_moved")
    return found


def _urgency(said: str) -> Urgency:
    levels: tuple[Urgency, ...] = ("P0", "P1", "P2", "P3")
    found = next((level for level in levels if level == said), None)
    if found is None:
        raise Refused("case_urgency")
    return found


def _back(case: Case, said: str) -> Away:
    return Away(f"/cases/{case.id}/handling", said)


pages = (
    Page(
        "/cases/{number}/handling", "办理", CASEWORK, show,
        {
            "move": Action("改案件进展", move), "close": Action("办结案件", close), "weigh": Action("改案件轻重", weigh),
            "ask": Action("问能不能转交", ask), "refer": Action("转交调解", refer),
        },
        personal=True,
    ),
)  # fmt: skip
