"""What colleagues and the clock do towards members: take a hand-off, answer, end it, keep promises, tell news."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.entries import Entry
from handlers import wording
from handlers.answers import stage
from handlers.service import letter
from models import handoffs, interests, members, outbox
from models.handoffs import HandOff
from models.messages import Outgoing
from models.quiet import awake


async def take(
    session: AsyncSession, content: Content, handoff: HandOff, staff: str, *, now: datetime
) -> None:
    """Let *staff* speak with the member, who is told so.

    Raises Refused when somebody else was quicker.
    """
    handoffs.take(handoff, staff, now=now)
    await _tell(session, content, handoff, "human.taken", now=now)


async def reply(session: AsyncSession, handoff: HandOff, staff: str, text: str, *, now: datetime) -> None:
    """Bring the member what *staff* says.

    Raises Refused unless the hand-off is theirs.
    """
    handoffs.reply(session, handoff, staff, text, now=now)
    await outbox.put(session, handoff.at, Outgoing(text), due=now)


async def close(session: AsyncSession, content: Content, handoff: HandOff, *, now: datetime) -> None:
    """End the hand-off; the bot goes on and asks whether the matter is settled."""
    handoffs.close(handoff, now=now)
    await _tell(session, content, handoff, "human.closed", now=now)


async def tell_late(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell those whose promised time has passed, once each; return how many."""
    late = await handoffs.late(session, now=now)
    for handoff in late:
        handoff.late_told = True
        until = wording.by(handoff.promised or now, now)
        await _tell(session, content, handoff, "human.late", now=now, until=until, phone=content.duty.phone)
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
