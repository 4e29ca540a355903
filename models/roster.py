"""The roster: who holds a 京卡, as staff import it, and how a card is found again."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import sheets
from models.base import Base, Moment
from models.crypto import Encrypted, lookup_hash
from models.members import Member

NEEDED, OPTIONAL = ("姓名", "京卡卡号", "手机号"), ("单位工会", "区域", "职务")
CARD_END, PHONE_END = 6, 4
NAME_LENGTH = 50
_CARD, _PHONE = re.compile(r"\d{8,19}"), re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LOST = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


class Card(Base):
    """One holder of a card; numbers lie encrypted and are found by the keyed hashes beside them."""

    __tablename__ = "roster"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    card: Mapped[str] = mapped_column(Encrypted)
    card_hash: Mapped[str] = mapped_column(unique=True)
    card_end_hash: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(Encrypted)
    phone_hash: Mapped[str] = mapped_column(index=True)
    phone_end_hash: Mapped[str]
    union_name: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="", server_default="", index=True)
    source: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Holder:
    """One good line of a roster."""

    name: str
    card: str
    phone: str
    union_name: str = ""
    area: str = ""
    role: str = ""


@dataclass(slots=True)
class Import:
    """What an import has done: how many holders were new, changed, and as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Import") -> "Import":
        return Import(self.new + other.new, self.changed + other.changed, self.same + other.same)


def check(lines: Iterable[sheets.Line]) -> tuple[list[Holder], list[tuple[int, str]]]:
    """Return the good lines as holders, and for each bad one its number and why."""
    good, bad, seen = list[Holder](), list[tuple[int, str]](), dict[str, int]()
    for line in lines:
        holder, why = _holder(line.cells)
        if not why and holder.card in seen:
            why = f"京卡卡号 stands in line {seen[holder.card]} already"
        if why:
            bad.append((line.number, why))
        else:
            seen[holder.card] = line.number
            good.append(holder)
    return good, bad


def _holder(cells: Mapping[str, str]) -> tuple[Holder, str]:
    card, phone = _digits(cells["京卡卡号"]), cells["手机号"]
    number = mobile(phone)
    reasons = (
        _name_fault(cells["姓名"]),
        _card_fault(card),
        ""
        if number
        else "手机号 is not a mobile number of 11 digits"
        if _digits(phone)
        else "手机号 is missing",
    )
    holder = Holder(cells["姓名"], card, number, cells["单位工会"], cells["区域"], cells["职务"])
    return holder, "; ".join(reason for reason in reasons if reason)


def _name_fault(name: str) -> str:
    if not name:
        return "姓名 is missing"
    plain = len(name) <= NAME_LENGTH and not any(c.isdigit() for c in name)
    return "" if plain else "姓名 is not a name"


def _card_fault(card: str) -> str:
    if not card:
        return "京卡卡号 is missing"
    if _LOST.fullmatch(card):
        return "京卡卡号 has lost its last digits: format the column as text"
    return "" if _CARD.fullmatch(card) else "京卡卡号 is not 8 to 19 digits"


async def put(session: AsyncSession, holders: Sequence[Holder], *, source: str, now: datetime) -> Import:
    """Keep *holders*: new cards are added, known ones brought up to date, with the members bound to them."""
    done = Import()
    by_hash = {_hash("card", holder.card): holder for holder in holders}
    found = await session.scalars(select(Card).where(Card.card_hash.in_(by_hash)).with_for_update())
    known = {card.card_hash: card for card in found}
    for card_hash, holder in by_hash.items():
        card = known.get(card_hash)
        if card is None:
            done.new += 1
            session.add(_filled(Card(card_hash=card_hash), holder, source, now))
        elif _same(card, holder):
            done.same += 1
        else:
            done.changed += 1
            _filled(card, holder, source, now)
            where = {"union_name": holder.union_name, "area": holder.area}
            await session.execute(update(Member).where(Member.roster_id == card.id).values(where))
    await session.flush()
    return done


def _same(card: Card, holder: Holder) -> bool:
    return holder == Holder(card.name, card.card, card.phone, card.union_name, card.area, card.role)


def _filled(card: Card, holder: Holder, source: str, now: datetime) -> Card:
    card.name, card.union_name, card.area = holder.name, holder.union_name, holder.area
    card.role = holder.role
    card.card, card.card_end_hash = holder.card, _hash("card-end", holder.card[-CARD_END:])
    card.phone, card.phone_hash = holder.phone, _hash("phone", holder.phone)
    card.phone_end_hash = _hash("phone-end", holder.phone[-PHONE_END:])
    card.source, card.imported_at = source, now
    return card


async def by_card_end(session: AsyncSession, digits: str, name: str) -> list[Card]:
    """Return the cards that end in *digits* and belong to somebody of that *name*."""
    found = await session.scalars(
        select(Card).where(Card.card_end_hash == _hash("card-end", digits)).order_by(Card.id)
    )
    return [card for card in found if _plain(card.name) == _plain(name)]


async def by_phone(session: AsyncSession, phone: str) -> list[Card]:
    """Return the cards of whoever has this *phone*, written in any way."""
    number = mobile(phone)
    if not number:
        return []
    query = select(Card).where(Card.phone_hash == _hash("phone", number))
    return list(await session.scalars(query.order_by(Card.id)))


async def by_phone_end(session: AsyncSession, cards: Iterable[int], digits: str) -> list[Card]:
    """Return those of *cards* whose holder's phone ends in *digits*."""
    query = select(Card).where(Card.id.in_(list(cards)), Card.phone_end_hash == _hash("phone-end", digits))
    return list(await session.scalars(query.order_by(Card.id)))


def is_number(said: str) -> bool:
    """Say whether *said* is digits, written in any way, and not a name."""
    return _digits(said).removeprefix("+").isdecimal()


def is_whole(said: str) -> ColumnElement[bool]:
    """Return the condition that *said* is a card's whole number, or its holder's phone."""
    by_card, by_phone = _hash("card", _digits(said)), _hash("phone", mobile(said))
    return or_(Card.card_hash == by_card, Card.phone_hash == by_phone)


def means(said: str) -> ColumnElement[bool]:
    """Return the condition that *said* is a card's whole number or the end of it, or its holder's phone."""
    return or_(is_whole(said), Card.card_end_hash == _hash("card-end", _digits(said)))


async def unions_like(session: AsyncSession, said: str, *, most: int) -> list[str]:
    """Return the unions of the roster in whose name *said* stands, the shortest first."""
    name = Card.union_name
    query = select(name).where(name.contains(said, autoescape=True)).group_by(name)
    return list(await session.scalars(query.order_by(func.length(name), name).limit(most)))


def _hash(column: str, text: str) -> str:
    """Return the hash of *text* in one column only, so that columns cannot be compared with one another."""
    return lookup_hash(f"{column}:{text}")


def mobile(phone: str) -> str:
    """Return the eleven digits of a mobile number, written in any way; nothing when it is none."""
    found = _PHONE.fullmatch(_digits(phone))
    return found[1] if found else ""


def _digits(number: str) -> str:
    """Return a number without width, spaces and dashes."""
    return re.sub(r"[ -]", "", unicodedata.normalize("NFKC", number))


def _plain(name: str) -> str:
    """Return *name* without case, width, spaces and the dots that names are written with."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if unicodedata.category(c)[0] == "L")
