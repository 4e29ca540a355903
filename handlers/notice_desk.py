"""Notices in the console: who may do what with them, and the one that a page is about."""

from handlers.console import NotFound, Visit
from models import newsroom
from models.notices import Notice

WRITERS = frozenset({"administrator", "editor"})
APPROVERS = frozenset({"administrator", "approver"})
READERS = WRITERS | APPROVERS | {"viewer"}
STATES = {
    "draft": "草稿",
    "approved": "已批准",
    "scheduled": "定好时间",
    "expanding": "正在准备",
    "running": "正在发",
    "paused": "暂停",
    "done": "发完了",
    "cancelled": "已取消",
    "missed": "没发成",
}
KINDS = {"news": "资讯", "service": "服务", "urgent": "紧急"}
TONES = {
    "draft": "", "approved": "warn", "scheduled": "warn", "expanding": "warn", "running": "warn", "paused": "bad",
    "done": "good", "cancelled": "bad", "missed": "bad",
}  # fmt: skip
"""The class of the tag of each state."""


async def one(visit: Visit) -> Notice:
    """Return the notice that the address names.

    Raises NotFound when there is none, or none within the scope of this visit.
    """
    notice = await newsroom.find(visit.session, visit.scope, visit.number)
    if notice is None:
        raise NotFound
    return notice
