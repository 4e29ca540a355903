"""Notices: what staff write to many members, and the states from a draft to the last letter."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, Text, UniqueConstraint, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.notices import Audience, Plan
from config.recurrence import Recurrence
from models.base import Base, Moment, Refused, wake
from models.quiet import is_quiet
from models.recurrence import following

DRAFT, APPROVED, SCHEDULED, EXPANDING = "draft", "approved", "scheduled", "expanding"
RUNNING, PAUSED, DONE, CANCELLED, MISSED = "running", "paused", "done", "cancelled", "missed"
TOLD = (RUNNING, DONE)
"""The states in which its letters go to who comes for them: to a page that is opened, to a colleague who calls."""
ENDABLE = (DRAFT, APPROVED, SCHEDULED, EXPANDING, RUNNING, PAUSED)
SMALL = 200
"""Up to so many recipients the author may approve alone."""
MACHINE = "clock"
WAKE = "notices"
"""The name that wakes every process's postman: a notice begins, or goes on."""


class Notice(Base):
    """One notice, or a series that a new one is made of at each *send_at*.

    *fills* are the values of its placeholders; *corrects* is the notice it puts right or, with *removes*, takes back;
    *cursor* up to *last_member* is how far its letters are written; *watched* is the first letter that waited when
    it was last looked at, *watched_since* since when; *closed* tells that no letter of it is left to skip once it is over;
    *results* are kept when its letters are deleted.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("series_id", "send_at"), Index("ix_notices_due", "state", "send_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(default="")
    file: Mapped[str] = mapped_column(default="")
    choices: Mapped[list[Any]] = mapped_column(JSON, default=list)
    event: Mapped[str] = mapped_column(default="")
    fills: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON)
    once: Mapped[bool] = mapped_column(default=False)
    template: Mapped[str] = mapped_column(default="")
    template_version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=DRAFT)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment)
    approved_by: Mapped[str] = mapped_column(default="")
    send_at: Mapped[datetime | None] = mapped_column(Moment)
    send_until: Mapped[datetime | None] = mapped_column(Moment)
    valid_hours: Mapped[int]
    recurrence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    corrects: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    removes: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    cursor: Mapped[int] = mapped_column(default=0)
    last_member: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    watched: Mapped[int] = mapped_column(default=0)
    watched_since: Mapped[datetime | None] = mapped_column(Moment)
    closed: Mapped[bool] = mapped_column(default=False)
    results: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def whom(self) -> Audience:
        """Return whom it is for."""
        return Audience.model_validate(self.audience)

    @property
    def rule(self) -> Recurrence | None:
        """Return when a series comes again; None for a notice that goes once."""
        return Recurrence.model_validate(self.recurrence) if self.recurrence else None

    @property
    def urgent(self) -> bool:
        """Say whether it may leave at any hour."""
        return self.kind == "urgent"


class NoticeStep(Base):
    """One change of a notice's state: by whom, from what, to what and why; lines are only ever added."""

    __tablename__ = "notice_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str]
    was: Mapped[str]
    became: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


WRITTEN = ("title", "text", "kind", "picture", "file", "event", "once", "template", "template_version",
           "valid_hours")  # fmt: skip
"""The columns that come from the plan as they are."""


def columns(plan: Plan) -> dict[str, Any]:
    """Return *plan* as the columns of a notice."""
    rule = plan.recurrence.model_dump(mode="json", exclude_unset=True) if plan.recurrence else None
    return {
        **{name: getattr(plan, name) for name in WRITTEN},
        "topic": plan.topic or "",
        "choices": [button.model_dump(exclude_defaults=True) for button in plan.choices],
        "fills": dict(plan.fills),
        "audience": plan.audience.model_dump(mode="json", exclude_defaults=True),
        "recurrence": rule,
        "send_at": plan.send_at,
        "send_until": plan.send_until,
    }


async def draft(session: AsyncSession, plan: Plan, by: str, *, now: datetime) -> Notice:
    """Keep what *by* has written; nothing leaves yet."""
    notice = Notice(state=DRAFT, created_by=by, created_at=now, **columns(plan))
    session.add(notice)
    await session.flush()
    return notice


async def edit(session: AsyncSession, number: int, plan: Plan, by: str, *, now: datetime) -> Notice:
    """Write a notice anew before it has begun; it is a draft again, whoever had approved it.

    Raises Refused: notice_unknown, notice_begun.
    """
    notice = await locked(session, number)
    if notice.state not in (DRAFT, APPROVED, SCHEDULED):
        raise Refused("notice_begun")
    for name, value in columns(plan).items():
        setattr(notice, name, value)
    notice.approved_by, notice.created_by = "", by
    turn(session, notice, DRAFT, by=by, reason="edited", now=now)
    return notice


async def locked(session: AsyncSession, number: int) -> Notice:
    """Return the notice of that number, for this transaction alone.

    Raises Refused: notice_unknown.
    """
    query = select(Notice).where(Notice.id == number).with_for_update()
    notice = await session.scalar(query, execution_options={"populate_existing": True})
    if notice is None:
        raise Refused("notice_unknown")
    return notice


