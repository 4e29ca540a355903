"""What is kept too long, kind by kind: counted for a preview, and forgotten in slices."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, and_, cast, exists, func, or_, select, true, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models import application_data, application_papers, case_data, leftovers
from models.applications import Application
from models.base import Base
from models.case_deadlines import CaseDeadline
from models.cases import OVER, Case
from models.consents import Consent
from models.conversations import Conversation
from models.handoffs import HandOff
from models.inbox import Received
from models.proposals import Proposal
from models.quiet import BEIJING
from models.unanswered import Unanswered

SLICE = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: when a row of *table* began to be old (*since*), which rows count now, and how one is forgotten."""

    table: type[Base]
    since: InstrumentedAttribute[Any]
    counts: Callable[[datetime], ColumnElement[bool]]
    forget: Callable[[AsyncSession, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Due:
    """How many rows of a kind are over their time, and since when the oldest."""

    number: int
    oldest: datetime | None


async def due(session: AsyncSession, kind: str, keep: timedelta, *, now: datetime) -> Due:
    """Count what of *kind* is older than *keep*."""
    found = KINDS[kind]
    query = select(func.count(), func.min(found.since)).select_from(found.table)
    number, oldest = (await session.execute(query.where(_over(found, keep, now)))).one()
    return Due(number, oldest)


async def apply(session: AsyncSession, kind: str, keep: timedelta, *, now: datetime) -> int:
    """Forget a slice of what of *kind* is older than *keep*; return how many, 0 when nothing is left."""
    found = KINDS[kind]
    query = select(found.table).where(_over(found, keep, now)).order_by(found.since).limit(SLICE)
    rows = list(await session.scalars(query.with_for_update(skip_locked=True)))
    for row in rows:
        await found.forget(session, row)
    await session.flush()
    return len(rows)


def _over(kind: Kind, keep: timedelta, now: datetime) -> ColumnElement[bool]:
    return and_(kind.since < now - keep, kind.counts(now))


async def _delete(session: AsyncSession, row: Base) -> None:
    await session.delete(row)


async def _forget_conversation(_: AsyncSession, row: Conversation) -> None:
    row.forget()


async def _forget_case(session: AsyncSession, row: Case) -> None:
    sent = await case_data.digests(session, row)
    await case_data.forget(session, row)
    await session.flush()
    await leftovers.let_go(session, sent)


async def _forget_application(session: AsyncSession, row: Application) -> None:
    sent = [paper.digest for paper in await application_papers.of(session, row)]
    await application_data.wipe(session, [row])
    await session.flush()
    await leftovers.let_go(session, sent)


def _holds(column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition that something stands in a secret column."""
    return type_coerce(column, Text) != ""


def _said(_: datetime) -> ColumnElement[bool]:
    offered = cast(type_coerce(Conversation.choices, JSON), Text) != "[]"
    return or_(Conversation.form != "", _holds(Conversation.asked), offered)


def _closed(now: datetime) -> ColumnElement[bool]:
    ahead = CaseDeadline.last_day >= now.astimezone(BEIJING).date()
    running = exists().where(CaseDeadline.case_id == Case.id, CaseDeadline.met_at.is_(None), ahead)
    return and_(Case.state.in_(OVER), _holds(Case.facts), ~running)


KINDS: Mapping[str, Kind] = {
    "conversations": Kind(Conversation, Conversation.touched_at, _said, _forget_conversation),
    "messages_failed": Kind(Received, Received.received_at, lambda _: Received.state == "failed", _delete),
    "questions": Kind(Unanswered, Unanswered.asked_at, lambda _: true(), _delete),
    "talks": Kind(HandOff, HandOff.closed_at, lambda _: HandOff.state == "closed", _delete),
    "consents": Kind(Consent, Consent.withdrawn_at, lambda _: true(), _delete),
    "cases": Kind(Case, Case.closed_at, _closed, _forget_case),
    "applications": Kind(
        Application, Application.ended_at, lambda _: Application.address != "", _forget_application
    ),
    "proposals": Kind(Proposal, Proposal.ended_at, lambda _: true(), _delete),
}
