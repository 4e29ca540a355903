"""Invitations: a link by which a new colleague opens their account and chooses the password."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import staff
from models.base import Base, Moment, Refused
from models.crypto import token_hash
from models.rights import Grant
from models.staff import Staff

GOOD_FOR = timedelta(days=3)


class Invitation(Base):
    """One link, good once; only the hash of its token is kept."""

    __tablename__ = "staff_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    login: Mapped[str]
    name: Mapped[str]
    grants: Mapped[list[Any]] = mapped_column(JSON)
    invited_by: Mapped[str]
    until: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


async def invite(
    session: AsyncSession, login: str, name: str, grants: Sequence[Grant], *, by: str, now: datetime
) -> str:
    """Invite a colleague and return the token of the link; an account of that login gets a new password by it.

    Raises Refused: login_wrong, name_missing, role_missing.
    """
    login, name = staff.checked(login, name)
    if not grants:
        raise Refused("role_missing")
    token = secrets.token_urlsafe(32)
    held = [[one.role, one.union, one.area] for one in grants]
    session.add(
        Invitation(
            token_hash=token_hash(token),
            login=login,
            name=name,
            grants=held,
            invited_by=by,
            until=now + GOOD_FOR,
        )
    )
    await session.flush()
    return token


async def open_one(session: AsyncSession, token: str, *, now: datetime) -> Invitation:
    """Return the invitation behind a link.

    Raises Refused: invitation_over.
    """
    query = select(Invitation).where(Invitation.token_hash == token_hash(token)).with_for_update()
    found = await session.scalar(query)
    if found is None or found.used_at is not None or found.until <= now:
        raise Refused("invitation_over")
    return found


async def accept(session: AsyncSession, token: str, password: str, *, now: datetime) -> Staff:
    """Open the account that a link is for, or give it a new password; *password* is hashed already.

    Raises Refused: invitation_over, login_wrong, role_unknown.
    """
    invitation = await open_one(session, token, now=now)
    invitation.used_at = now
    known = await staff.by_login(session, invitation.login)
    if known is not None:
        known.password, known.totp, known.totp_step = password, None, 0
        return known
    grants = [Grant(role, union, area) for role, union, area in invitation.grants]
    return await staff.add(session, invitation.login, invitation.name, password, grants, now=now)
