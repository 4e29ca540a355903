"""Notices that colleagues write, approve and send at their desks, for tests."""

from sqlalchemy import select

from models.notices import Notice
from tests.models.notices import ring

WRITTEN = {
    "title": "停水通知",
    "text": "{name}，明天停水。",
    "kind": "news",
    "topic": "activities",
    "valid_hours": "24",
}
TO_UNION = {**WRITTEN, "unions": "演示工会"}


async def notices(desks) -> list[Notice]:
    async with desks.database.transaction() as session:
        return list(await session.scalars(select(Notice).order_by(Notice.id)))


async def written(desks, **fields) -> tuple[object, int]:
    """Let an editor write a notice; return the desk and the notice's number."""
    editor = await desks.enter("li", "editor")
    sent = await editor.do("/notices/new", "save", **{**TO_UNION, **fields})
    assert sent.status == 303, sent.text
    return editor, int(sent.location.rpartition("/")[2])


async def running(desks, **fields) -> tuple[object, int]:
    """Let a notice be written, approved and sent; return the editor and its number."""
    editor, number = await written(desks, **fields)
    approver = await desks.enter("zhao", "approver")
    assert (await approver.do(f"/notices/{number}", "approve")).status == 303
    assert (await editor.do(f"/notices/{number}/schedule", "send")).status == 303
    await ring.expand(desks.database, desks.clock)
    return editor, number
