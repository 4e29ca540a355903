"""A colleague's own chat, to which alarms go: bound by a code that is shown in the console and sent to the bot."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import logins
from models.base import Base, Moment
from models.crypto import lookup_hash
from models.messages import Address
from models.staff import Staff

DIGITS, LASTS = 6, timedelta(minutes=15)


class PhoneCode(Base):
    """The code of one colleague, hashed, good once."""

    __tablename__ = "staff_phone_codes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    until: Mapped[datetime] = mapped_column(Moment)


async def tell(session: AsyncSession, staff: Staff, *, now: datetime) -> str:
    """Return a fresh code for *staff*; an earlier one ends."""
    await session.execute(
        delete(PhoneCode).where(or_(PhoneCode.staff_id == staff.id, PhoneCode.until <= now))
    )
    taken = set(await session.scalars(select(PhoneCode.code_hash)))
    code = next(code for code in iter(_draw, "") if _hash(code) not in taken)
    session.add(PhoneCode(staff_id=staff.id, code_hash=_hash(code), until=now + LASTS))
    await session.flush()
    return code


async def bind(session: AsyncSession, code: str, at: Address, *, now: datetime) -> Staff | None:
    """Let alarms of the colleague whose *code* was sent go to *at*; None when it is nobody's.

    Raises Refused: login_often, after some tries of one chat, and of all chats together.
    """
    who = f"phone {lookup_hash(f'{at.channel}:{at.id}')[:32]}"
    await logins.admit(session, who, "phone", now=now)
    query = select(PhoneCode).where(PhoneCode.code_hash == _hash(code), PhoneCode.until > now)
    found = await session.scalar(query.with_for_update())
    if found is None:
        return None
    await logins.forgive(session, who, "phone")
    await session.delete(found)
    staff = await session.get_one(Staff, found.staff_id)
    staff.channel, staff.address = at.channel, at.id
    return staff


def unbind(staff: Staff) -> None:
    """Send no more alarms to the chat of *staff*."""
    staff.channel = staff.address = ""


def _draw() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def _hash(code: str) -> str:
    return lookup_hash(f"phone code:{code}")
