"""One sign-up: what was said, what was done to it by whom, and what staff can do about it."""

from handlers import planning
from handlers.console import Action, Away, Page, Reply, View, Visit
from handlers.planning import ORGANISERS
from models import allotment, events, members, offers, participants, places, signups
from models.base import Refused
from models.events import Event
from models.places import Change, Place

WHATS = {
    "state": "状态", "priority": "排队先后", "category": "组别", "answers": "填写", "event_moved": "改期",
    "coming": "来不来", "phone seen": "看手机号", "tick": "手机补签",
}  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one sign-up with its history."""
    return await _page(visit, *await _one(visit))


async def _page(visit: Visit, event: Event, place: Place, phone: str = "") -> Reply:
    categories = await events.categories(visit.session, event)
    names = {found.id: found.name for found in categories}
    return View(
        "event_place.html",
        {
            "event": event, "place": place, "states": planning.STATES, "whats": WHATS, "categories": categories,
            "group": names.get(place.category_id or 0, ""), "label": places.label(event, place),
            "phone": phone or members.masked(place.phone), "full": bool(phone),
            "history": await places.history(visit.session, place),
            "standing": await places.standing(visit.session, place) if place.state == places.WAITING else None,
        },
    )  # fmt: skip


async def _one(visit: Visit) -> tuple[Event, Place]:
    event = await planning.own(visit)
    return event, await planning.place_of(visit, event, visit.path["number"])


async def _done(visit: Visit, changes: list[Change], said: str) -> Reply:
    await planning.tell(visit, changes)
    return Away(f"/events/{visit.path['key']}/places/{visit.path['number']}", said)


async def cancel(visit: Visit) -> Reply:
    """Take somebody out, with the reason that they are told."""
    _, place = await _one(visit)
    changes = await signups.cancel(
        visit.session, place, by=visit.staff.login, reason=visit.said("reason"), now=visit.now
    )
    return await _done(visit, changes, "报名取消了，本人会收到消息。")


async def reject(visit: Visit) -> Reply:
    """Turn a sign-up down for good, with the reason that they are told."""
    _, place = await _one(visit)
    changes = await signups.reject(
        visit.session, place, visit.staff.login, reason=visit.said("reason"), now=visit.now
    )
    return await _done(visit, changes, "没有通过，本人会收到消息。")


async def approve(visit: Visit) -> Reply:
    """Let a sign-up in, or into the line."""
    _, place = await _one(visit)
    changes = await signups.approve(visit.session, place, visit.staff.login, now=visit.now)
    return await _done(visit, changes, "通过了，结果已经告诉本人。")


async def take(visit: Visit) -> Reply:
    """Note that the member said yes to the place on the telephone."""
    _, place = await _one(visit)
    changes = await offers.confirm(visit.session, place, by=visit.staff.login, now=visit.now)
    return await _done(
        visit, changes, "替本人确认了。" if place.state == places.CONFIRMED else "这个名额已经过时了。"
    )


async def leave(visit: Visit) -> Reply:
    """Note that the member said no to the place on the telephone."""
    _, place = await _one(visit)
    changes = await offers.decline(visit.session, place, by=visit.staff.login, now=visit.now)
    return await _done(visit, changes, "名额让给下一位了。")


async def move(visit: Visit) -> Reply:
    """Put one who waits before or behind all others; the reason stays with it."""
    event, place = await _one(visit)
    first = visit.said("to") == "first"
    priority = await participants.end_of_line(visit.session, event, first=first)
    changes = await allotment.change_priority(
        visit.session, place, priority, by=visit.staff.login, reason=visit.said("reason"), now=visit.now
    )
    return await _done(visit, changes, "排到最前面了。" if first else "排到最后面了。")


async def regroup(visit: Visit) -> Reply:
    """Move one who waits to another category; the rank stays."""
    _, place = await _one(visit)
    changes = await allotment.move_category(
        visit.session, place, visit.said("category"),
        by=visit.staff.login, reason=visit.said("reason"), now=visit.now,
    )  # fmt: skip
    return await _done(visit, changes, "换好组了。")


async def show_phone(visit: Visit) -> Reply:
    """Show the number in full to who says why; it is written down with the sign-up."""
    event, place = await _one(visit)
    if not (reason := visit.said("reason")):
        raise Refused("look_reason")
    places.note(
        visit.session, place, "phone seen", place.state, place.state,
        by=visit.staff.login, reason=reason, now=visit.now,
    )  # fmt: skip
    await visit.session.flush()
    return await _page(visit, event, place, place.phone)


pages = (
    Page(
        "/events/{key}/places/{number}", "一份报名", ORGANISERS, show,
        {
            "cancel": Action("取消报名", cancel), "reject": Action("不通过报名", reject),
            "approve": Action("通过报名", approve), "take": Action("替本人要名额", take),
            "leave": Action("替本人让名额", leave), "move": Action("调整排队", move),
            "regroup": Action("换组", regroup), "phone": Action("看完整手机号", show_phone),
        },
        personal=True,
    ),
)  # fmt: skip
