"""Notices: the list, and one with all that can be done about it, from its approval to its results."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import composing, noticing
from handlers.console import Action, Away, Page, Reply, View, Visit, whole
from handlers.notice_desk import APPROVERS, KINDS, READERS, STATES, TONES, WRITERS, one
from models import answers, corrections, newsroom, notices, outbox, progress, wechat_reach
from models.base import Refused
from models.messages import Address
from models.notices import APPROVED, CANCELLED, DONE, DRAFT, EXPANDING, PAUSED, RUNNING, SCHEDULED, Notice

TEST = "notices.test"
REASONS = {
    "late": "过了有效时间", "blocked": "对方停用了", "opted_out": "不想收", "duplicate": "同一个人收过了",
    "failed": "没发成", "gone": "地址没了", "skipped": "没有发", "unknown": "不知道到了没有", "cancelled": "取消了",
}  # fmt: skip
WHY = {"edited": "改过", "corrected": "发了更正", "tried again": "重发失败的"}
"""What the program writes down as the reason of a step, as staff read it; what they wrote stays."""
MAY = {
    "edit": (DRAFT, APPROVED, SCHEDULED), "schedule": (APPROVED, SCHEDULED), "pause": (RUNNING,), "resume": (PAUSED,),
    "cancel": notices.ENDABLE, "correct": (EXPANDING, RUNNING, PAUSED, DONE, CANCELLED), "retry": (RUNNING, DONE),
}  # fmt: skip
"""In which states the page offers what."""


async def show_all(visit: Visit) -> Reply:
    """Show a page of notices, the newest first."""
    asked = {name: visit.query.get(name, "").strip() for name in ("state", "title")}
    found = await newsroom.search(
        visit.session, visit.scope, **asked, before=whole(visit.query.get("before", "")) or 0
    )
    older = found[-1].id if len(found) == newsroom.PAGE else 0
    return View("notices.html", {
        "found": found, "asked": asked, "older": older, "states": STATES, "tones": TONES, "kinds": KINDS,
        "writes": bool(visit.rights.roles & WRITERS),
    })  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one notice: its words, whom it reaches or how it went, and what can be done."""
    notice = await one(visit)
    begun = notice.started_at is not None or notice.state in (EXPANDING, RUNNING)
    plan = (
        None
        if begun
        else await progress.forecast(
            visit.session,
            notice,
            visit.rates,
            wechat_reach.ways(visit.ways.grade, visit.content.wechat.forms, notice),
            now=visit.now,
        )
    )
    results = await _results(visit, notice) if begun else {"unions": {}, "presses": {}}
    return View("notice.html", {
        **await _going(visit, notice), **results, "plan": plan, "reading": noticing.reading(notice, visit.staff.name),
        "kinds": KINDS, "steps": await notices.steps(visit.session, notice), "states": STATES,
        "why": WHY, "can": {what for what, states in MAY.items() if notice.state in states},
        "fits": composing.fits(notice.whom), "writes": bool(visit.rights.roles & WRITERS),
        "approves": bool(visit.rights.roles & APPROVERS),
    })  # fmt: skip


async def going(visit: Visit) -> Reply:
    """Show how far a notice is, over and over."""
    return View("notice_going.html", await _going(visit, await one(visit)))


async def _going(visit: Visit, notice: Notice) -> Mapping[str, Any]:
    counted = await progress.counts(visit.session, notice, now=visit.now)
    return {
        "notice": notice, "state": STATES[notice.state], "tone": TONES[notice.state], "total": counted.total,
        "sent": counted.of(progress.SENT), "queued": counted.of(*progress.QUEUED), "held": counted.of(outbox.HELD),
        "missed": sum(counted.reasons.values()), "last_minute": counted.last_minute,
        "reasons": {REASONS.get(reason, reason): number for reason, number in counted.reasons.items()},
    }  # fmt: skip


