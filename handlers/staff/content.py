"""Programmes, answers, texts and lists: looked through, edited now or for a time, made and taken away."""

from collections.abc import Mapping
from typing import Any

from config.content import Body, Shelf
from config.entries import TOPICS
from handlers import editing, rules_typed, typed
from handlers.console import EVERYBODY, Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import catalogue, drafts, unanswered
from models.base import Refused
from models.content import Published

EDITORS = frozenset({"administrator", "editor"})
SHELVES: Mapping[Shelf, str] = {
    "articles": "问答", "programmes": "项目和活动", "texts": "话术", "lists": "名单", "notices": "通知模板",
}  # fmt: skip
LISTS = {
    "phones": "电话", "directory": "站点、书屋、职工之家、分会", "duty": "值班", "danger": "危险信号和应答",
    "guards": "先挡下的词", "development": "校准用的问题", "forms": "表单",
    "figures": "法律上的数", "retention": "保留期限", "parties": "五方",
}  # fmt: skip
KINDS = {
    "service": "服务", "aid": "帮扶", "contest": "比赛", "training": "培训", "festival": "艺术节", "lecture": "讲座",
    "outing": "出游", "tickets": "票", "club": "社团", "article": "问答",
}  # fmt: skip


async def show_all(visit: Visit) -> Reply:
    """Show one page of a shelf."""
    shelf = _shelf(visit.query.get("shelf") or "articles")
    words, page = visit.query.get("q", "").strip(), whole(visit.query.get("page", "")) or 0
    lines, more = await catalogue.listed(visit.session, shelf, words=words, page=page)
    return View("content.html", {"shelf": shelf, "shelves": SHELVES, "lists": LISTS, "lines": lines,
                                 "words": words, "number": page, "more": more})  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one piece in a form that fits it."""
    shelf, key, row = await _one(visit)
    planned = await drafts.of(visit.session, shelf, key, "staff")
    return _form(visit, shelf, row.body, {"key": key, "row": row, "planned": planned})


async def show_new(visit: Visit) -> Reply:
    """Show the empty form of a new entry, with the questions that it is to answer."""
    shelf = _shelf(visit.path["name"], typed.ENTRIES)
    asked = await unanswered.some(visit.session, editing.numbers(visit.query.get("questions", "")))
    body = {"kind": "article" if shelf == "articles" else "service",
            "phrasings": [unanswered.plain(one.text) for one in asked], "checked_on": f"{visit.today:%Y-%m-%d}",
            "next": [{"label": "转人工", "to": "human"}]}  # fmt: skip
    return _form(visit, shelf, body, {"key": "", "row": None, "planned": None,
                                      "numbers": ",".join(str(one.id) for one in asked)})  # fmt: skip


def _form(visit: Visit, shelf: Shelf, body: Body, more: dict[str, Any]) -> View:
    values = {
        "shelf": shelf, "shelves": SHELVES, "lists": LISTS, "kinds": KINDS, "labels": typed.LABELS, "topics": TOPICS,
        "fields": typed.fields(shelf, body), "may": bool(visit.rights.roles & EDITORS), "numbers": "",
        "steps": rules_typed.STEPS, "once": rules_typed.ONCE, "switch": rules_typed.SWITCH,
    }  # fmt: skip
    return View("content_one.html", values | more)


async def save(visit: Visit) -> Reply:
    """Publish the piece as it was typed."""
    shelf, key, _ = await _one(visit)
    await editing.save(visit, shelf, key, typed.body(shelf, visit.said), was=whole(visit.said("was")))
    return Away(f"/content/{shelf}/{key}", "保存了，会员马上就能看到。")


async def plan(visit: Visit) -> Reply:
    """Keep the piece as it was typed until its time comes."""
    shelf, key, _ = await _one(visit)
    due = visit.moment("due")
    if due is None:
        raise Refused("draft_when")
    await editing.plan(visit, shelf, key, typed.body(shelf, visit.said), due, was=whole(visit.said("was")))
    return Away(f"/content/{shelf}/{key}", "排好了，到时候自动发布。")


async def unplan(visit: Visit) -> Reply:
    """Drop what was planned."""
    editing.own(visit)
    shelf, key, _ = await _one(visit)
    if planned := await drafts.of(visit.session, shelf, key, "staff"):
        await visit.session.delete(planned)
    return Away(f"/content/{shelf}/{key}", "定时发布取消了。")


async def add(visit: Visit) -> Reply:
    """Publish a new entry; the questions that it answers are solved."""
    shelf = _shelf(visit.path["name"], typed.ENTRIES)
    key = visit.said("key")
    if await catalogue.entry_shelf(visit.session, key):
        raise Refused("content_taken")
    if not editing.KEY.fullmatch(key):
        raise Refused("content_key")
    await editing.save(visit, shelf, key, typed.body(shelf, visit.said), was=0)
    await editing.solve(visit)
    return Away(f"/content/{shelf}/{key}", "加好了，会员马上就能问到。")


async def remove(visit: Visit) -> Reply:
    """Take away an entry that staff have made."""
    shelf, key, _ = await _one(visit)
    await editing.remove(visit, shelf, key)
    return Away(f"/content/{shelf}/{key}/versions", "删掉了。要找回来，在下面恢复。")


def _shelf(name: str, allowed: Any = SHELVES) -> Shelf:
    for shelf in SHELVES:
        if shelf == name and shelf in allowed:
            return shelf
    raise NotFound


async def _one(visit: Visit) -> tuple[Shelf, str, Published]:
    shelf, key = _shelf(visit.path["name"]), visit.path["key"]
    row = await catalogue.one(visit.session, shelf, key)
    if row is None:
        raise NotFound
    return shelf, key, row


pages = (
    Page("/content", "内容", EVERYBODY, show_all, menu="内容", rank=50),
    Page("/content/new/{name}", "新内容", EDITORS, show_new, {"add": Action("新建内容", add)}),
    Page(
        "/content/{name}/{key}", "内容", EVERYBODY, show,
        {
            "save": Action("改内容", save, EDITORS), "plan": Action("定时发布", plan, EDITORS),
            "unplan": Action("取消定时发布", unplan, EDITORS), "remove": Action("删内容", remove, EDITORS),
        },
    ),
)  # fmt: skip
