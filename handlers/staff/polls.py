"""投票: polls are made, announced by a notice, ended; their shares are shown at the end, and never who chose what."""

import math
from datetime import datetime, timedelta

from config.notices import Audience, Button, Plan
from handlers import noticing
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import newsroom, notices, polls, staff
from models.base import Refused
from models.polls import PAGE, Poll

POLLSTERS = frozenset({"administrator", "editor", "organiser"})
WRITERS = frozenset({"administrator", "editor"})
TITLE, MOST_HOURS = 20, 24 * 90


async def show_all(visit: Visit) -> Reply:
    """Show a page of polls, and the form of a new one."""
    page = whole(visit.query.get("page", "")) or 0
    found = await polls.listed(visit.session, visit.scope, page=page)
    return View("polls.html", {
        "found": found[:PAGE], "more": len(found) > PAGE, "number": page, "state": _state,
        "suggested": await newsroom.suggested(visit.session, visit.scope),
    })  # fmt: skip


async def open_poll(visit: Visit) -> Reply:
    """Ask members, from now on or from a later time."""
    closes, union, area = visit.moment("closes"), visit.said("union"), visit.said("area")
    if not visit.scope.allows(union, area):
        raise Refused("poll_scope")
    if closes is None:
        raise Refused("poll_time")
    poll = await polls.open_poll(
        visit.session, visit.said("question"), _lines(visit.said("answers")), by=visit.staff.login,
        opens=visit.moment("opens") or visit.now, closes=closes, union=union, area=area,
    )  # fmt: skip
    return Away(f"/polls/{poll.id}", "建好了。要告诉会员，点“写通知”。")


async def show(visit: Visit) -> Reply:
    """Show one poll: how many have voted, and the shares when it is over."""
    poll = await _one(visit)
    return View("poll.html", {
        "poll": poll, "state": _state(poll, visit.now), "turnout": await polls.turnout(visit.session, poll),
        "shares": await polls.shares(visit.session, poll, now=visit.now), "floor": polls.FLOOR,
        "over": visit.now >= poll.closes, "writes": bool(visit.rights.roles & WRITERS),
        "by": (await staff.names(visit.session, {poll.by}))[poll.by],
    })  # fmt: skip


async def close(visit: Visit) -> Reply:
    """End a poll before its time."""
    poll = await _one(visit)
    polls.close(poll, now=visit.now)
    return Away(f"/polls/{poll.id}", "结束了，会员能看到结果了。")


async def announce(visit: Visit) -> Reply:
    """Make the draft of a notice with a button that leads to the poll."""
    poll = await _one(visit)
    left = math.floor((poll.closes - visit.now) / timedelta(hours=1))
    if left < 1:
        raise Refused("poll_closed")
    plan = noticing.complete(visit.content, _plan(visit, poll, min(left, MOST_HOURS)), None)
    await newsroom.check(visit.session, visit.scope, plan.audience)
    notice = await notices.draft(visit.session, plan, visit.staff.login, now=visit.now)
    return Away(f"/notices/{notice.id}", "通知草稿写好了，看一看再交批准。")


def _plan(visit: Visit, poll: Poll, hours: int) -> Plan:
    plain = poll.question.replace("{", "").replace("}", "")
    union, area = ((poll.union,) if poll.union else ()), ((poll.area,) if poll.area else ())
    whom = Audience(unions=union, areas=area, everybody=not (union or area))
    button = Button(label=visit.say("poll.go"), to=f"poll:{poll.id}")
    return Plan(
        title=f"投票：{plain[:TITLE]}", text=visit.say("poll.notice", question=plain), topic="activities",
        choices=(button,), audience=whom, valid_hours=hours,
    )  # fmt: skip


def _state(poll: Poll, now: datetime) -> str:
    return "没开始" if now < poll.opens else "正在投" if now < poll.closes else "结束了"


def _lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.strip()]


async def _one(visit: Visit) -> Poll:
    found = await polls.one(visit.session, visit.scope, visit.number)
    if found is None:
        raise NotFound
    return found


pages = (
    Page("/polls", "投票", POLLSTERS, show_all, {"open": Action("开投票", open_poll)}, menu="投票", rank=22),
    Page(
        "/polls/{number}", "投票", POLLSTERS, show,
        {"close": Action("结束投票", close), "announce": Action("写投票的通知", announce, WRITERS)},
    ),
)  # fmt: skip