async def _results(visit: Visit, notice: Notice) -> Mapping[str, Any]:
    """Return who got it by union, and which of its buttons were pressed."""
    labels = {button.get("to", ""): button["label"] for button in notice.choices}
    pressed = await answers.counts(visit.session, notice.id)
    return {
        "unions": await progress.unions(visit.session, notice),
        "presses": {labels.get(action, action): number for action, number in pressed.items()},
    }


async def test(visit: Visit) -> Reply:
    """Send the notice to this member of staff alone."""
    notice, staff = await one(visit), visit.staff
    if not staff.channel or not staff.address:
        raise Refused("staff_unbound")
    told = noticing.reading(notice, staff.name).message
    letter = replace(told, text=visit.say(TEST, text=told.text), lane="timely")
    await outbox.put(visit.session, Address(staff.channel, staff.address), letter, due=visit.now)
    return _back(notice, "测试发给您了，看看手机。")


async def approve(visit: Visit) -> Reply:
    """Let the notice go as it stands."""
    notice = await one(visit)
    size = await newsroom.approve(visit.session, notice.id, visit.staff.login, now=visit.now)
    return _back(notice, f"批准了，发给 {size} 位会员。下一步定时间。")


async def pause(visit: Visit) -> Reply:
    """Let no further letter leave."""
    notice = await one(visit)
    await notices.pause(
        visit.session, notice.id, visit.staff.login, reason=visit.said("reason"), now=visit.now
    )
    return _back(notice, "停住了，已经发出的收不回来。")


async def resume(visit: Visit) -> Reply:
    """Let the notice go on."""
    notice = await one(visit)
    await notices.resume(visit.session, notice.id, visit.staff.login, now=visit.now)
    return _back(notice, "接着发了。")


async def cancel(visit: Visit) -> Reply:
    """End the notice; what has left has left."""
    notice = await one(visit)
    await notices.cancel(
        visit.session, notice.id, visit.staff.login, reason=visit.said("reason"), now=visit.now
    )
    return _back(notice, "取消了。")


async def recall(visit: Visit) -> Reply:
    """End the notice and take back what a channel lets go."""
    notice, reason = await one(visit), visit.said("reason")
    if not reason:
        raise Refused("reason_missing")
    back = await corrections.recall(visit.session, notice.id, visit.staff.login, reason=reason, now=visit.now)
    return _back(back, "正在收回，能收回的都收。")


async def correct(visit: Visit) -> Reply:
    """Tell what is right to exactly those who got it."""
    notice, what, text = await one(visit), visit.said("what"), visit.said("text")
    if not what or not text:
        raise Refused("notice_correction")
    right = await noticing.correct(
        visit.session, visit.content, notice.id, what, text, visit.staff.login, now=visit.now
    )
    return _back(right, "更正会发给收到的人。")


async def retry(visit: Visit) -> Reply:
    """Send again what failed."""
    notice = await one(visit)
    number = await corrections.again(visit.session, notice.id, visit.staff.login, now=visit.now)
    return _back(notice, f"再发 {number} 封。")


async def copy(visit: Visit) -> Reply:
    """Make a draft with the same words and audience."""
    notice = await one(visit)
    own = await notices.copy(visit.session, notice.id, visit.staff.login, now=visit.now)
    return _back(own, "照着写了一份草稿。")


def _back(notice: Notice, said: str) -> Away:
    return Away(f"/notices/{notice.id}", said)


def _for_writers(**actions: Action) -> dict[str, Action]:
    return {name: replace(action, roles=WRITERS) for name, action in actions.items()}


pages = (
    Page("/notices", "通知", READERS, show_all, menu="通知", rank=20),
    Page(
        "/notices/{number}", "通知", READERS, show,
        {
            "approve": Action("批准通知", approve, APPROVERS),
            **_for_writers(
                test=Action("发测试", test), pause=Action("暂停通知", pause), resume=Action("接着发通知", resume),
                cancel=Action("取消通知", cancel), recall=Action("收回通知", recall), correct=Action("更正通知", correct),
                retry=Action("重发失败的", retry), copy=Action("复制通知", copy),
            ),
        },
        live=going,
    ),
)  # fmt: skip
