"""What waits and what is being talked about: the hand-offs as colleagues look through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.handling import HandOffLabel
from models.handoffs import HandOff, HandOffLine
from models.members import Member
from models.rights import Scope

Box = Literal["waiting", "mine", "others", "snoozed", "closed"]
BOXES: tuple[Box, ...] = get_args(Box)
PAGE, LINES, EARLIER, OFFERED = 50, 60, 10, 30
URGENT_FIRST = (
    HandOff.urgency == "",
    HandOff.urgency,
    HandOff.promised.is_(None),
    HandOff.promised,
    HandOff.id,
)


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: one box as *staff* sees it, where *label* is given only what carries it."""

    scope: Scope
    staff: str
    box: Box = "waiting"
    label: str = ""
    page: int = 0


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(HandOff.snoozed_until.is_(None), HandOff.snoozed_until <= now)


def _box(staff: str, now: datetime) -> ColumnElement[str]:
    """Return the box in which a hand-off lies for *staff*."""
    return case(
        (HandOff.state != "taken", HandOff.state),
        (~_awake(now), "snoozed"),
        (HandOff.taken_by == staff, "mine"),
        else_="others",
    )


def _narrowed(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    return scope.narrow(query.join(Member, Member.id == HandOff.member_id), Member.union_name, Member.area)


async def listed(session: AsyncSession, view: View, *, now: datetime) -> Sequence[tuple[HandOff, Member]]:
    """Return a page of a box and one more: what is urgent first, then what was promised first."""
    closed = view.box == "closed"
    state = {"waiting": "waiting", "closed": "closed"}.get(view.box, "taken")
    query = select(HandOff, Member).where(HandOff.state == state, _box(view.staff, now) == view.box)
    if view.label:
        labelled = select(HandOffLabel.handoff_id).where(HandOffLabel.label == view.label)
        query = query.where(HandOff.id.in_(labelled))
    query = query.order_by(*([HandOff.id.desc()] if closed else URGENT_FIRST))
    rows = await session.execute(_narrowed(query, view.scope).offset(view.page * PAGE).limit(PAGE + 1))
    return [(handoff, member) for handoff, member in rows]


async def counts(session: AsyncSession, scope: Scope, staff: str, *, now: datetime) -> dict[str, int]:
    """Count the open hand-offs of each box, and as `late` those that wait beyond their promise."""
    box = _box(staff, now).label("box")
    late = func.count(case((and_(HandOff.state == "waiting", HandOff.promised < now), 1)))
    query = (
        select(box, func.count(), late).select_from(HandOff).where(HandOff.state.in_(("waiting", "taken")))
    )
    rows = (await session.execute(_narrowed(query, scope).group_by(box))).all()
    return {**{row[0]: row[1] for row in rows}, "late": sum(row[2] for row in rows)}


async def known_labels(session: AsyncSession, scope: Scope) -> list[str]:
    """Return labels to choose from."""
    query = select(HandOffLabel.label).distinct().join(HandOff, HandOff.id == HandOffLabel.handoff_id)
    query = query.order_by(HandOffLabel.label).limit(OFFERED)
    return list(await session.scalars(_narrowed(query, scope)))


async def newest(session: AsyncSession, scope: Scope) -> int:
    """Return the number of the hand-off that began to wait last; 0 when none waits."""
    query = select(func.max(HandOff.id)).where(HandOff.state == "waiting")
    return (await session.execute(_narrowed(query, scope))).scalar_one() or 0


async def one(session: AsyncSession, scope: Scope, number: int) -> tuple[HandOff, Member] | None:
    """Return a hand-off and whose it is; None when it lies outside of *scope*."""
    query = _narrowed(select(HandOff, Member).where(HandOff.id == number), scope)
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def lines(session: AsyncSession, handoff: HandOff, *, before: int = 0) -> list[HandOffLine]:
    """Return the last lines of a hand-off, or the last *before* one, in the order in which they were said."""
    query = select(HandOffLine).where(HandOffLine.handoff_id == handoff.id)
    if before:
        query = query.where(HandOffLine.id < before)
    return list(await session.scalars(query.order_by(HandOffLine.id.desc()).limit(LINES)))[::-1]


async def earlier(session: AsyncSession, handoff: HandOff) -> list[HandOff]:
    """Return other hand-offs of the same member, the newest first."""
    query = select(HandOff).where(HandOff.member_id == handoff.member_id, HandOff.id != handoff.id)
    return list(await session.scalars(query.order_by(HandOff.id.desc()).limit(EARLIER)))
