"""The audit log, searchable."""

from datetime import datetime, timedelta

from handlers.console import ADMINISTRATORS, Page, Reply, View, Visit, whole
from handlers.wording import BEIJING
from models import audit


async def show(visit: Visit) -> Reply:
    """Show who did what, the newest first."""
    said = {name: visit.query.get(name, "").strip() for name in ("who", "action", "about", "day", "before")}
    since = _day(said["day"])
    lines = await audit.search(
        visit.session, who=said["who"], action=said["action"], about=said["about"], since=since,
        until=since + timedelta(days=1) if since else None, before=whole(said["before"]) or 0,
    )  # fmt: skip
    older = lines[-1].id if len(lines) == audit.PAGE else 0
    return View("audit.html", {"lines": lines, "asked": said, "older": older})


def _day(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=BEIJING) if said else None
    except ValueError:
        return None


pages = (Page("/audit", "操作记录", ADMINISTRATORS, show, menu="操作记录", rank=95),)