async def approve(session: AsyncSession, number: int, by: str, *, size: int, now: datetime) -> Notice:
    """Let a notice for *size* members go as it stands; above a small ring its author cannot do so alone.

    Raises Refused: notice_unknown, notice_state, notice_approver.
    """
    notice = await locked(session, number)
    _must_be(notice, DRAFT)
    if by == notice.created_by and (size > SMALL or notice.whom.everybody):
        raise Refused("notice_approver")
    notice.approved_by = by
    turn(session, notice, APPROVED, by=by, now=now)
    return notice


async def schedule(
    session: AsyncSession, number: int, by: str, *, send_at: datetime | None = None, now: datetime
) -> Notice:
    """Set when an approved notice goes: *send_at*, the time of its plan, the next of its rule, or now.

    Raises Refused: notice_unknown, notice_state, notice_past, notice_quiet.
    """
    notice = await locked(session, number)
    _must_be(notice, APPROVED, SCHEDULED)
    at = send_at or notice.send_at or (following(notice.rule, now) if notice.rule else now)
    if at is None or at < now - timedelta(minutes=1):
        raise Refused("notice_past")
    if is_quiet(at) and not notice.urgent and notice.rule is None:  # letters of a series wait for the day
        raise Refused("notice_quiet")
    notice.send_at = at
    if notice.send_until is None or notice.send_until <= at:
        notice.send_until = at + timedelta(hours=notice.valid_hours)
    turn(session, notice, SCHEDULED, by=by, now=now)
    wake(session, WAKE)
    return notice


async def pause(session: AsyncSession, number: int, by: str, *, reason: str, now: datetime) -> Notice:
    """Let no further letter of a notice leave; those under way come to their end.

    Raises Refused: notice_unknown, notice_state, reason_missing.
    """
    notice = await locked(session, number)
    _must_be(notice, RUNNING)
    _must_say(reason)
    turn(session, notice, PAUSED, by=by, reason=reason, now=now)
    return notice


async def resume(session: AsyncSession, number: int, by: str, *, now: datetime) -> Notice:
    """Let a paused notice go on with the letters it had.

    Raises Refused: notice_unknown, notice_state.
    """
    notice = await locked(session, number)
    _must_be(notice, PAUSED)
    notice.watched, notice.watched_since = 0, None
    turn(session, notice, RUNNING, by=by, now=now)
    wake(session, WAKE)
    return notice


async def cancel(session: AsyncSession, number: int, by: str, *, reason: str, now: datetime) -> Notice:
    """End a notice; what has left has left, the rest is skipped.

    Raises Refused: notice_unknown, notice_state, reason_missing.
    """
    notice = await locked(session, number)
    _must_be(notice, *ENDABLE)
    _must_say(reason)
    notice.done_at = now
    turn(session, notice, CANCELLED, by=by, reason=reason, now=now)
    wake(session, WAKE)
    return notice


def turn(
    session: AsyncSession, notice: Notice, state: str, *, by: str, reason: str = "", now: datetime
) -> None:
    """Change the state of *notice* and write down who did it."""
    step = NoticeStep(notice_id=notice.id, at=now, by=by, was=notice.state, became=state, reason=reason)
    session.add(step)
    notice.state = state


def running(*, quiet: bool) -> Select[int]:
    """Select the notices whose letters may leave, the first to go first; only urgent ones when it is *quiet*."""
    query = select(Notice.id).where(Notice.state == RUNNING)
    if quiet:
        query = query.where(Notice.kind == "urgent")
    return query.order_by(_rank(), Notice.started_at, Notice.id)


def _rank() -> ColumnElement[int]:
    return case((Notice.kind == "urgent", 0), (Notice.kind == "service", 1), else_=2)


async def listed(session: AsyncSession, *, limit: int = 50) -> list[Notice]:
    """Return the notices, the newest first."""
    return list(await session.scalars(select(Notice).order_by(Notice.id.desc()).limit(limit)))


async def steps(session: AsyncSession, notice: Notice) -> list[NoticeStep]:
    """Return what happened to *notice*, in order."""
    query = select(NoticeStep).where(NoticeStep.notice_id == notice.id)
    return list(await session.scalars(query.order_by(NoticeStep.id)))


async def copy(session: AsyncSession, number: int, by: str, *, now: datetime) -> Notice:
    """Make a draft of the words and the audience of a notice; its sheet is not copied.

    Raises Refused: notice_unknown.
    """
    notice = copied(await locked(session, number), state=DRAFT, created_by=by, created_at=now)
    session.add(notice)
    await session.flush()
    return notice


def copied(notice: Notice, **changed: object) -> Notice:
    """Return a new notice with the words and the audience of *notice*, to be added as a draft of its own."""
    names = (*WRITTEN, "topic", "choices", "fills", "audience", "recurrence")
    return Notice(**{**{name: getattr(notice, name) for name in names}, **changed})


def _must_be(notice: Notice, *states: str) -> None:
    if notice.state not in states:
        raise Refused("notice_state")


def _must_say(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing")
