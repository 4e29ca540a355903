"""Whether one member got a notice: the letters of it, with names and telephones masked."""

from handlers import wording
from handlers.console import Page, Reply, View, Visit, whole
from handlers.notice_desk import WRITERS, one
from models import members, recipients
from models.members import Member
from models.outbox import Letter

STATES = {
    "sent": "发到了", "waiting": "排着队", "leased": "正在发", "held": "等打开网页", "failed": "没发成", "gone": "地址没了",
    "skipped": "没有发", "unknown": "不知道到了没有",
}  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show a page of letters, or those to whom was asked for."""
    notice = await one(visit)
    asked = {name: visit.query.get(name, "").strip() for name in ("who", "state")}
    found = await recipients.search(
        visit.session, visit.scope, notice, **asked, after=whole(visit.query.get("after", "")) or 0
    )
    more = found[-1][0].id if len(found) == recipients.PAGE else 0
    return View("notice_people.html", {
        "notice": notice, "asked": asked, "states": STATES, "more": more,
        "rows": [_row(letter, member) for letter, member in found],
    })  # fmt: skip


def _row(letter: Letter, member: Member) -> dict[str, object]:
    return {
        "name": wording.masked_name(member.name or "") or "没写名字",
        "phone": members.masked(member.phone or ""),
        "union": member.union_name,
        "channel": letter.channel,
        "state": STATES.get(letter.state, letter.state),
        "at": letter.settled_at,
    }


pages = (Page("/notices/{number}/people", "谁收到了", WRITERS, show, personal=True),)
