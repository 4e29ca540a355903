"""One application: what was answered and handed in, what was done, and what this colleague can do with it now."""

from decimal import Decimal, InvalidOperation

from handlers import applydesk, applyfacts, applying
from handlers.applydesk import DECIDERS, READERS
from handlers.console import Action, Away, NotFound, Page, Reply, Sheet, View, Visit, whole, why
from models import (
    application_options,
    application_states,
    applications,
    objections,
    payments,
    pictures,
    staff,
)
from models.application_rules import OPEN_CHECKS, STATES, State
from models.applications import Application
from models.base import Refused
from models.calendar import Days
from models.files import Missing
from models.members import masked
from models.photos import JPEG

PICTURE = "image/"


async def show(visit: Visit) -> Reply:
    """Show the application, phone and account masked."""
    return await _shown(visit, await applydesk.own(visit))


async def reveal(visit: Visit) -> Reply:
    """Show phone and account in clear, this once."""
    return await _shown(visit, await applydesk.own(visit), clear=True)


async def check(visit: Visit) -> Reply:
    """Write down that this check found everything in order."""
    application = await applydesk.own(visit)
    before, seen = application.state, visit.chosen("paper")
    await application_options.check(visit.session, application, visit.staff, seen, now=visit.now)
    if application.state != before:
        await _tell(visit, application)
    return _back(application, "核对记下了。")


async def move(visit: Visit) -> Reply:
    """Bring it into another state, and tell the member."""
    application, to = await applydesk.own(visit), _state(visit.said("to"))
    if not (application.state in OPEN_CHECKS and to in OPEN_CHECKS):
        applydesk.refuse_undecided(visit, application)
    await _move(visit, application, to, visit.said("reason"), _amount(visit.said("amount")))
    return _back(application, f"改成“{applyfacts.STATES[to]}”了，告诉申请人了。")


async def supplement(visit: Visit) -> Reply:
    """Ask once for everything that is missing."""
    application = await applydesk.own(visit)
    papers = {paper.name: paper.label for paper in application.rules.papers}
    missing = "、".join(papers[name] for name in visit.chosen("paper") if name in papers)
    reason = "。".join(part for part in (missing, visit.said("reason")) if part)
    await _move(visit, application, "needs_supplement", reason)
    return _back(application, "请申请人一次补齐了。")


async def reject(visit: Visit) -> Reply:
    """Refuse it with the reason, which the member reads with the way to appeal."""
    application = await applydesk.own(visit)
    applydesk.refuse_undecided(visit, application)
    await _move(visit, application, "rejected", visit.said("reason"))
    return _back(application, "没批准，理由和怎么申诉告诉申请人了。")


async def keep_away(visit: Visit) -> Reply:
    """Write down that one is too near to the member."""
    application = await applydesk.own(visit)
    await application_states.keep_away(visit.session, application, visit.staff, now=visit.now)
    return Away("/applications", f"{application.number} 您回避了，请别的同事办。")


async def paper(visit: Visit) -> Reply:
    """Give out a paper: a picture as a fresh copy to look at, anything else to take away."""
    application = await applydesk.own(visit)
    found = await application_options.paper(visit.session, application, whole(visit.path["key"]) or 0)
    if found is None:
        raise NotFound
    try:
        body = await visit.store.get(found.digest)
    except Missing as missing:
        raise NotFound from missing
    try:
        picture = await pictures.read(body)
    except Refused:
        return Sheet(found.name or f"{application.number}-{found.id}", body)
    return Sheet(f"{application.number}-{found.id}.jpg", picture.shown, JPEG, inline=True)


async def _move(
    visit: Visit, application: Application, to: State, reason: str, amount: Decimal | None = None
) -> None:
    days = Days(visit.content.duty.holidays, visit.content.duty.workdays)
    await application_states.move(
        visit.session, application, to, visit.staff, reason=reason, amount=amount, days=days, now=visit.now
    )
    await _tell(visit, application, reason)


async def _tell(visit: Visit, application: Application, reason: str = "") -> None:
    await applying.tell(visit.session, visit.content, visit.ways, application, reason=reason, now=visit.now)


async def _shown(visit: Visit, application: Application, *, clear: bool = False) -> Reply:
    tried = await application_options.options(visit.session, application, visit.staff, now=visit.now)
    files = await application_options.papers(visit.session, application)
    steps = await applications.steps(visit.session, application)
    acted = await staff.names(visit.session, {step.by for step in steps} - applyfacts.BY.keys())
    plan = application.rules
    labels = {paper.name: paper.label for paper in plan.papers}
    return View("application.html", {
        "one": application, "plan": plan, "words": applyfacts, "clear": clear, "masked": masked,
        "options": {to: why(visit.content, reason) if reason else "" for to, reason in tried.items()},
        "decides": applydesk.may_decide(visit, application), "checks": OPEN_CHECKS, "steps": steps, "acted": acted,
        "files": [(one, labels.get(one.paper, one.paper), kind.startswith(PICTURE)) for one, kind in files],
        "there": {one.paper for one, _ in files}, "open_sum": plan.money and not plan.sums,
        "answers": applyfacts.answers(visit.content, application),
        "objections": await objections.of(visit.session, application),
        "payments": await payments.of(visit.session, application),
    })  # fmt: skip


def _state(said: str) -> State:
    found = next((state for state in STATES if state == said), None)
    if found is None:
        raise Refused("apply_state")
    return found


def _amount(said: str) -> Decimal | None:
    try:
        return Decimal(said) if said else None
    except InvalidOperation as error:
        raise Refused("apply_amount") from error


def _back(application: Application, said: str) -> Away:
    return Away(f"/applications/{application.id}", said)


pages = (
    Page(
        "/applications/{number}", "申请", READERS, show,
        {
            "check": Action("核对申请", check), "move": Action("改申请进展", move),
            "supplement": Action("请补材料", supplement), "reject": Action("不批准申请", reject, DECIDERS),
            "away": Action("回避申请", keep_away), "clear": Action("看申请人的号码和账号", reveal),
        },
        personal=True,
    ),
    Page("/applications/{number}/papers/{key}", "申请材料", READERS, paper, personal=True),
)  # fmt: skip
