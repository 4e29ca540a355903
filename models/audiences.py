"""Audiences: whom a notice is for, as a condition on members that the database counts and expands by itself."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from config.notices import AtEvent, Audience, OfNotice
from models.answers import NoticeAnswer
from models.calls import CHANNEL as CALLS
from models.events import Event
from models.members import PAGE, Contact, Member
from models.notice_lines import NoticeLine
from models.outbox import Letter
from models.places import ATTENDED, CONFIRMED, NO_SHOW, OFFERED, WAITING, Place
from models.roster import Card
from models.subscriptions import bit
from models.works import Work

STANDINGS = {
    "registered": (CONFIRMED,),
    "waiting": (WAITING, OFFERED),
    "attended": (ATTENDED,),
    "missed": (NO_SHOW,),
}
CLUB = "club"


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom a notice of this *kind* and *topic* is for; *notice* is its number, for those who stand in its sheet."""

    audience: Audience
    kind: str
    topic: str = ""
    notice: int = 0

    @property
    def members(self) -> ColumnElement[bool]:
        """Return the condition on a member; news is for those who want it."""
        whom = _who(self.audience, self.notice)
        return whom if self.kind != "news" else and_(whom, wants(self.topic))

    def contacts(self, first: int = 0, last: int | None = None) -> Select[int, str, str]:
        """Select the address at which each member is told: where they wrote last, the page only without another.

        *first* and *last* bound the members by their numbers.
        """
        best = case((Contact.channel == PAGE, 2), (Contact.channel == Member.channel, 0), else_=1)
        order = (best, Contact.channel, Contact.address)
        place = func.row_number().over(partition_by=Contact.member_id, order_by=order).label("place")
        query = select(Contact.member_id, Contact.channel, Contact.address, place).join(Member)
        query = query.where(Contact.dead_at.is_(None), Member.id >= first, self.members)
        if last is not None:
            query = query.where(Member.id <= last)
        if self.audience.channels:
            query = query.where(Contact.channel.in_(self.audience.channels))
        ranked = query.subquery("ranked")
        return select(ranked.c.member_id, ranked.c.channel, ranked.c.address).where(ranked.c.place == 1)

    def calls(self, first: int, last: int) -> Select[int, str, str]:
        """Select the members whom nothing but a telephone reaches, as addresses of the call list."""
        alive = exists().where(Contact.member_id == Member.id, Contact.dead_at.is_(None))
        number = cast(Member.id, String).label("address")
        row = select(Member.id.label("member_id"), literal(CALLS).label("channel"), number)
        return row.where(Member.id.between(first, last), self.members, ~alive, Member.phone.is_not(None))


def wants(topic: str) -> ColumnElement[bool]:
    """Return the condition that a member wants news of *topic*."""
    on = Member.topics.bitwise_and(bit(topic)) != 0 if topic else true()
    return and_(Member.wants_news, on)


def _who(audience: Audience, notice: int) -> ColumnElement[bool]:
    asked = [condition(getattr(audience, name)) for name, condition in _BY.items() if getattr(audience, name)]
    if audience.event is not None:
        asked.append(_at_event(audience.event))
    if audience.notice is not None:
        asked.append(_reached(audience.notice))
    if audience.sheet:
        asked.append(Member.id.in_(select(NoticeLine.member_id).where(NoticeLine.notice_id == notice)))
    if audience.any:
        asked.append(or_(*(_who(part, notice) for part in audience.any)))
    if audience.without is not None:
        asked.append(not_(_who(audience.without, notice)))
    return and_(true(), *asked)


def _at_event(asked: AtEvent) -> ColumnElement[bool]:
    """Return the condition that a member stands so at an event; who entered a photo is registered as well."""
    states = [state for name in asked.standing for state in STANDINGS[name]]
    mine = (Place.member_id == Member.id, Event.slug == asked.slug, Place.state.in_(states))
    found = exists().where(Place.event_id == Event.id, *mine)
    if "registered" not in asked.standing:
        return found
    photo = (Work.member_id == Member.id, Work.event == asked.slug, Work.state == "entered")
    return or_(found, exists().where(*photo))


def _in_branch(slugs: tuple[str, ...]) -> ColumnElement[bool]:
    club = (Place.event_id == Event.id, Event.kind == CLUB, Event.slug.in_(slugs))
    return exists().where(Place.member_id == Member.id, *club, Place.state.in_((CONFIRMED, ATTENDED)))


def _on_channel(names: tuple[str, ...]) -> ColumnElement[bool]:
    alive = (Contact.member_id == Member.id, Contact.dead_at.is_(None), Contact.channel.in_(names))
    return exists().where(*alive).correlate(Member)


def _reached(asked: OfNotice) -> ColumnElement[bool]:
    if asked.was == "answered":
        return exists().where(NoticeAnswer.member_id == Member.id, NoticeAnswer.notice_id == asked.number)
    how = Letter.state == "sent" if asked.was == "got" else Letter.state != "sent"
    return exists().where(Letter.member_id == Member.id, Letter.notice_id == asked.number, how)


_BY: dict[str, Callable[..., ColumnElement[bool]]] = {
    "everybody": lambda _: true(),
    "topics": lambda names: or_(*(wants(name) for name in names)),
    "areas": Member.area.in_,
    "unions": Member.union_name.in_,
    "roles": lambda names: exists().where(Card.id == Member.roster_id, Card.role.in_(names)),
    "branches": _in_branch,
    "channels": _on_channel,
    "languages": Member.language.in_,
}


async def count(session: AsyncSession, ring: Ring) -> int:
    """Count the members of *ring*, whether anything reaches them or not."""
    return await session.scalar(select(func.count()).select_from(Member).where(ring.members)) or 0


async def sample(session: AsyncSession, ring: Ring, *, most: int = 3) -> list[Member]:
    """Return some members of *ring*, for staff to see whether it is the one they mean."""
    return list(await session.scalars(select(Member).where(ring.members).order_by(Member.id).limit(most)))
