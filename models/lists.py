"""What staff take away of an event: the roster, who was there, and who waits, as rows of a table."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import events, members, places
from models.base import Refused
from models.events import Event
from models.places import ATTENDED, CONFIRMED, NO_SHOW, OFFERED, RANK, WAITING, Place
from models.sheets_out import Cell

Kind = Literal["roster", "attendance", "waiting"]
STATES = {
    "roster": (CONFIRMED, OFFERED, ATTENDED, NO_SHOW),
    "attendance": (CONFIRMED, ATTENDED, NO_SHOW),
    "waiting": (WAITING, OFFERED),
}
NAMES = {
    CONFIRMED: "已报上", OFFERED: "等本人确认", ATTENDED: "到了", NO_SHOW: "没到", WAITING: "排队",
}  # fmt: skip
HEADER = ("编号", "姓名", "手机号", "单位工会", "人数", "组别", "填写", "状态", "时间")
HIDDEN = frozenset(["remark", "partner_phone"])
GROUP, ANSWERS = 5, 6


async def rows(
    session: AsyncSession, event: Event, kind: Kind, *, reason: str = "", staff: str = "", now: datetime
) -> list[Sequence[Cell]]:
    """Return the list with its header; with a *reason* the phones stand in full, and each view is written down.

    Raises Refused: reason_missing, when *staff* asks for full phones without saying why.
    """
    if staff and not reason.strip():
        raise Refused("reason_missing")
    groups = {found.id: found.name for found in await events.categories(session, event)}
    order = RANK if kind == "waiting" else (Place.number, Place.id)
    query = select(Place).where(Place.event_id == event.id, Place.state.in_(STATES[kind])).order_by(*order)
    shown: Callable[[str], str] = str if staff else members.masked
    table: list[Sequence[Cell]] = [HEADER]
    for place in await session.scalars(query):
        table.append(_row(event, place, groups.get(place.category_id or 0, ""), shown))
        if staff:
            places.note(
                session, place, "phone seen", place.state, place.state, by=staff, reason=reason, now=now
            )
    return table


def _row(event: Event, place: Place, group: str, shown: Callable[[str], str]) -> Sequence[Cell]:
    said = "；".join(str(answer) for name, answer in place.answers.items() if answer and name not in HIDDEN)
    return (
        places.label(event, place), place.name, shown(place.phone), place.union, place.party, group, said,
        NAMES[place.state], place.since,
    )  # fmt: skip


def grouped(table: Sequence[Sequence[Cell]]) -> list[tuple[str, list[Sequence[Cell]]]]:
    """Return the rows of a list, which has no header any more, by category, or by the first answer where there is none."""

    def group(row: Sequence[Cell]) -> str:
        return str(row[GROUP] or str(row[ANSWERS]).partition("；")[0])

    return [(name, list(rows)) for name, rows in groupby(sorted(table, key=group), key=group)]
