"""A notice as a file describes it: its words, what it carries, and the sheet with a line for each member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from bot.commands.base import Failed
from config import notices as written
from config.settings import Settings
from handlers import noticing
from models import attachments, content, events, files, notice_lines, notices, sheets
from models.base import Refused
from models.files import Kept, Store
from models.notice_lines import FOUND_BY, Misses
from models.notices import Notice

MOST_BYTES = 20_000_000
"""What Telegram takes of a bot by upload, with room to spare."""


@dataclass(frozen=True, slots=True)
class File:
    """What was read before anything is written: the words, what lies in the store now, and the sheet."""

    said: Mapping[str, Any]
    kept: Sequence[Kept]
    sheet: Path | None
    name: str


async def read(settings: Settings, file: Path, sheet: Path | None) -> File:
    """Read the file of a notice, and put what it carries into the store.

    Raises Failed when something is wrong with it.
    """
    said = _mapping(file)
    store, kept, told = Store(settings.files), list[Kept](), dict(said)
    for kind in ("picture", "file"):
        if said.get(kind):
            told[kind], found = await _stored(store, file.parent / str(said[kind]), picture=kind == "picture")
            kept.append(found)
    return File(told, kept, sheet, file.name)


def _mapping(file: Path) -> Mapping[str, Any]:
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Failed(f"{file.name}: is not proper YAML") from error
    if not isinstance(said, Mapping):
        raise Failed(f"{file.name}: must hold keys and values")
    return said


async def _stored(store: Store, file: Path, *, picture: bool) -> tuple[str, Kept]:
    body = _content(file)
    try:
        found, kept = await attachments.take_in(store, body, file.name, picture=picture)
    except Refused as refusal:
        raise Failed(f"{file.name}: is no picture, or cannot be kept ({refusal.reason})") from refusal
    return found.reference, kept


def _content(file: Path) -> bytes:
    body = file.read_bytes()
    if len(body) > MOST_BYTES:
        raise Failed(f"{file.name}: is larger than 20 MB")
    return body


async def keep(
    session: AsyncSession, file: File, by: str, *, replace: int | None, now: datetime
) -> tuple[Notice, Misses]:
    """Keep the notice of a file as a draft; return it and the lines of its sheet that lead to nobody.

    Raises Failed when something is wrong with it, Refused as the rules do.
    """
    shown = await content.published(session)
    try:
        plan = written.plan(file.said, shown.notices)
    except ValueError as error:
        raise Failed(f"{file.name}: {error}") from error
    plan = plan.model_copy(
        update={"template_version": await content.template_version(session, plan.template)}
    )
    event = await events.by_slug(session, plan.event) if plan.event else None
    plan = noticing.complete(shown, plan, event)
    lines = _lines(plan, file)
    unknown = plan.unknown(frozenset(lines[0].cells) if lines else frozenset())
    if unknown:
        raise Failed(
            f"{file.name}: nobody fills in {', '.join(f'{{{name}}}' for name in unknown)}; say it in fills"
        )
    if replace is None:
        notice = await notices.draft(session, plan, by, now=now)
    else:
        notice = await notices.edit(session, replace, plan, by, now=now)
    await files.note(session, *file.kept, by=None, purpose=attachments.PURPOSE, now=now)
    found, missed = await notice_lines.match(session, event, lines)
    await notice_lines.keep(session, notice.id, found)
    return notice, missed


def _lines(plan: written.Plan, file: File) -> list[sheets.Line]:
    """Return the lines of the sheet; the columns that the text names must be there."""
    if plan.audience.sheet != (file.sheet is not None):
        raise Failed(f"{file.name}: --sheet goes with audience: {{sheet: true}}, and needs it")
    if file.sheet is None:
        return []
    known = {*written.OF_TIME, *plan.fills, *(written.OF_EVENT if plan.event else ())}
    try:
        return notice_lines.read(file.sheet, plan.placeholders - known - {written.NAME, *FOUND_BY})
    except sheets.Unreadable as error:
        raise Failed(str(error)) from error
