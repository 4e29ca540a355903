"""Publishing what staff have written: checked as a whole, and everybody told whom it moves."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Body, Content, ContentError, Shelf
from config.entries import Entry
from handlers import enrolling, telling, typed
from handlers.choosing import tidy
from handlers.console import Visit, whole
from handlers.search.normalise import is_english
from models import catalogue, drafts, unanswered
from models import content as shelves
from models.base import Refused

KEY = re.compile(r"[a-z0-9-]{2,40}")
"""What an entry may be called."""
LONGEST = 60
"""The most characters of a phrasing."""
Check = Callable[[Content], None]


async def settle(
    session: AsyncSession, content: Content, *, before: Content | None = None, now: datetime
) -> None:
    """Bring the events up to date with the edition and tell those whom that moves."""
    changes = await enrolling.publish(session, content, before=before, now=now)
    await telling.tell(session, content, changes, now=now)


async def save(visit: Visit, shelf: Shelf, key: str, body: Body, **how: Any) -> None:
    """Publish a piece as the visitor has written it; *how* goes on to `content.save`.

    Raises Refused when the content or the events do not allow it.
    """
    own(visit)
    by = visit.staff.login
    written = shelves.save(visit.session, shelf, key, body, by=by, now=visit.now, **how)
    await _take(visit.session, written, visit.check, visit.content, visit.now)


async def remove(visit: Visit, shelf: Shelf, key: str) -> None:
    """Take away a piece that staff have made.

    Raises Refused.
    """
    own(visit)
    gone = shelves.remove(visit.session, shelf, key)
    await _take(visit.session, gone, visit.check, visit.content, visit.now)


async def plan(visit: Visit, shelf: Shelf, key: str, body: Body, due: datetime, **how: Any) -> None:
    """Keep a piece until it is *due*; that it would do now is looked at, and nothing of that stays.

    Raises Refused.
    """
    attempt = await visit.session.begin_nested()
    await save(visit, shelf, key, body, **how)
    await attempt.rollback()
    visit.session.info.pop("woken", None)
    written = shelves.plain(body)
    await drafts.plan(visit.session, shelf, key, written, due, by=visit.staff.login, now=visit.now)


async def add_phrasing(visit: Visit, key: str, phrasing: str) -> Entry:
    """Let an entry answer a *phrasing*, too, and return the entry.

    Raises Refused: phrasing_length, phrasing_entry, phrasing_elsewhere with the title of the entry that has it.
    """
    if not 1 < len(phrasing) <= LONGEST:
        raise Refused("phrasing_length")
    shelf = await catalogue.entry_shelf(visit.session, key)
    entry, row = visit.content.entry(key), shelf and await catalogue.one(visit.session, shelf, key)
    if not shelf or not row or entry is None:
        raise Refused("phrasing_entry")
    for other in visit.content.entries:
        if other.topic != entry.topic and tidy(phrasing) in map(
            tidy, (*other.phrasings, *other.english_phrasings)
        ):
            raise Refused("phrasing_elsewhere", f"《{other.title}》")
    name = "english_phrasings" if is_english(phrasing) else "phrasings"
    if phrasing not in row.body[name]:
        await save(visit, shelf, key, {**row.body, name: [*row.body[name], phrasing]})
    return entry


async def solve(visit: Visit) -> None:
    """Take the questions whose numbers the form holds off the list.

    Raises Refused.
    """
    own(visit)
    told = numbers(visit.said("numbers"))
    await unanswered.solve(visit.session, told, by=visit.staff.login, now=visit.now)


def numbers(said: str) -> list[int]:
    """Return the numbers of questions as pages write them, with commas.

    Raises NotFound when one is none.
    """
    return [number for part in said.split(",")[: unanswered.NEWEST] if (number := whole(part))]


async def publish_due(session: AsyncSession, check: Check, before: Content, *, now: datetime) -> int:
    """Publish what is planned for now and return how many; what does not do any more stays, with the reason."""
    found = await drafts.due(session, now=now)
    for draft in found:
        try:
            async with session.begin_nested():
                written = shelves.save(session, draft.shelf, draft.key, draft.body, by=draft.by, now=now)
                await _take(session, written, check, before, now)
        except Refused as refusal:
            draft.due_at = None
            draft.fault = f"{before.texts[f'refused.{refusal.reason}'].text}{refusal.detail}"
        else:
            await session.delete(draft)
    return len(found)


async def _take(
    session: AsyncSession, written: Awaitable[Content], check: Check, before: Content, now: datetime
) -> None:
    """Look at all content as it is now *written*, by the rules of content and of services, and take it over."""
    try:
        content = await written
        check(content)
    except ContentError as error:
        raise Refused("content_wrong", typed.explain(error)) from error
    await settle(session, content, before=before, now=now)


def own(visit: Visit) -> None:
    """Let only those edit who do so for the whole federation: what is written here, every member reads.

    Raises Refused: content_shared.
    """
    if not visit.scope.whole:
        raise Refused("content_shared")
