"""Who takes part in an event: the roster with its search, the line of those who wait, sign-ups by telephone, and pages to print."""

from handlers import planning, wording
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.planning import ORGANISERS
from models import events, lists, members, offers, paper, participants, roster, signups
from models.base import Refused
from models.events import Event
from models.members import Member
from models.paper import Applicant
from models.participants import Wanted
from models.places import PENDING

PRINTED = ("signin", "tables", "badges")


async def show(visit: Visit) -> Reply:
    """Show who has signed up, fifty at a time."""
    event = await planning.own(visit)
    asked = {name: visit.query.get(name, "").strip() for name in ("state", "category", "union", "said")}
    wanted = Wanted(asked["state"], whole(asked["category"]), asked["union"], asked["said"])
    after = whole(visit.query.get("after", "")) or 0
    found = await participants.roster(visit.session, event, wanted, after=after)
    counted = (await participants.numbers(visit.session, [event.id]))[event.id]
    approving = event.policy == events.APPROVE and any(place.state == PENDING for place in found.rows)
    return View(
        "event_roster.html",
        {**await _shared(visit, event), "found": found, "asked": asked, "counted": counted, "approving": approving},
    )  # fmt: skip


async def _shared(visit: Visit, event: Event) -> dict[str, object]:
    categories = await events.categories(visit.session, event)
    return {
        "event": event, "states": planning.STATES, "categories": categories, "masked": members.masked,
        "groups": {found.id: found.name for found in categories},
    }  # fmt: skip


async def approve(visit: Visit) -> Reply:
    """Let all in who are ticked, in the order they came."""
    event = await planning.own(visit)
    ticked = sorted(whole(said) or 0 for said in visit.chosen("place"))
    for number in ticked:
        place = await planning.place_of(visit, event, str(number))
        changes = await signups.approve(visit.session, place, visit.staff.login, now=visit.now)
        visit.saw(f"/events/{event.slug}/places/{place.id}")
        await planning.tell(visit, changes)
    return Away(
        f"/events/{event.slug}/roster?state={PENDING}", f"通过了{len(ticked)}份报名，结果已经告诉本人。"
    )


async def show_line(visit: Visit) -> Reply:
    """Show who waits, the next to be asked first."""
    event = await planning.own(visit)
    skip = whole(visit.query.get("skip", "")) or 0
    rows = await participants.line(visit.session, event, skip=skip)
    more = skip + participants.PAGE if len(rows) > participants.PAGE else 0
    return View(
        "event_waiting.html",
        {**await _shared(visit, event), "rows": rows[: participants.PAGE], "skip": skip, "more": more},
    )


async def offer(visit: Visit) -> Reply:
    """Offer a free place to one who waits, out of turn."""
    event = await planning.own(visit)
    place = await planning.place_of(visit, event, visit.said("place"))
    await planning.tell(visit, await offers.by_hand(visit.session, place, visit.staff.login, now=visit.now))
    return Away(f"/events/{event.slug}/waiting", "名额给出去了，等本人确认。")


async def show_call(visit: Visit) -> Reply:
    """Show the form for somebody who calls."""
    event = await planning.own(visit)
    return View("event_call.html", await _shared(visit, event))


async def call(visit: Visit) -> Reply:
    """Sign up who called: they agreed by word of mouth, and that is written down."""
    event = await planning.own(visit)
    changes = await paper.sign_up(visit.session, event, _applicant(visit), visit.staff.login, now=visit.now)
    own = changes[0].place
    owner = await visit.session.get_one(Member, own.member_id)
    knows = await members.only_when_they_come(visit.session, owner)
    await planning.tell(visit, [change for change in changes if not (knows and change.place is own)])
    visit.saw(f"/events/{event.slug}/places/{own.id}")
    said = "早就报过了" if changes[0].what == "already" else planning.STATES[own.state]
    return Away(f"/events/{event.slug}/places/{own.id}", f"{own.name}：{said}。")


def _applicant(visit: Visit) -> Applicant:
    """Return who calls.

    Raises Refused: caller_name, phone_wrong, party, consent_missing.
    """
    name, phone, party = visit.said("name"), roster.mobile(visit.said("phone")), visit.said("party", "1")
    if not name or len(name) > paper.NAME_LENGTH:
        raise Refused("caller_name")
    if not phone:
        raise Refused("phone_wrong")
    if not (party.isascii() and party.isdigit() and len(party) <= 2):  # noqa: PLR2004 -- digits of a party
        raise Refused("party")
    if not visit.said("consent"):
        raise Refused("consent_missing")
    return Applicant(
        name, phone, visit.said("union"), int(party), visit.said("category"), visit.said("remark")
    )


async def show_print(visit: Visit) -> Reply:
    """Show a list as a page to print."""
    event = await planning.own(visit)
    what = visit.path["name"]
    if what not in PRINTED:
        raise NotFound
    rows = (await lists.rows(visit.session, event, "roster", now=visit.now))[1:]
    date = wording.when(event.starts) if event.starts else ""
    return View(
        "event_print.html",
        {"event": event, "rows": rows, "groups": lists.grouped(rows), "date": date, "title": what, "what": what},
    )  # fmt: skip


pages = (
    Page(
        "/events/{key}/roster", "报名的人", ORGANISERS, show,
        {"approve": Action("通过报名", approve)}, personal=True,
    ),
    Page(
        "/events/{key}/waiting", "排队的人", ORGANISERS, show_line,
        {"offer": Action("给出名额", offer)}, personal=True,
    ),
    Page("/events/{key}/call", "电话报名", ORGANISERS, show_call, {"call": Action("电话报名", call)}),
    Page("/events/{key}/print/{name}", "打印名单", ORGANISERS, show_print, personal=True),
)  # fmt: skip
