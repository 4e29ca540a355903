"""The duty roster: who is there, who is away, and who stands in."""

from datetime import date

from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.duty import watch
from models import absences, staff
from models.absences import Absence
from models.base import Refused
from models.rights import ANSWERING, Rights
from models.staff import ADMINISTRATOR, Staff

DAYS = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "一二三四五六日", strict=True))


async def show(visit: Visit) -> Reply:
    """Show hours, colleagues and days away."""
    people, rights = await _colleagues(visit)
    away = await absences.listed(visit.session, today=visit.today.date())
    return View("duty.html", {
        "duty": visit.content.duty, "watch": watch(visit.content.duty, visit.now), "days": DAYS,
        "people": people, "rights": rights, "away": away, "names": {one.id: one.name for one in people},
        "manages": _manages(visit), "gone": {one.staff_id for one in away if one.since <= visit.today.date()},
    })  # fmt: skip


async def add(visit: Visit) -> Reply:
    """Write down days away, one's own or, as an administrator, a colleague's."""
    people = {one.login: one for one in (await _colleagues(visit))[0]}
    who = people.get(visit.said("who", visit.staff.login)) if _manages(visit) else visit.staff
    deputy = people.get(visit.said("deputy"))
    if who is None or (visit.said("deputy") and deputy is None):
        raise Refused("colleague_unknown")
    since, until = _day(visit.said("since")), _day(visit.said("until"))
    await absences.add(visit.session, who, since, until, deputy, today=visit.today.date())
    return Away("/duty", "登记好了，到那天没办完的会转出去。")


async def remove(visit: Visit) -> Reply:
    """Take days away back."""
    found = await visit.session.get(Absence, whole(visit.said("absence")) or 0)
    if found is None or not (_manages(visit) or found.staff_id == visit.staff.id):
        raise NotFound
    await visit.session.delete(found)
    return Away("/duty", "撤掉了。")


async def _colleagues(visit: Visit) -> tuple[list[Staff], dict[int, Rights]]:
    people = [one for one in await staff.listed(visit.session) if one.disabled_at is None]
    rights = await staff.rights_of(visit.session, people)
    return [one for one in people if rights[one.id].roles & ANSWERING], rights


def _manages(visit: Visit) -> bool:
    return visit.rights.scope((ADMINISTRATOR,)).whole


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise Refused("moment_wrong") from error


pages = (
    Page(
        "/duty", "值班", ANSWERING, show,
        {"add": Action("登记外出", add), "remove": Action("撤掉外出", remove)}, menu="值班", rank=11,
    ),
)  # fmt: skip
