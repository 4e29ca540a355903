"""The roster in the browser: a file is sent and checked, looked at, and taken over or thrown away."""

from handlers import persons
from handlers.console import Action, Away, NotFound, Page, Reply, Sheet, View, Visit
from models import roster, roster_imports, sheets_out
from models.base import Refused
from models.roster_imports import RosterImport

LAST, SHOWN = 20, 50
STATES = {
    "sent": "正在检查", "unreadable": "读不出来", "checked": "检查好了", "running": "正在导入", "done": "导入完了", "dropped": "没要",
}  # fmt: skip
REASONS = (
    (" is missing", "没填"), (" is not a name", "不像姓名"), (" is not 8 to 19 digits", "要8到19位数字"),
    (" is not a mobile number of 11 digits", "不是11位手机号"),
    (" has lost its last digits: format the column as text", "后几位丢了，把这一列设成文本再填"),
    (" stands in line ", "和这一行重复："), (" already", ""), ("; ", "；"),
)  # fmt: skip
"""How the reasons that the command line tells are said on the page."""


async def show(visit: Visit) -> Reply:
    """Show the last files."""
    found = await roster_imports.listed(visit.session, most=LAST) if visit.scope.whole else []
    return View(
        "roster.html",
        {"files": found, "states": STATES, "needed": roster.NEEDED, "optional": roster.OPTIONAL},
    )


async def send(visit: Visit) -> Reply:
    """Take a file in; it is checked at once, and nothing of it is on the roster yet."""
    if not visit.scope.whole:
        raise Refused("roster_whole")
    file = visit.files.get("file")
    if file is None:
        raise Refused("file_missing")
    found = await roster_imports.send(visit.session, file.name, file.body, visit.staff.login, now=visit.now)
    visit.saw(f"/roster/{found.id}")
    return Away(f"/roster/{found.id}")


async def look(visit: Visit) -> Reply:
    """Show how a file stands, with its first bad lines."""
    return View("roster_import.html", await _values(visit))


async def watch(visit: Visit) -> Reply:
    """Show what changes while a file is checked and written."""
    return View("roster_import_state.html", await _values(visit))


async def begin(visit: Visit) -> Reply:
    """Write the good lines to the roster."""
    found = await _one(visit)
    await roster_imports.begin(visit.session, found.id)
    return Away(f"/roster/{found.id}")


async def drop(visit: Visit) -> Reply:
    """Throw the file away."""
    found = await _one(visit)
    await roster_imports.drop(visit.session, found.id)
    return Away("/roster", "这份没有导入。")


async def bad(visit: Visit) -> Reply:
    """Give all bad lines to take away."""
    found = await _one(visit)
    rows = [("行", "哪里不对"), *((number, _said(why)) for number, why in found.bad)]
    return Sheet(f"要改的行-{found.id}.csv", sheets_out.csv_bytes(rows), "text/csv")


async def _values(visit: Visit) -> dict[str, object]:
    found = await _one(visit)
    told = [(number, _said(why)) for number, why in found.bad[:SHOWN]]
    return {"file": found, "states": STATES, "bad": told, "more": found.wrong - len(told)}


async def _one(visit: Visit) -> RosterImport:
    found = await roster_imports.one(visit.session, visit.number) if visit.scope.whole else None
    if found is None:
        raise NotFound
    return found


def _said(why: str) -> str:
    for english, chinese in REASONS:
        why = why.replace(english, chinese)
    return why


pages = (
    Page("/roster", "会员名册", persons.KEEPERS, show, {"send": Action("上传名册", send)}, menu="名册", rank=45),
    Page(
        "/roster/{number}", "导入名册", persons.KEEPERS, look,
        {"begin": Action("导入名册", begin), "drop": Action("不导入名册", drop)}, live=watch,
    ),
    Page("/roster/{number}/bad", "要改的行", persons.KEEPERS, bad),
)  # fmt: skip
