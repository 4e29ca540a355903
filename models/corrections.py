"""What is done about a notice that has left: put right, taken back, tried again."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import notices
from models.base import Refused, wake
from models.notices import CANCELLED, DONE, EXPANDING, PAUSED, RUNNING, SCHEDULED, Notice
from models.outbox import Letter
from models.quiet import awake

RECALL_HOURS = 48
"""How long Telegram lets a bot take its message back."""
VALID_HOURS = 24 * 3


async def correct(session: AsyncSession, number: int, text: str, by: str, *, now: datetime) -> Notice:
    """Stop notice *number* and tell *text* to exactly those who got it, as soon as its last letters are through.

    Raises Refused: notice_unknown, notice_state.
    """
    wrong = await _stopped(session, number, by, "corrected", now=now)
    kind = "urgent" if wrong.urgent else "service"
    right = notices.copied(
        wrong,
        text=text, kind=kind, topic="", picture="", file="", once=False, recurrence=None, corrects=wrong.id,
        audience=_who_got(wrong), send_at=now if wrong.urgent else awake(now), valid_hours=VALID_HOURS,
    )  # fmt: skip
    return await _go(session, right, by, now=now)


async def recall(session: AsyncSession, number: int, by: str, *, reason: str, now: datetime) -> Notice:
    """Stop notice *number* and take its letters back where a channel can; at any hour, for nobody hears it.

    Raises Refused: notice_unknown, notice_state.
    """
    wrong = await _stopped(session, number, by, reason, now=now)
    back = notices.copied(
        wrong,
        kind="urgent", choices=[], recurrence=None, corrects=wrong.id, removes=True, audience=_who_got(wrong),
        send_at=now, valid_hours=RECALL_HOURS,
    )  # fmt: skip
    return await _go(session, back, by, now=now)


def _who_got(notice: Notice) -> dict[str, object]:
    return {"notice": {"number": notice.id}}


async def _stopped(session: AsyncSession, number: int, by: str, why: str, *, now: datetime) -> Notice:
    """Return a notice that has begun and of which nothing leaves any more; held letters count as waiting."""
    notice = await notices.locked(session, number)
    if notice.state not in (EXPANDING, RUNNING, PAUSED, DONE, CANCELLED):
        raise Refused("notice_state")
    if notice.state != CANCELLED:
        notice.done_at, notice.closed = notice.done_at or now, False
        notices.turn(session, notice, CANCELLED, by=by, reason=why, now=now)
    return notice


async def _go(session: AsyncSession, notice: Notice, by: str, *, now: datetime) -> Notice:
    notice.created_by, notice.created_at, notice.approved_by, notice.state = by, now, by, notices.DRAFT
    session.add(notice)
    await session.flush()
    notice.send_until = (notice.send_at or now) + timedelta(hours=notice.valid_hours)
    notices.turn(session, notice, SCHEDULED, by=by, now=now)
    wake(session, notices.WAKE)
    return notice


async def again(session: AsyncSession, number: int, by: str, *, now: datetime) -> int:
    """Send the letters of a notice again that failed or of which nobody knows; return how many.

    Raises Refused: notice_unknown, notice_state, notice_past.
    """
    notice = await notices.locked(session, number)
    if notice.state not in (RUNNING, DONE):
        raise Refused("notice_state")
    if notice.send_until is not None and notice.send_until < now:
        raise Refused("notice_past")
    failed = (Letter.notice_id == notice.id, Letter.state.in_(("failed", "unknown")))
    once_more = {"state": "waiting", "due": now, "settled_at": None, "reason": ""}
    done = await session.execute(update(Letter).where(*failed).values(once_more))
    if notice.state == DONE:
        notice.done_at, notice.closed = None, False
        notices.turn(session, notice, RUNNING, by=by, reason="tried again", now=now)
    wake(session, notices.WAKE)
    return done.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count
