"""A roster that staff send from their browser: kept sealed until it is checked, then written in slices when they say so.

Each step is a transaction of its own, so that a large file neither holds up members nor is lost with a process.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, undefer

from models import crypto, roster, sheets
from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.roster import Holder

SENT, UNREADABLE, CHECKED, RUNNING, DONE, DROPPED = (
    "sent",
    "unreadable",
    "checked",
    "running",
    "done",
    "dropped",
)
SLICE, KEPT = 200, timedelta(days=7)
"""Holders written at once; how long a file waits that nobody takes over."""
SEAL = b"roster file"


class RosterImport(Base):
    """One file: *body* is it, sealed, until it is read; *bad* are its bad lines as [number, why], *wrong* of them."""

    __tablename__ = "roster_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(default=SENT, index=True)
    body: Mapped[str] = mapped_column(Text, deferred=True)
    good: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    bad: Mapped[list[Any]] = mapped_column(JSON, default=list, deferred=True)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)

    @property
    def written(self) -> int:
        """Return how many holders are on the roster by now."""
        return self.new + self.changed + self.same


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: so many good lines, in slices as they are kept, and the bad ones with their numbers."""

    good: int
    slices: Sequence[str]
    bad: Sequence[tuple[int, str]]


class RosterSlice(Base):
    """Some good lines of a file, until they are written."""

    __tablename__ = "roster_slices"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id", ondelete="CASCADE"), index=True)
    holders: Mapped[str] = mapped_column(Encrypted)


async def send(session: AsyncSession, name: str, body: bytes, by: str, *, now: datetime) -> RosterImport:
    """Keep a file that *by* has sent; the clock reads it."""
    sealed = crypto.seal(SEAL).encrypt(body).decode()
    found = RosterImport(
        name=name, by=by, at=now, state=SENT, body=sealed, bad=[], wrong=0, good=0, new=0, changed=0, same=0
    )
    session.add(found)
    await session.flush()
    return found


async def listed(session: AsyncSession, *, most: int) -> list[RosterImport]:
    """Return the last files, the newest first."""
    return list(await session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(most)))


async def one(session: AsyncSession, number: int) -> RosterImport | None:
    """Return one file with its bad lines."""
    query = select(RosterImport).where(RosterImport.id == number).options(undefer(RosterImport.bad))
    return await session.scalar(query)


async def begin(session: AsyncSession, number: int) -> None:
    """Take a file over: the clock writes its good lines.

    Raises Refused: import_state.
    """
    found = await _locked(session, number)
    if found.state != CHECKED or not found.good:
        raise Refused("import_state")
    found.state = RUNNING


async def drop(session: AsyncSession, number: int) -> None:
    """Throw a file away that was not taken over.

    Raises Refused: import_state.
    """
    found = await _locked(session, number)
    if found.state != CHECKED:
        raise Refused("import_state")
    await _empty(session, found, DROPPED)


async def unread(session: AsyncSession) -> tuple[int, str, str] | None:
    """Return number, name and content of the first file that nobody has read yet."""
    found = await session.scalar(_first(SENT).options(undefer(RosterImport.body)))
    return None if found is None else (found.id, found.name, found.body)


async def read(name: str, body: str) -> Contents:
    """Return what a sealed file holds; members are answered meanwhile.

    Raises Unreadable.
    """
    return await asyncio.to_thread(_read, name, body)


def _read(name: str, body: str) -> Contents:
    opened = crypto.seal(SEAL).decrypt(body)
    good, bad = roster.check(sheets.parse(name, opened, roster.NEEDED, roster.OPTIONAL))
    pages = [good[at : at + SLICE] for at in range(0, len(good), SLICE)]
    return Contents(len(good), [json.dumps([astuple(one) for one in page]) for page in pages], bad)


async def keep(session: AsyncSession, number: int, contents: Contents) -> None:
    """Keep what a file holds; another process may have done so meanwhile."""
    found = await _locked(session, number)
    if found.state != SENT:
        return
    found.state, found.body, found.good = CHECKED, "", contents.good
    found.bad, found.wrong = [list(line) for line in contents.bad], len(contents.bad)
    session.add_all(RosterSlice(import_id=number, holders=holders) for holders in contents.slices)


async def spoilt(session: AsyncSession, number: int) -> None:
    """Note that a file cannot be read."""
    await _empty(session, await _locked(session, number), UNREADABLE)


async def write(session: AsyncSession, *, now: datetime) -> bool:
    """Write one slice of a file that was taken over; return False when there is none."""
    found = await session.scalar(_first(RUNNING).with_for_update())
    if found is None:
        return False
    mine = select(RosterSlice).where(RosterSlice.import_id == found.id).order_by(RosterSlice.id).limit(1)
    part = await session.scalar(mine)
    if part is None:
        found.state = DONE
        return True
    holders = [Holder(*values) for values in json.loads(part.holders)]
    done = await roster.put(session, holders, source=found.name, now=now)
    found.new, found.changed, found.same = (
        found.new + done.new,
        found.changed + done.changed,
        found.same + done.same,
    )
    await session.delete(part)
    return True


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Throw away what nobody took over for a week."""
    old = select(RosterImport).where(RosterImport.state == CHECKED, RosterImport.at < now - KEPT)
    for found in list(await session.scalars(old)):
        await _empty(session, found, DROPPED)


async def _empty(session: AsyncSession, found: RosterImport, state: str) -> None:
    found.state, found.body = state, ""
    await session.execute(delete(RosterSlice).where(RosterSlice.import_id == found.id))


async def _locked(session: AsyncSession, number: int) -> RosterImport:
    return await session.get_one(RosterImport, number, with_for_update=True, populate_existing=True)


def _first(state: str) -> Select[RosterImport]:
    return select(RosterImport).where(RosterImport.state == state).order_by(RosterImport.id).limit(1)
