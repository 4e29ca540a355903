"""Events made: of last year's, of a programme that has none yet; and changed, with everybody told whom it moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.entries import Entry, EventPlan
from handlers import drafting, planning
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit
from handlers.planning import ORGANISERS
from handlers.wording import BEIJING
from models import allotment, content_events, events, notice_chain
from models.base import Refused

POLICIES = {"fcfs": "先到先得", "lottery": "报名结束后抽签", "approve": "逐个审核"}


async def show_templates(visit: Visit) -> Reply:
    """Show what a new event can be made of: events to be held again, and programmes without one."""
    made = [one for one in visit.content.entries if one.kind in drafting.KINDS]
    return View(
        "event_templates.html",
        {"held": [one for one in made if one.event], "others": [one for one in made if not one.event]},
    )


async def _source(visit: Visit) -> Entry:
    """Return what is copied: something of their own part, or for everybody.

    Raises NotFound.
    """
    entry = await planning.entry(visit, visit.path["key"])
    union, area = (entry.event.union, entry.event.area) if entry.event else ("", "")
    if entry.kind not in drafting.KINDS or not ((union, area) == ("", "") or visit.scope.allows(union, area)):
        raise NotFound
    if entry.event is None and not visit.scope.whole:
        raise NotFound
    return entry


async def show_copy(visit: Visit) -> Reply:
    """Show the form that asks for the new start."""
    entry = await _source(visit)
    starts = drafting.suggested_start(entry, visit.now)
    return View(
        "event_copy.html",
        {
            "entry": entry, "title": drafting.suggested_title(entry, starts), "starts": _typed(starts),
            "policies": POLICIES,
        },
    )  # fmt: skip


async def make(visit: Visit) -> Reply:
    """Make the event, and let last year's step back once it is over."""
    entry = await _source(visit)
    starts, title = _start(visit), _title(visit)
    if entry.event is None:
        policy = visit.said("policy")
        if policy not in POLICIES:
            raise Refused("event_wrong")
        bodies = {entry.slug: drafting.planned(entry, title, starts, policy, now=visit.now)}
    else:
        slug = await content_events.free_slug(visit.session, drafting.slug_of(entry, starts))
        made = drafting.copied(entry, title, starts, today=visit.today.date())
        made["event"] |= _part(visit, entry.event)
        bodies = {slug: made}
        last = await events.by_slug(visit.session, entry.slug)
        if last is None or last.over(visit.now):
            bodies[entry.slug] = drafting.stepped_back(entry)
    await planning.keep(visit, bodies)
    slug = next(iter(bodies))
    visit.saw(f"/events/{slug}")
    written = await _chain(visit, entry, slug, starts)
    more = f"{written}条通知也照着写好了草稿，时间跟着挪了。" if written else ""
    return Away(f"/events/{slug}/edit", f"建好了。{more}再看一遍日期和名额。")


async def _chain(visit: Visit, last: Entry, slug: str, starts: datetime) -> int:
    """Write the notices of the last time anew, for approval; return how many."""
    if last.event is None or last.starts is None:
        return 0
    by = visit.staff.login
    return await notice_chain.copy(
        visit.session, last.slug, slug, move=starts - last.starts, by=by, now=visit.now
    )


def _part(visit: Visit, plan: EventPlan) -> dict[str, str]:
    """Return whom a copy is for when its organiser may not hold it for the same members: for one part of their own."""
    if visit.scope.allows(plan.union, plan.area):
        return {}
    if visit.scope.unions:
        return {"union": min(visit.scope.unions), "area": ""}
    return {"union": "", "area": min(visit.scope.areas)}


async def show(visit: Visit) -> Reply:
    """Show everything of an event that can be changed."""
    event = await planning.own(visit)
    entry = await planning.entry(visit, event.slug)
    return View("event_edit.html", {"event": event, "entry": entry, "plan": entry.event, "typed": _typed,
                                    "lines": drafting.lines(entry.event) if entry.event else {},
                                    "policy": POLICIES[event.policy]})  # fmt: skip


async def save(visit: Visit) -> Reply:
    """Keep what was changed; whoever is in keeps the place and is told of a new date."""
    event = await planning.own(visit)
    entry = await planning.entry(visit, event.slug)
    body = drafting.body(entry, **_entry_values(visit, entry))
    body["event"] = {**body["event"], **_plan_values(visit, entry)}
    kept = body["event"]["reserved"]
    if {one.name for one in await events.categories(visit.session, event)} - set(body["event"]["categories"]):
        raise Refused("category_stays")
    for one in await events.reservations(visit.session, event):
        if one.union not in kept:
            changes = await allotment.drop_reservation(visit.session, event, one.union, now=visit.now)
            await planning.tell(visit, changes)
    await planning.keep(visit, {event.slug: body})
    return Away(f"/events/{event.slug}", "改好了。改了时间的，报上的人会收到消息。")


def _entry_values(visit: Visit, entry: Entry) -> dict[str, Any]:
    starts, opens, closes = _start(visit), visit.moment("opens"), visit.moment("closes")
    if not (opens and closes and opens < closes):
        raise Refused("event_dates")
    return {
        "title": _title(visit), "starts": starts, "opens": opens, "closes": closes, "place": visit.said("place"),
        "answer": visit.said("answer") or entry.answer, "detail": visit.said("detail"),
    }  # fmt: skip


def _plan_values(visit: Visit, entry: Entry) -> Mapping[str, Any]:
    union, area = visit.said("only_union"), visit.said("only_area")
    if not visit.scope.allows(union, area):
        raise Refused("event_part")
    plan, starts = entry.event, _start(visit)
    assert plan is not None  # noqa: S101 -- an event that is published has its plan
    by = starts - (entry.starts or starts)
    ends, until = visit.moment("finishes"), visit.moment("cancel_until")
    if ends and ends <= starts:
        raise Refused("event_dates")
    return {
        "places": drafting.whole_number(visit.said("places")),
        "party": drafting.whole_number(visit.said("party")) or 1,
        "members_only": bool(visit.said("members_only")),
        "categories": drafting.categories(visit.said("categories")),
        "reserved": {
            name: one.model_dump(mode="json") for name, one in drafting.reserved(visit.said("reserved")).items()
        },
        "dates": [(day + by).isoformat() for day in plan.dates],
        "ends": ends.isoformat() if ends else None,
        "cancel_until": until.isoformat() if until else None,
        "address": visit.said("address"), "map": visit.said("map"), "union": union, "area": area,
    }  # fmt: skip


def _start(visit: Visit) -> datetime:
    starts = visit.moment("starts")
    if starts is None:
        raise Refused("event_dates")
    return starts


def _title(visit: Visit) -> str:
    title = visit.said("title")
    if not 0 < len(title) <= drafting.TITLE_LENGTH:
        raise Refused("event_title")
    return title


def _typed(moment: datetime | None) -> str:
    """Return a moment as the browser's field for it takes it."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M") if moment else ""


pages = (
    Page("/event-templates", "办新活动", ORGANISERS, show_templates),
    Page("/events/{key}/copy", "再办一次", ORGANISERS, show_copy, {"make": Action("办新活动", make)}),
    Page("/events/{key}/edit", "修改活动", ORGANISERS, show, {"save": Action("修改活动", save)}),
)
