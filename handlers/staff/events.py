"""Events: all of them, and one with its numbers, its door, its lists and what can be done about it."""

import io

import segno

from handlers import planning
from handlers.console import Action, Away, Page, Reply, Sheet, View, Visit, whole
from handlers.planning import LOOKERS, ORGANISERS
from models import doors, events, lists, notices, participants, postponement, sheets_out, walls
from models.base import Refused

WHEN = {"": "全部", "open": "正在报名", "ahead": "还没开始", "past": "办过的"}
STANDINGS = {"registered": "报上的", "waiting": "排队的", "attended": "到场的", "missed": "没到的"}
TABLES: dict[str, lists.Kind] = {"名单": "roster", "到场": "attendance", "排队": "waiting"}


async def show_all(visit: Visit) -> Reply:
    """Show the events, with how many have signed up."""
    when, title = visit.query.get("when", ""), visit.query.get("title", "").strip()
    skip = whole(visit.query.get("skip", "")) or 0
    found = await participants.listed(
        visit.session, visit.scope, when=when, title=title, skip=skip, now=visit.now
    )
    shown = found[: participants.PAGE]
    counted = await participants.numbers(visit.session, [event.id for event in shown])
    more = skip + participants.PAGE if len(found) > participants.PAGE else 0
    return View(
        "events.html",
        {"events": shown, "counted": counted, "when": when, "title": title, "more": more, "whens": WHEN,
         "may": bool(visit.rights.roles & ORGANISERS)},
    )  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one event."""
    event = await planning.seen(visit)
    may = visit.rights.scope(ORGANISERS).allows(event.union, event.area)
    return View("event.html", {"event": event, "may": may, "standings": STANDINGS, "tables": TABLES,
                               "works": await walls.count(visit.session, event.slug),
                               **await _numbers(visit)})  # fmt: skip


async def live(visit: Visit) -> Reply:
    """Show the numbers as they change."""
    return View("event_numbers.html", await _numbers(visit))


async def _numbers(visit: Visit) -> dict[str, object]:
    event = await planning.seen(visit)
    counted = (await participants.numbers(visit.session, [event.id]))[event.id]
    return {
        "event": event, "counted": counted, "states": planning.STATES,
        "categories": await events.categories(visit.session, event),
        "reservations": await events.reservations(visit.session, event),
    }  # fmt: skip


async def call_off(visit: Visit) -> Reply:
    """Call the event off; everybody who is in is told why."""
    event = await planning.own(visit)
    reason = visit.said("reason")
    await planning.tell(
        visit,
        await postponement.call_off(visit.session, event, by=visit.staff.login, reason=reason, now=visit.now),
    )
    return Away(f"/events/{event.slug}", "活动取消了，报名的人都会收到消息。")


async def open_door(visit: Visit) -> Reply:
    """Show the link of the door, made out to the colleague who asks, as a picture too."""
    event = await planning.own(visit)
    link = f"{visit.site}/checkin/{doors.token(event, visit.staff.login, now=visit.now)}"
    picture = io.BytesIO()
    segno.make(link, micro=False).save(picture, kind="svg", scale=4, border=4, xmldecl=False, svgns=True)
    return View("event_door.html", {"event": event, "link": link, "picture": picture.getvalue().decode()})


async def export(visit: Visit) -> Reply:
    """Give a list away as a table; phones stand in full only where a reason is given, and each is written down."""
    event = await planning.own(visit)
    title = visit.said("list")
    if title not in TABLES:
        raise Refused("list_unknown")
    reason = visit.said("reason")
    staff = visit.staff.login if reason else ""
    table = await lists.rows(visit.session, event, TABLES[title], staff=staff, reason=reason, now=visit.now)
    return Sheet(f"{event.title}-{title}.xlsx", sheets_out.xlsx(table, title=title))


async def write(visit: Visit) -> Reply:
    """Begin a notice to those who take part, as a draft."""
    event = await planning.own(visit)
    plan = planning.notice(event, visit.chosen("to"), visit.said("text"))
    draft = await notices.draft(visit.session, plan, visit.staff.login, now=visit.now)
    return Away(f"/notices/{draft.id}", "草稿写好了，看一看再发。")


pages = (
    Page("/events", "活动", LOOKERS, show_all, menu="活动", rank=30),
    Page(
        "/events/{key}", "活动", LOOKERS, show,
        {
            "call_off": Action("取消活动", call_off, ORGANISERS), "door": Action("开签到链接", open_door, ORGANISERS),
            "export": Action("导出名单", export, ORGANISERS), "write": Action("给参加的人写通知", write, ORGANISERS),
        },
        live=live,
    ),
)  # fmt: skip
