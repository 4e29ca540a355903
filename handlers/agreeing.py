"""What a member agreed to, in plain words by purpose, and what happens when they take it back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import crisis
from handlers.service import letter
from models import case_consents, consents, erasure, outbox
from models.cases import Case
from models.consents import Consent
from models.members import Member
from models.places import Change


def label(content: Content, purpose: str) -> str:
    """Return what was agreed to, short enough for a button where the content's own titles are."""
    kind, _, about = purpose.rpartition(":")
    if kind in consents.OF_CASES:
        return content.texts[f"agreed.{kind}"].text
    entry = content.entry(about)
    return entry.title if entry else about


def words(content: Content, purpose: str) -> str:
    """Return what was agreed to with the case or event that it is about."""
    kind, _, about = purpose.rpartition(":")
    if kind in consents.OF_CASES:
        return content.texts["agreed.line"].fill({"what": label(content, purpose), "number": about})[0]
    return label(content, purpose)


def purposes(given: Sequence[Consent]) -> list[str]:
    """Return what can be taken back: an event by its name, with works for it; of a case each purpose, as `case_sharing:2026-0001`."""
    return list(dict.fromkeys(one.purpose if one.kind in consents.OF_CASES else one.about for one in given))


async def take_back(
    session: AsyncSession, content: Content, member: Member, purpose: str, *, now: datetime
) -> list[Change]:
    """Take back what *member* agreed to, and tell those who work on the case, by its number only."""
    if ":" not in purpose:
        return await erasure.forget(session, member, purpose, now=now)
    case = await case_consents.take_back(session, member, purpose, now=now)
    if case is not None:
        await _tell_workers(session, content, member, case, now=now)
    return []


async def _tell_workers(
    session: AsyncSession, content: Content, member: Member, case: Case, *, now: datetime
) -> None:
    at = await case_consents.reached(session, case) or await crisis.reached(session, content, member, now=now)
    for address in at:
        told = letter(content, "agreed.told_worker", {"number": case.number}, lane="reply")
        await outbox.put(session, address, told, due=now)
