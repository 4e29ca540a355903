"""A notice from a sheet: one line a member with fields of its own, found by sign-up number or by name and phone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import places, roster, sheets
from models.base import Base
from models.crypto import EncryptedJSON
from models.events import Event
from models.members import Member, moves_along
from models.places import Place

NUMBER, NAME, PHONE = "报名编号", "姓名", "手机号"
FOUND_BY = (NUMBER, NAME, PHONE)
_NUMBER = re.compile(r"[A-Za-z]{0,3}0*(\d{1,9})", re.ASCII)
Misses = list[tuple[int, str]]


class NoticeLine(Base):
    """What the sheet of a notice says of one member."""

    __tablename__ = "notice_lines"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    fields: Mapped[dict[str, str]] = mapped_column(EncryptedJSON)


def read(file: Path, fields: Iterable[str]) -> list[sheets.Line]:
    """Return the lines of a sheet that has the columns *fields*, which the notice's text names.

    Raises Unreadable when one is missing, or nothing by which members are found.
    """
    lines = sheets.read(file, sorted(fields), FOUND_BY)
    if not any(line.cells[NUMBER] or (line.cells[NAME] and line.cells[PHONE]) for line in lines):
        raise sheets.Unreadable(f"{file.name}: needs a column {NUMBER}, or {NAME} and {PHONE}")
    return lines


async def match(
    session: AsyncSession, event: Event | None, lines: Sequence[sheets.Line]
) -> tuple[dict[int, dict[str, str]], Misses]:
    """Return what the sheet says of each member, and the lines that lead to none or to one who had a line before."""
    found: dict[int, dict[str, str]] = {}
    missed: Misses = []
    for line in lines:
        member = await _member(session, event, line.cells)
        if member is None:
            missed.append((line.number, "nobody is found by this"))
        elif member in found:
            missed.append((line.number, "this member has a line already"))
        else:
            found[member] = {name: said for name, said in line.cells.items() if name not in FOUND_BY}
    return found, missed


async def keep(session: AsyncSession, notice: int, found: Mapping[int, dict[str, str]]) -> None:
    """Keep what the sheet says, in place of an earlier one."""
    await session.execute(delete(NoticeLine).where(NoticeLine.notice_id == notice))
    session.add_all(
        NoticeLine(notice_id=notice, member_id=member, fields=said) for member, said in found.items()
    )
    await session.flush()


async def of(session: AsyncSession, notice: int, members: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return what the sheet of a notice says of *members*."""
    query = select(NoticeLine).where(NoticeLine.notice_id == notice, NoticeLine.member_id.in_(members))
    return {line.member_id: line.fields for line in await session.scalars(query)}


async def _member(session: AsyncSession, event: Event | None, cells: Mapping[str, str]) -> int | None:
    number = _NUMBER.fullmatch(cells[NUMBER])
    if number and event is not None:
        query = select(Place.member_id).where(Place.event_id == event.id, Place.number == int(number[1]))
        return await session.scalar(query)
    if not (cells[NAME] and cells[PHONE]):
        return None
    return await _by_sign_up(session, event, cells) or await _by_card(session, cells)


async def _by_sign_up(session: AsyncSession, event: Event | None, cells: Mapping[str, str]) -> int | None:
    person = places.same_person(cells[NAME], cells[PHONE])
    if person is None:
        return None  # a telephone without digits is nobody's, not that of everybody who gave none
    query = select(Place.member_id).where(Place.person == person)
    if event is not None:
        query = query.where(Place.event_id == event.id)
    return await session.scalar(query.order_by(Place.id.desc()).limit(1))


async def _by_card(session: AsyncSession, cells: Mapping[str, str]) -> int | None:
    cards = [card for card in await roster.by_phone(session, cells[PHONE]) if card.name == cells[NAME]]
    return await session.scalar(select(Member.id).where(Member.roster_id.in_([card.id for card in cards])))


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: object) -> None:
    """Bring the lines along; of two in one sheet the kept member's own stays."""
    mine = select(NoticeLine.notice_id).where(NoticeLine.member_id == keep.id)
    theirs = NoticeLine.member_id == other.id
    await session.execute(delete(NoticeLine).where(theirs, NoticeLine.notice_id.in_(mine)))
    await session.execute(update(NoticeLine).where(theirs).values(member_id=keep.id))
