"""One conversation: what was said, the member beside it, and all that a colleague does about it."""

import re

from handlers import desk, sending
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.desk import Said
from models import absences, canned, caseload, handling, handoffs, places, staff
from models.base import Refused
from models.caseload import LINES
from models.files import Missing
from models.handoffs import HandOff, HandOffLine
from models.members import Member, masked
from models.rights import ANSWERING

BETWEEN = re.compile(r"[\s,，、;；]+")
STATES = {
    places.PENDING: "等审核", places.CONFIRMED: "有名额", places.WAITING: "候补", places.OFFERED: "等他答应",
    places.ATTENDED: "到了", places.NO_SHOW: "没来",
}  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show a conversation."""
    handoff, member = await _one(visit)
    colleagues = await absences.able(visit.session, member, today=visit.today.date())
    return View("conversation.html", await _thread(visit, handoff) | {
        "member": member, "phone": masked(member.phone or ""), "colleagues": colleagues,
        "states": STATES, "places": await places.mine(visit.session, member),
        "earlier": await caseload.earlier(visit.session, handoff),
        "labels": (await handling.labels_of(visit.session, [handoff]))[handoff.id],
        "known": await caseload.known_labels(visit.session, visit.scope),
        "canned": await canned.listed(visit.session),
    })  # fmt: skip


async def show_thread(visit: Visit) -> Reply:
    """Show what changes by itself: the lines, who has the conversation, and who else reads it."""
    handoff, _ = await _one(visit)
    return View("conversation_thread.html", await _thread(visit, handoff))


async def take(visit: Visit) -> Reply:
    """Speak with the member from now on."""
    handoff, _ = await _one(visit, lock=True)
    await desk.take(visit.session, visit.content, handoff, visit.staff.login, now=visit.now)
    return _back(handoff, "接过来了，小助手不再说话。")


async def answer(visit: Visit) -> Reply:
    """Bring the member what was written or chosen, and take the conversation with it."""
    handoff, _ = await _one(visit, lock=True)
    said = Said(await _words(visit), await sending.sent(visit))
    await desk.answer(visit.session, visit.content, handoff, visit.staff.login, said, now=visit.now)
    return _back(handoff, "发给会员了。")


async def remark(visit: Visit) -> Reply:
    """Note something for colleagues only."""
    handoff, _ = await _one(visit)
    handoffs.remark(visit.session, handoff, visit.staff.login, visit.said("note"), now=visit.now)
    return _back(handoff, "记下了，会员看不到。")


async def hand_over(visit: Visit) -> Reply:
    """Give the conversation to a colleague, or fetch it from one."""
    handoff, member = await _one(visit, lock=True)
    there = await absences.able(visit.session, member, today=visit.today.date())
    to = next((one for one in there if one.login == visit.said("to")), None)
    if to is None:
        raise Refused("colleague_unknown")
    await desk.hand_over(visit.session, visit.content, handoff, to, now=visit.now)
    return _back(handoff, f"转给{to.name}了。")


async def close(visit: Visit) -> Reply:
    """End the conversation; the bot goes on."""
    handoff, _ = await _one(visit, lock=True)
    await desk.close(visit.session, visit.content, handoff, now=visit.now)
    return Away("/inbox?box=mine", f"第{handoff.id}号结束了，小助手接着服务。")


async def snooze(visit: Visit) -> Reply:
    """Put the conversation off until a moment, or fetch it back."""
    handoff, _ = await _one(visit, lock=True)
    until = visit.moment("until")
    handling.snooze(handoff, visit.staff.login, until, now=visit.now)
    return _back(handoff, "先放放，到时候回到“我接的”。" if until else "放回“我接的”了。")


async def label(visit: Visit) -> Reply:
    """Set the labels."""
    handoff, _ = await _one(visit)
    await handling.label(visit.session, handoff, BETWEEN.split(visit.said("labels")))
    return _back(handoff, "标签改好了。")


async def file(visit: Visit) -> Reply:
    """Give out what came along with a line."""
    handoff, _ = await _one(visit)
    line = await visit.session.get(HandOffLine, whole(visit.path["key"]) or 0)
    if line is None or line.handoff_id != handoff.id or not line.digest:
        raise NotFound
    try:
        body = await visit.store.get(line.digest)
    except Missing as missing:
        raise NotFound from missing
    own = line.author == handoffs.MEMBER
    return sending.given_out(f"{handoff.id}-{line.id}" if own else line.text, body, line.kind, own=own)


async def _one(visit: Visit, *, lock: bool = False) -> tuple[HandOff, Member]:
    found = await caseload.one(visit.session, visit.scope, visit.number)
    if found is None:
        raise NotFound
    if lock:  # two colleagues may press at the same moment
        await visit.session.refresh(found[0], with_for_update=True)
    return found


async def _thread(visit: Visit, handoff: HandOff) -> dict[str, object]:
    lines = await caseload.lines(visit.session, handoff, before=whole(visit.query.get("before", "")) or 0)
    others = await handling.read(visit.session, handoff, visit.staff.login, now=visit.now)
    logins = {*others, handoff.taken_by, *(line.author for line in lines)}
    names = await staff.names(visit.session, logins)
    return {
        "handoff": handoff, "lines": lines, "names": names, "others": others,
        "older": lines[0].id if len(lines) == LINES else 0, "files": handoffs.FILES,
    }  # fmt: skip


async def _words(visit: Visit) -> str:
    chosen = visit.said("canned")
    if not chosen:
        return visit.said("text")
    found = await visit.session.get(canned.CannedAnswer, whole(chosen) or 0)
    if found is None:
        raise NotFound
    return found.text


def _back(handoff: HandOff, said: str) -> Away:
    return Away(f"/inbox/{handoff.id}", said)


pages = (
    Page(
        "/inbox/{number}", "对话", ANSWERING, show,
        {
            "take": Action("接对话", take), "answer": Action("回复会员", answer), "note": Action("记内部备注", remark),
            "hand_over": Action("转交对话", hand_over), "close": Action("结束对话", close),
            "snooze": Action("推后对话", snooze), "label": Action("改标签", label),
        },
        live=show_thread, personal=True,
    ),
    Page("/inbox/{number}/files/{key}", "对话里的文件", ANSWERING, file, personal=True),
)  # fmt: skip
