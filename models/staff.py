"""Accounts of staff: who may open the console, with which roles."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, Refused, lock
from models.crypto import Encrypted
from models.rights import ROLES, Grant, Rights, Role

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,29}", re.ASCII)
NAME_LENGTH = 30
ADMINISTRATOR: Role = "administrator"


class Staff(Base):
    """One member of staff; *totp_step* is the last half minute whose digits were used, *channel* and *address* where alarms go."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str]
    totp: Mapped[str | None] = mapped_column(Encrypted)
    totp_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    channel: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


class StaffRole(Base):
    """A role that somebody holds: everywhere, in one union or in one area."""

    __tablename__ = "staff_roles"
    __table_args__ = (UniqueConstraint("staff_id", "role", "union", "area"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    role: Mapped[str]
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")


async def add(
    session: AsyncSession, login: str, name: str, password: str, grants: Sequence[Grant], *, now: datetime
) -> Staff:
    """Open an account; *password* is hashed already.

    Raises Refused: login_wrong, login_taken, name_missing, role_unknown, role_missing.
    """
    login, name = checked(login, name)
    if await by_login(session, login) is not None:
        raise Refused("login_taken")
    staff = Staff(login=login, name=name, password=password, created_at=now)
    session.add(staff)
    await session.flush()
    await _set_roles(session, staff, grants)
    return staff


def checked(login: str, name: str) -> tuple[str, str]:
    """Return *login* and *name* as an account keeps them.

    Raises Refused: login_wrong, name_missing.
    """
    login, name = login.strip().casefold(), name.strip()
    if not LOGIN.fullmatch(login):
        raise Refused("login_wrong")
    if not 0 < len(name) <= NAME_LENGTH:
        raise Refused("name_missing")
    return login, name


async def by_login(session: AsyncSession, login: str) -> Staff | None:
    """Return the account called *login*, written in any case."""
    return await session.scalar(select(Staff).where(Staff.login == login.strip().casefold()))


async def listed(session: AsyncSession) -> list[Staff]:
    """Return all accounts by name of login."""
    return list(await session.scalars(select(Staff).order_by(Staff.login)))


async def names(session: AsyncSession, logins: Collection[str]) -> dict[str, str]:
    """Return the names behind *logins*; who has no account stays as they are."""
    query = select(Staff.login, Staff.name).where(Staff.login.in_(logins))
    return {login: login for login in logins} | {row.login: row.name for row in await session.execute(query)}


async def roles(session: AsyncSession, logins: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the roles that each of *logins* holds now; who has no account any more holds none."""
    held: dict[str, frozenset[str]] = dict.fromkeys(logins, frozenset())
    query = select(Staff.login, StaffRole.role).join(StaffRole, StaffRole.staff_id == Staff.id)
    for row in await session.execute(query.where(Staff.login.in_(logins))):
        held[row.login] |= {row.role}
    return held


async def rights(session: AsyncSession, staff: Staff) -> Rights:
    """Return what *staff* may do; nothing once the account is closed."""
    return (await rights_of(session, [staff]))[staff.id]


async def rights_of(session: AsyncSession, people: Sequence[Staff]) -> dict[int, Rights]:
    """Return what each of *people* may do, by their ids."""
    held: dict[int, list[Grant]] = {staff.id: [] for staff in people}
    query = select(StaffRole).where(StaffRole.staff_id.in_([s.id for s in people if s.disabled_at is None]))
    for row in await session.scalars(query.order_by(StaffRole.id)):
        held[row.staff_id].append(Grant(_role(row.role), row.union, row.area))
    return {number: Rights(tuple(grants)) for number, grants in held.items()}


async def grant(session: AsyncSession, staff: Staff, grants: Sequence[Grant]) -> None:
    """Let *staff* hold exactly these roles.

    Raises Refused: role_unknown, role_missing, last_administrator.
    """
    await _set_roles(session, staff, grants)
    await _keep_one(session)


async def close(session: AsyncSession, staff: Staff, *, now: datetime) -> None:
    """Close an account; what it did stays with its name.

    Raises Refused: last_administrator.
    """
    staff.disabled_at = now
    await session.flush()
    await _keep_one(session)


async def reopen(session: AsyncSession, staff: Staff) -> None:
    """Open a closed account again."""
    staff.disabled_at = None
    await session.flush()


async def _set_roles(session: AsyncSession, staff: Staff, grants: Sequence[Grant]) -> None:
    if not grants:
        raise Refused("role_missing")
    for held in grants:
        _role(held.role)
    await session.execute(delete(StaffRole).where(StaffRole.staff_id == staff.id))
    rows = {(held.role, held.union.strip(), held.area.strip()) for held in grants}
    session.add_all(
        StaffRole(staff_id=staff.id, role=role, union=union, area=area) for role, union, area in sorted(rows)
    )
    await session.flush()


async def _keep_one(session: AsyncSession) -> None:
    """Refuse what leaves nobody to manage the accounts."""
    await lock(
        session, "administrators"
    )  # two who close each other's account are looked at one after the other
    query = select(Staff).where(Staff.disabled_at.is_(None))
    people = list(await session.scalars(query))
    found = await rights_of(session, people)
    if not any(held.scope((ADMINISTRATOR,)).whole for held in found.values()):
        raise Refused("last_administrator")


def _role(name: str) -> Role:
    if name not in ROLES:
        raise Refused("role_unknown")
    return name
