"""What colleagues and the clock do towards members: take a hand-off, answer, end it, keep promises, tell news."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.entries import Entry
from handlers import crisis, wording
from handlers.answers import stage
from handlers.duty import watch
from handlers.service import letter
from handlers.wording import BEIJING
from models import absences, files, handling, handoffs, interests, members, outbox
from models.attachments import Attachment
from models.files import Kept
from models.handoffs import HandOff
from models.members import Member
from models.messages import Address, Outgoing
from models.quiet import awake
from models.staff import Staff


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture or file that lies in the store, with the name by which the member gets it."""

    kept: Kept
    name: str
    kind: Literal["photo", "file"] = "file"


@dataclass(frozen=True, slots=True)
class Said:
    """What a colleague says to a member."""

    text: str = ""
    file: Sent | None = None


async def take(
    session: AsyncSession, content: Content, handoff: HandOff, staff: str, *, now: datetime
) -> None:
    """Let *staff* speak with the member, who is told so.

    Raises Refused when somebody else was quicker.
    """
    handoffs.take(handoff, staff, now=now)
    await _tell(session, content, handoff, "human.taken", now=now)


async def answer(
    session: AsyncSession, content: Content, handoff: HandOff, staff: str, said: Said, *, now: datetime
) -> None:
    """Bring the member what *staff* says, who takes the hand-off with it when nobody has.

    Raises Refused: taken, not_yours, reply_missing, reply_long.
    """
    if handoff.state == "waiting":
        await take(session, content, handoff, staff, now=now)
    if said.file:
        await _send(session, handoff, staff, said.file, now=now)
    if said.text or not said.file:
        await reply(session, handoff, staff, said.text, now=now)


async def reply(session: AsyncSession, handoff: HandOff, staff: str, text: str, *, now: datetime) -> None:
    """Bring the member what *staff* says.

    Raises Refused unless the hand-off is theirs.
    """
    handoffs.reply(session, handoff, staff, text, now=now)
    handoff.snoozed_until = None
    await outbox.put(session, handoff.at, Outgoing(text), due=now)


async def _send(session: AsyncSession, handoff: HandOff, staff: str, file: Sent, *, now: datetime) -> None:
    """Bring the member a picture or file that lies in the store."""
    kept = Attachment(file.kept.hash, file.name)
    handoffs.reply(session, handoff, staff, file.name, kind=file.kind, digest=kept.digest, now=now)
    await files.receive(session, file.kept, by=handoff.member_id, now=now)
    picture = file.kind == "photo"
    letter = Outgoing("", picture=kept.reference) if picture else Outgoing("", file=kept.reference)
    await outbox.put(session, handoff.at, letter, due=now)


async def close(session: AsyncSession, content: Content, handoff: HandOff, *, now: datetime) -> None:
    """End the hand-off; the bot goes on and asks whether the matter is settled."""
    handoffs.close(handoff, now=now)
    await _tell(session, content, handoff, "human.closed", now=now)


async def hand_over(
    session: AsyncSession, content: Content, handoff: HandOff, to: Staff, *, now: datetime
) -> None:
    """Let *to* speak with the member from now on; their phone says so.

    Raises Refused: handoff_over.
    """
    handling.hand_over(handoff, to.login, now=now)
    await _tell_phone(session, content, handoff, to, now=now)


async def stand_in(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Pass on the open work of those who are away from today on; return how many hand-offs moved."""
    at = watch(content.duty, now)
    promised = at.until if at.staffed else None
    moved = await absences.begin(session, promised=promised, today=now.astimezone(BEIJING).date(), now=now)
    for handoff, deputy in moved:
        if deputy is not None:
            await _tell_phone(session, content, handoff, deputy, now=now)
    return len(moved)


async def _tell_phone(
    session: AsyncSession, content: Content, handoff: HandOff, to: Staff, *, now: datetime
) -> None:
    if to.channel:
        told = letter(content, "desk.passed_on", {"number": handoff.id})
        await outbox.put(session, Address(to.channel, to.address), told, due=now)


async def tell_late(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell those whose promised time has passed, and every colleague on duty, once each; return how many."""
    late = await handoffs.late(session, now=now)
    for handoff in late:
        handoff.late_told = True
        until = wording.by(handoff.promised or now, now)
        await _tell(session, content, handoff, "human.late", now=now, until=until, phone=content.duty.phone)
        member = await session.get_one(Member, handoff.member_id)
        for at in await crisis.reached(session, content, member, now=now):
            key = f"late:{handoff.id}:{int((handoff.promised or now).timestamp())}:{at.channel}:{at.id}"
            told = letter(content, "desk.late", {"number": handoff.id})
            await outbox.put(session, at, told, due=now, key=key)
    return len(late)


async def tell_interested(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell members that a programme they asked about has a date, or has opened; return how many letters."""
    stages = {entry.slug: at for entry in content.entries if (at := stage(entry, now)) in {"dated", "open"}}
    told = 0
    for wish, member in await interests.behind(session, stages):
        wish.told = stages[wish.programme]
        news = _news(content, content.by_slug[wish.programme], wish.told)
        for contact in (await members.contacts(session, member))[:1]:
            key = f"interest:{member.id}:{wish.programme}:{wish.told}"
            await outbox.put(session, contact.at, news, due=awake(now), key=key)
            told += 1
    return told


def _news(content: Content, entry: Entry, at: str) -> Outgoing:
    values = {
        name: wording.when(day) for name in ("opens", "closes", "starts") if (day := getattr(entry, name))
    }
    told = {
        "closes": values.get("starts", ""),
        **values,
        "date": values.get("starts", ""),
        "title": entry.title,
        "place": entry.place,
        "slug": entry.slug,
    }
    return letter(content, f"interest.{at}", told, lane="bulk")


async def _tell(
    session: AsyncSession, content: Content, handoff: HandOff, key: str, *, now: datetime, **values: object
) -> None:
    await outbox.put(session, handoff.at, letter(content, key, values, lane="reply"), due=now)
