"""Notices as staff find them: only those for the part of the federation that is theirs, page by page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from config.notices import Audience
from models import audiences, notices, progress
from models.base import Refused
from models.events import Event
from models.members import Member
from models.notices import CANCELLED, Notice
from models.rights import Scope
from models.roster import Card

PAGE, SUGGESTED, MOST_PLANNED = 50, 500, 500


@dataclass(frozen=True, slots=True)
class Suggested:
    """The names that there are, to choose an audience from."""

    unions: Sequence[str]
    areas: Sequence[str]
    roles: Sequence[str]
    events: Sequence[Event]


def allows(scope: Scope, audience: Audience) -> bool:
    """Say whether nobody outside of *scope* is in *audience*."""
    inside = bool(audience.unions) and scope.unions.issuperset(audience.unions)
    return scope.whole or inside or (bool(audience.areas) and scope.areas.issuperset(audience.areas))


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a notice is for nobody outside of *scope*, or puts right one that is."""
    if scope.whole:
        return true()
    wrong = aliased(Notice)
    return or_(_inside(scope, Notice), Notice.corrects.in_(select(wrong.id).where(_inside(scope, wrong))))


def _inside(scope: Scope, notice: type[Notice]) -> ColumnElement[bool]:
    return or_(_only(notice, "unions", scope.unions), _only(notice, "areas", scope.areas))


def _only(notice: type[Notice], key: str, names: Collection[str]) -> ColumnElement[bool]:
    """Say that an audience's list holds nothing but *names*: as each stands there once, it is no longer than they."""
    first, *more = [notice.audience[(key, place)].as_string() for place in range(len(names) + 1)]
    listed = sorted(names)
    if not more:
        return false()
    return and_(
        first.in_(listed), *(or_(one.is_(None), one.in_(listed)) for one in more[:-1]), more[-1].is_(None)
    )


async def find(session: AsyncSession, scope: Scope, number: int) -> Notice | None:
    """Return the notice of that number, if it lies within *scope*."""
    return await session.scalar(select(Notice).where(Notice.id == number, within(scope)))


async def search(
    session: AsyncSession, scope: Scope, *, state: str = "", title: str = "", before: int = 0
) -> list[Notice]:
    """Return a page of notices, the newest first: in that *state*, with *title* in their title, older than *before*."""
    query = select(Notice).where(within(scope), Notice.title.contains(title, autoescape=True))
    if state:
        query = query.where(Notice.state == state)
    if before:
        query = query.where(Notice.id < before)
    return list(await session.scalars(query.order_by(Notice.id.desc()).limit(PAGE)))


async def planned(session: AsyncSession, scope: Scope, first: datetime, last: datetime) -> list[Notice]:
    """Return the notices that go from *first* until before *last*, in the order of their times."""
    going = (Notice.send_at >= first, Notice.send_at < last, Notice.state != CANCELLED, ~Notice.removes)
    query = select(Notice).where(within(scope), *going).order_by(Notice.send_at, Notice.id)
    return list(await session.scalars(query.limit(MOST_PLANNED)))


async def suggested(session: AsyncSession, scope: Scope) -> Suggested:
    """Return the unions, areas, offices and events that an audience within *scope* may be of."""
    unions = select(Member.union_name).where(Member.union_name != "").order_by(Member.union_name)
    areas = select(Member.area).where(Member.area != "").order_by(Member.area)
    roles = select(Card.role).where(Card.role != "").order_by(Card.role)
    found = scope.narrow(select(Event), Event.union, Event.area).order_by(Event.id.desc()).limit(PAGE)
    return Suggested(
        await _names(session, unions) if scope.whole else sorted(scope.unions),
        await _names(session, areas) if scope.whole else sorted(scope.areas),
        await _names(session, roles),
        list(await session.scalars(found)),
    )


async def _names(session: AsyncSession, query: Select[str]) -> list[str]:
    return list(await session.scalars(query.distinct().limit(SUGGESTED)))


async def check(session: AsyncSession, scope: Scope, audience: Audience) -> None:
    """Refuse an audience that reaches beyond *scope*, or a union or area that no member is of, most likely misspelt.

    Raises Refused: notice_scope, notice_union, notice_area.
    """
    if not allows(scope, audience):
        raise Refused("notice_scope")
    unions = select(Member.union_name).where(Member.union_name.in_(audience.unions)).distinct()
    if set(await session.scalars(unions)) != set(audience.unions):
        raise Refused("notice_union")
    areas = select(Member.area).where(Member.area.in_(audience.areas)).distinct()
    if set(await session.scalars(areas)) != set(audience.areas):
        raise Refused("notice_area")


async def approve(session: AsyncSession, number: int, by: str, *, now: datetime) -> int:
    """Let a notice go as it stands; return for how many members.

    Raises Refused: notice_nobody, and as notices.approve() does.
    """
    size = await audiences.count(session, progress.ring(await notices.locked(session, number)))
    if not size:
        raise Refused("notice_nobody")
    await notices.approve(session, number, by, size=size, now=now)
    return size
