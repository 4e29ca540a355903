"""Sign-ups that staff write down for members, from a paper or a call, through the same guard as everybody's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import allotment, consents, offers, places, roster, sheets, signups
from models.base import Refused
from models.events import Event
from models.members import Member
from models.places import Change, Place
from models.signups import Wish

NEEDED, OPTIONAL = ("姓名", "手机号"), ("单位工会", "人数", "组别", "备注")
NAME_LENGTH = 50
Act = Literal["take", "leave", "cancel", "move"]
ACTS: tuple[Act, ...] = ("take", "leave", "cancel", "move")
"""What a member may say on the telephone of their sign-up: yes or no to an offer, not coming, another group."""
_PARTY = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Applicant:
    """One good line: who wants to come, with how many, in which group."""

    name: str
    phone: str
    union: str = ""
    party: int = 1
    category: str = ""
    remark: str = ""


def check(lines: Iterable[sheets.Line]) -> tuple[list[tuple[int, Applicant]], list[tuple[int, str]]]:
    """Return the good lines with their numbers, and for each bad one its number and why."""
    good, bad, seen = list[tuple[int, Applicant]](), list[tuple[int, str]](), dict[str, int]()
    for line in lines:
        applicant, why = _applicant(line.cells)
        who = places.same_person(applicant.name, applicant.phone) or ""
        if not why and who in seen:
            why = f"姓名 and 手机号 stand in line {seen[who]} already"
        if why:
            bad.append((line.number, why))
        else:
            seen[who] = line.number
            good.append((line.number, applicant))
    return good, bad


def _applicant(cells: Mapping[str, str]) -> tuple[Applicant, str]:
    name, party = cells["姓名"], cells["人数"] or "1"
    phone = roster.mobile(cells["手机号"])
    reasons = (
        ""
        if name and len(name) <= NAME_LENGTH and not any(c.isdigit() for c in name)
        else "姓名 is not a name",
        "" if phone else "手机号 is not a mobile number of 11 digits",
        "" if _PARTY.fullmatch(party) else "人数 is not a number of persons",
    )
    why = "; ".join(reason for reason in reasons if reason)
    number = int(party) if not reasons[2] else 1
    return Applicant(name, phone, cells["单位工会"], number, cells["组别"], cells["备注"]), why


async def person(session: AsyncSession, event: Event, name: str, phone: str, *, now: datetime) -> Member:
    """Return the member who signed up as this person before, else a new one whom only the telephone reaches.

    Of several records the one that is in *event* goes first, then the one that was, then the newest.
    """
    here = Place.event_id == event.id
    order = (and_(here, Place.who.is_not(None)).desc(), here.desc(), Place.id.desc())
    known = select(Place.member_id).where(Place.person == places.same_person(name, phone))
    number = await session.scalar(known.order_by(*order).limit(1))
    if number is not None:
        member = await session.get_one(Member, number)
        member.phone = member.phone or phone
        return member
    member = Member(name=name, phone=phone, joined_at=now)
    session.add(member)
    await session.flush()
    return member


async def sign_up(
    session: AsyncSession, event: Event, applicant: Applicant, staff: str, *, now: datetime
) -> list[Change]:
    """Sign a member up as *staff* wrote it down; they agreed by word of mouth.

    Raises Refused as signing up does.
    """
    member = await person(session, event, applicant.name, applicant.phone, now=now)
    wish = Wish(
        member_id=member.id,
        channel=offers.ON_PAPER,
        party=applicant.party,
        category=applicant.category,
        union=applicant.union or member.union_name,
        area=member.area,
        verified=member.verified,
        name=applicant.name,
        phone=applicant.phone,
        answers={"remark": applicant.remark} if applicant.remark else {},
        by=staff,
    )
    await consents.give(session, member, consents.SIGN_UP, event.slug, how=f"oral, by {staff}", now=now)
    return await signups.sign_up(session, event, wish, now=now)


async def found(session: AsyncSession, event: Event, name: str, phone: str) -> Place:
    """Return what the person with this name and phone has of *event*, on whatever way they signed up.

    Raises Refused: no_such_person.
    """
    who = places.same_person(name, phone)
    place = await session.scalar(select(Place).where(Place.event_id == event.id, Place.who == who))
    if place is None:
        raise Refused("no_such_person")
    return place


async def act(
    session: AsyncSession, place: Place, wish: Act, staff: str, *, reason: str, group: str = "", now: datetime
) -> list[Change]:
    """Do what a member asked of their sign-up, as *staff* wrote it down, by the rules that hold for all.

    Raises Refused as the rule does.
    """
    if wish == "take":
        return await offers.confirm(session, place, by=staff, now=now)
    if wish == "leave":
        return await offers.decline(session, place, by=staff, now=now)
    if wish == "move":
        return await allotment.move_category(session, place, group, by=staff, reason=reason, now=now)
    return await signups.cancel(session, place, by=staff, reason=reason, now=now)
