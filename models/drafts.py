"""Content that is not published yet: planned by staff for a time, or new in the files beside what staff have edited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.content import Shelf
from models.base import Base, Moment, Refused

PAGE = 50


class ContentDraft(Base):
    """A piece as it may become; *fault* says why it could not when it was *due_at*, which is then empty."""

    __tablename__ = "content_drafts"
    __table_args__ = (UniqueConstraint("shelf", "key", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf: Mapped[Shelf] = mapped_column(String)
    key: Mapped[str]
    source: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    passed_over_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(default="")


async def plan(
    session: AsyncSession,
    shelf: Shelf,
    key: str,
    body: dict[str, Any],
    due: datetime,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep *body* until it is *due*, in the place of what was planned for this piece before.

    Raises Refused: draft_past.
    """
    if due <= now:
        raise Refused("draft_past")
    draft = await of(session, shelf, key, "staff")
    if draft is None:
        draft = ContentDraft(shelf=shelf, key=key, source="staff")
        session.add(draft)
    draft.body, draft.by, draft.at, draft.due_at, draft.fault = body, by, now, due, ""


async def of(session: AsyncSession, shelf: Shelf, key: str, source: str) -> ContentDraft | None:
    """Return what is planned for a piece (*source* `staff`), or what the files offer (`file`)."""
    found: ContentDraft | None = await session.scalar(
        select(ContentDraft).where(
            ContentDraft.shelf == shelf, ContentDraft.key == key, ContentDraft.source == source
        )
    )
    return found


async def due(session: AsyncSession, *, now: datetime) -> Sequence[ContentDraft]:
    """Return what is to be published now, the earliest first; no other process gets the same."""
    query = select(ContentDraft).where(ContentDraft.due_at <= now).order_by(ContentDraft.due_at)
    return list(await session.scalars(query.with_for_update(skip_locked=True)))


async def listed(session: AsyncSession, source: str) -> Sequence[ContentDraft]:
    """Return what waits from this *source*, what was passed over left out."""
    waiting = select(ContentDraft).where(ContentDraft.source == source, ContentDraft.passed_over_at.is_(None))
    return list(await session.scalars(waiting.order_by(ContentDraft.due_at, ContentDraft.id).limit(PAGE)))


async def offer(session: AsyncSession, left: Mapping[tuple[Shelf, str], Any], *, now: datetime) -> None:
    """Keep what the files say differently from what staff have edited; what was passed over returns when it changes."""
    known = {
        (draft.shelf, draft.key): draft
        for draft in await session.scalars(select(ContentDraft).where(ContentDraft.source == "file"))
    }
    for place, draft in known.items():
        if place not in left:
            await session.delete(draft)
        elif draft.body != left[place]:
            draft.body, draft.at, draft.passed_over_at = left[place], now, None
    for shelf, key in left.keys() - known.keys():
        session.add(
            ContentDraft(shelf=shelf, key=key, source="file", body=left[shelf, key], at=now, due_at=None)
        )
