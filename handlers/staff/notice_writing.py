"""Writing a notice: from nothing or from a ready one, with a look at it as each channel shows it."""

from collections.abc import Mapping
from typing import Any

from config.notices import TOPICS, Plan
from handlers import carrying, composing, noticing
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit
from handlers.notice_desk import KINDS, WRITERS, one
from models import newsroom, notices, progress, wechat_reach
from models.notices import Notice

CLUB = "club"
BUTTON_ROWS = 3
EDITABLE = (notices.DRAFT, notices.APPROVED, notices.SCHEDULED)


async def show_new(visit: Visit) -> Reply:
    """Show the empty form, or a ready notice."""
    return await _form(visit, await _ready(visit))


async def preview_new(visit: Visit) -> Reply:
    """Show the form again, beside it what members will read and how many they are."""
    given = await _ready(visit)
    return await _form(visit, given, await composing.plan(visit, given))


async def save_new(visit: Visit) -> Reply:
    """Keep what was written as a draft."""
    plan = await composing.plan(visit, await _ready(visit))
    notice = await notices.draft(visit.session, plan, visit.staff.login, now=visit.now)
    return Away(f"/notices/{notice.id}", "草稿存好了。")


async def show(visit: Visit) -> Reply:
    """Show the form with a notice that has not begun."""
    notice = await _shown(visit)
    if notice.state not in EDITABLE:
        return Away(f"/notices/{notice.id}", visit.say("refused.notice_begun"))
    given = composing.from_notice(visit, notice)
    return await _form(visit, given, None if visit.fault else notice)


async def preview(visit: Visit) -> Reply:
    """Show the form again, beside it what members will read and how many they are."""
    given = composing.from_notice(visit, await _shown(visit))
    return await _form(visit, given, await composing.plan(visit, given))


async def save(visit: Visit) -> Reply:
    """Write the notice anew; it must be approved again."""
    notice = await _shown(visit)
    plan = await composing.plan(visit, composing.from_notice(visit, notice))
    await notices.edit(visit.session, notice.id, plan, visit.staff.login, now=visit.now)
    return Away(f"/notices/{notice.id}", "改好了，要重新批准。")


async def _ready(visit: Visit) -> Mapping[str, Any]:
    return await composing.from_template(visit, visit.said("template", visit.query.get("template", "")))


async def _shown(visit: Visit) -> Notice:
    """Return the notice that the address names, if the form shows all of its audience."""
    notice = await one(visit)
    if not composing.fits(notice.whom):
        raise NotFound
    return notice


async def _form(visit: Visit, given: Mapping[str, Any], written: Plan | Notice | None = None) -> Reply:
    content = visit.content
    rows = range(max(BUTTON_ROWS, len(given["choices"]) + 1))
    return View("notice_form.html", {
        "given": given, "blanks": composing.blanks(visit, given), "rows": rows, "kinds": KINDS,
        "topics": {topic: visit.say(f"notices.topic.{topic}") for topic in TOPICS},
        "templates": {key: one.title for key, one in content.notices.items() if composing.fits(one.audience)},
        "clubs": {entry.slug: entry.title for entry in content.entries if entry.kind == CLUB},
        "suggested": await newsroom.suggested(visit.session, visit.scope), "targets": composing.targets(visit),
        "channels": composing.CHANNELS, "languages": composing.LANGUAGES, "standings": composing.STANDINGS,
        "reached": composing.REACHED,
        "kept": carrying.kept(visit, given, written),
        "seal": carrying.sealed, "looked_at": await _looked_at(visit, written) if written else None,
    })  # fmt: skip


async def _looked_at(visit: Visit, written: Plan | Notice) -> Mapping[str, object]:
    """Return how the notice is read by this member of staff, and whom it reaches."""
    if isinstance(written, Plan):
        written = Notice(id=0, created_at=visit.now, **notices.columns(written))
    plan = await progress.forecast(
        visit.session,
        written,
        visit.rates,
        wechat_reach.ways(visit.ways.grade, visit.content.wechat.forms, written),
        now=visit.now,
    )
    return {"reading": noticing.reading(written, visit.staff.name), "plan": plan}


pages = (
    Page(
        "/notices/new", "写通知", WRITERS, show_new,
        {"preview": Action("预览", preview_new, silent=True), "save": Action("写通知", save_new)},
    ),
    Page(
        "/notices/{number}/edit", "改通知", WRITERS, show,
        {"preview": Action("预览", preview, silent=True), "save": Action("改通知", save)},
    ),
)  # fmt: skip
