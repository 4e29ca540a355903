"""Notices between staff and members: completed before approval, brought to the page, and alarms when one goes wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.notices import NAME, Button, Plan
from handlers import wording
from handlers.service import letter
from models import attachments, corrections, dispatch, notices, outbox
from models.attachments import Attachment
from models.base import Refused
from models.events import Event
from models.members import Member
from models.messages import Address, Outgoing
from models.nets import Alarm
from models.notices import Notice
from models.outbox import PULLED

MISSED, CORRECTION = "notices.missed", "notices.wrong"
BUTTONS = {
    "news": "notices.under_news",
    "service": "notices.under_service",
    "urgent": "notices.under_service",
}


def complete(content: Content, plan: Plan, event: Event | None) -> Plan:
    """Return *plan* with the values that the program knows and the buttons that every notice has.

    Raises Refused: notice_event, when the event that it names is not there.
    """
    if plan.event and event is None:
        raise Refused("notice_event")
    known = {NAME: content.texts["notices.somebody"].text}
    if event is not None:
        known |= {
            "event": event.title,
            "date": wording.when(event.starts) if event.starts else "",
            "place": event.place,
        }
    _, own = content.texts[BUTTONS[plan.kind]].fill({})
    more = [
        Button(label=label, to=to) for label, to in own if to not in {button.to for button in plan.choices}
    ]
    choices = (*plan.choices, *more)
    return plan.model_copy(update={"fills": {**known, **plan.fills}, "choices": choices})


def corrected(content: Content, notice: Notice, what: str, text: str) -> str:
    """Return what those read who got *notice*, of which *what* was wrong and *text* is right."""
    return content.texts[CORRECTION].fill({"title": notice.title, "what": what, "text": text})[0]


async def correct(
    session: AsyncSession, content: Content, number: int, what: str, text: str, by: str, *, now: datetime
) -> Notice:
    """Stop a notice of which *what* was wrong, and tell those who got it that *text* is right.

    Raises Refused: as corrections.correct() does.
    """
    wrong = await notices.locked(session, number)
    told = corrected(content, wrong, what, text)
    return await corrections.correct(session, number, told, by, now=now)


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice as it is read: the message, and where the picture or file that it carries lies on our pages."""

    message: Outgoing
    picture: Attachment | None = None
    file: Attachment | None = None


def reading(notice: Notice, name: str = "") -> Reading:
    """Return *notice* as somebody called *name* reads it."""
    told = dispatch.message(notice, Member(name=name or None), {})
    return Reading(told, attachments.parsed(notice.picture), attachments.parsed(notice.file))


async def bring(session: AsyncSession, content: Content, visitor: str, *, first: bool, now: datetime) -> None:
    """Give a page the notices that waited for it: whole while it is open, in one line to who has just come."""
    waiting = await dispatch.held(session, visitor, now=now)
    if first and waiting:
        newest, _ = waiting[-1]
        told = letter(content, MISSED, {"n": len(waiting), "title": newest.title, "number": newest.id})
        letters: Iterable[Outgoing] = [told]
    else:
        letters = [replace(told, lane="timely") for _, told in waiting]
    for told in letters:
        await outbox.put(session, Address(PULLED, visitor), told, due=now)


async def alarm(session: AsyncSession, content: Content, alarms: Iterable[Alarm], *, now: datetime) -> None:
    """Write to every colleague on duty what is wrong with a notice, once each."""
    for found in alarms:
        values = {"number": found.notice.id, "title": found.notice.title}
        told = letter(content, f"notices.alarm.{found.what}", values)
        for colleague in content.duty.staff:
            at = Address(colleague.channel, colleague.address)
            stamp = int(found.at.timestamp())
            key = f"notice:{found.notice.id}:{found.what}:{stamp}:{at.channel}:{at.id}"
            await outbox.put(session, at, told, due=now, key=key)


async def stop_failing(
    session: AsyncSession, content: Content, number: int, channel: str, *, now: datetime
) -> None:
    """Let a notice rest of which too many letters fail on a channel, and tell staff."""
    try:
        reason = f"too many letters fail on {channel}"
        notice = await notices.pause(session, number, notices.MACHINE, reason=reason, now=now)
    except Refused:  # it has ended, or another process was quicker
        return
    await alarm(session, content, [Alarm("failing", notice, now)], now=now)
