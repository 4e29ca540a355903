"""The chain of notices that goes with an event, written anew when the event is held again."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.notices import CANCELLED, DRAFT, Notice, copied


async def copy(session: AsyncSession, last: str, new: str, *, move: timedelta, by: str, now: datetime) -> int:
    """Make drafts for the event *new* of all notices about the event *last*, their times moved; return how many.

    Corrections, recalls and what was cancelled stay behind; a draft that would be late already has no time.
    """
    query = select(Notice).where(
        Notice.event == last, Notice.corrects.is_(None), Notice.series_id.is_(None), Notice.state != CANCELLED
    )
    found = list(await session.scalars(query.order_by(Notice.send_at, Notice.id)))
    for notice in found:
        at = notice.send_at + move if notice.send_at else None
        session.add(
            copied(
                notice, state=DRAFT, created_by=by, created_at=now, event=new,
                audience=_about(notice.audience, last, new), choices=_leading(notice.choices, last, new),
                send_at=at if at and at > now else None,
            )
        )  # fmt: skip
    await session.flush()
    return len(found)


def _about(audience: dict[str, Any], last: str, new: str) -> dict[str, Any]:
    at = audience.get("event")
    return {**audience, "event": {**at, "slug": new}} if at and at["slug"] == last else audience


def _leading(choices: list[Any], last: str, new: str) -> list[Any]:
    """Return buttons that lead to the new event where they led to the last."""
    return [
        {**choice, "to": f"{choice['to'].removesuffix(last)}{new}"}
        if choice.get("to", "").partition(":")[2] == last
        else choice
        for choice in choices
    ]
