"""Members as staff look for them: by number, card, telephone or the beginning of a name, within their part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import roster
from models.events import Event
from models.handoffs import HandOff
from models.members import Contact, Member
from models.membership import Unmatched
from models.places import Place
from models.rights import Scope
from models.roster import Card

PAGE, PLACES, ID_DIGITS = 50, 50, 9


@dataclass(frozen=True, slots=True)
class Known:
    """What staff see of one member beside the member: addresses, card, sign-ups, hand-offs, and a card not found."""

    contacts: Sequence[Contact]
    card: Card | None
    places: Sequence[tuple[Place, Event]]
    handoffs: int
    unmatched: Unmatched | None


async def one(session: AsyncSession, scope: Scope, number: int) -> Member | None:
    """Return the member of that *number*, if they lie within *scope*."""
    found: Member | None = await session.scalar(_within(select(Member).where(Member.id == number), scope))
    return found


async def found(session: AsyncSession, scope: Scope, said: str, *, after: int = 0) -> list[Member]:
    """Return one page of the members meant by *said*: digits of whatever kind, or the beginning of a name."""
    query = select(Member).where(_means(said), Member.id > after)
    return list(await session.scalars(_within(query, scope).order_by(Member.id).limit(PAGE)))


async def unbound(session: AsyncSession, scope: Scope, said: str) -> list[Card]:
    """Return some cards meant by the digits *said* to which no member is bound."""
    if not roster.is_number(said):
        return []
    query = select(Card).where(roster.means(said), Card.id.not_in(_bound()))
    query = scope.narrow(query, Card.union_name, Card.area)
    return list(await session.scalars(query.order_by(Card.id).limit(PAGE)))


async def missed(session: AsyncSession, scope: Scope) -> list[tuple[int, Unmatched]]:
    """Return the members whose card was not found, those who tried last first, with what they said."""
    query = select(Member.id, Unmatched).join(Unmatched).where(Member.roster_id.is_(None))
    rows = await session.execute(_within(query, scope).order_by(Unmatched.said_at.desc()).limit(PAGE))
    return [(number, said) for number, said in rows]


async def card(session: AsyncSession, scope: Scope, said: str) -> list[Card]:
    """Return the cards within *scope* that have exactly this number, or whose holder has this telephone."""
    query = scope.narrow(select(Card).where(roster.is_whole(said)), Card.union_name, Card.area)
    return list(await session.scalars(query.order_by(Card.id).limit(2)))


async def known(session: AsyncSession, member: Member) -> Known:
    """Return what is known of *member*, the newest sign-ups first."""
    contacts = select(Contact).where(Contact.member_id == member.id)
    places = select(Place, Event).join(Event).where(Place.member_id == member.id)
    rows = await session.execute(places.order_by(Place.id.desc()).limit(PLACES))
    talks = select(func.count()).where(HandOff.member_id == member.id)
    return Known(
        list(await session.scalars(contacts.order_by(Contact.channel, Contact.address))),
        await session.scalar(select(Card).where(Card.id == member.roster_id)),
        [(place, event) for place, event in rows],
        await session.scalar(talks) or 0,
        await session.get(Unmatched, member.id),
    )


def _means(said: str) -> ColumnElement[bool]:
    if not roster.is_number(said):
        return Member.name.startswith(said, autoescape=True)
    cards = Member.roster_id.in_(select(Card.id).where(roster.means(said)))
    return or_(cards, Member.id == int(said)) if said.isdecimal() and len(said) <= ID_DIGITS else cards


def _bound() -> Select[int | None]:
    return select(Member.roster_id).where(Member.roster_id.is_not(None))


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    return scope.narrow(query, Member.union_name, Member.area)
