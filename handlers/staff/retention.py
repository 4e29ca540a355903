"""How long each kind of data is kept, what is over its time, and letting it go."""

from collections.abc import Mapping
from datetime import timedelta

from config.lists import Retained
from handlers.console import ADMINISTRATORS, Action, Away, NotFound, Page, Reply, View, Visit
from models import retention

NAMES: Mapping[Retained, str] = {
    "conversations": "聊天里问过、填到一半的", "messages_failed": "没答成的消息", "questions": "没答上的问题",
    "talks": "和同事的对话", "consents": "撤回了的同意", "cases": "办完的案件", "applications": "办完的申请", "proposals": "答复了的建议书",
}  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show every kind with its rule, and how much is over its time."""
    lines = []
    for kind, keep in visit.content.retention.items():
        due = await retention.due(visit.session, kind, timedelta(days=keep.days), now=visit.now)
        lines.append((kind, NAMES[kind], keep, due))
    return View("retention.html", {"lines": lines})


async def apply(visit: Visit) -> Reply:
    """Forget a slice of one kind."""
    found = [(kind, keep) for kind, keep in visit.content.retention.items() if kind == visit.said("kind")]
    if not found:
        raise NotFound
    kind, keep = found[0]
    done = await retention.apply(visit.session, kind, timedelta(days=keep.days), now=visit.now)
    visit.saw("/retention", f"{kind}: {done}")
    return Away("/retention", f"{NAMES[kind]}：删了{done}条。")


pages = (
    Page(
        "/retention", "保留期限", ADMINISTRATORS, show, {"apply": Action("删除到期资料", apply)},
        menu="保留期限", rank=96,
    ),
)  # fmt: skip
