"""Payments: what was approved goes to the bank in a batch, and the bank's answer comes back line by line."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import application_states, applications
from models.applications import MEMBER, Application
from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.sheets_out import Cell
from models.staff import Staff

HEADER = ("批次行号", "编号", "姓名", "账号", "金额（元）")
PAID, RETURNED = "paid", "returned"
ACCOUNT = re.compile(r"[0-9]{12,23}")
PAYABLE = frozenset({"approved", "pay_returned"})
"""States from which money can go, and in which it is asked where to."""


class PaymentBatch(Base):
    """Lines that go to the bank together, in one sheet."""

    __tablename__ = "payment_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class PaymentLine(Base):
    """One payment to *account*: `sent`, then `paid`, or `returned` with the bank's reason."""

    __tablename__ = "payment_lines"
    __table_args__ = (UniqueConstraint("batch_id", "application_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payment_batches.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    amount: Mapped[str]
    account: Mapped[str | None] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(default="sent")
    reason: Mapped[str] = mapped_column(Encrypted, default="")
    settled_at: Mapped[datetime | None] = mapped_column(Moment)


async def send(
    session: AsyncSession, numbers: Sequence[int], staff: Staff, *, now: datetime
) -> tuple[PaymentBatch, list[PaymentLine]]:
    """Put approved applications into one batch; each changes to `paying`, and all or none.

    Raises Refused: batch_empty, and what application_states.move refuses.
    """
    query = select(Application).where(Application.id.in_(numbers), Application.state.in_(PAYABLE))
    found = list(await session.scalars(query.order_by(Application.id).with_for_update()))
    if not found or len(found) != len(set(numbers)):
        raise Refused("batch_empty")
    batch = PaymentBatch(by=staff.login, at=now)
    session.add(batch)
    await session.flush()
    for application in found:
        await application_states.move(session, application, "paying", staff, now=now)
    lines = [
        PaymentLine(batch_id=batch.id, application_id=one.id, amount=one.amount, account=one.account)
        for one in found
    ]
    session.add_all(lines)
    await session.flush()
    return batch, lines


async def rows(session: AsyncSession, batch: PaymentBatch) -> list[Sequence[Cell]]:
    """Return the sheet for the bank, header first: the only place where whole account numbers leave.

    A line that an older version wrote goes to the account that stands in the application.
    """
    query = select(PaymentLine, Application).join(Application).where(PaymentLine.batch_id == batch.id)
    found = await session.execute(query.order_by(PaymentLine.id))
    lines: list[Sequence[Cell]] = [HEADER]
    lines += [
        (line.id, one.number, one.name, line.account or one.account, line.amount) for line, one in found
    ]
    return lines


async def settle(
    session: AsyncSession,
    batch: PaymentBatch,
    told: Mapping[int, tuple[str, str, str]],
    staff: Staff,
    *,
    now: datetime,
) -> list[Application]:
    """Take the bank's answers in, by line: (`paid` or `returned`, sum, reason); return what changed.

    A line that was settled before stays. Raises Refused: batch_line, batch_sum, batch_state, with the line in the detail.
    """
    query = select(PaymentLine).where(PaymentLine.batch_id == batch.id).with_for_update()
    lines = {line.id: line for line in await session.scalars(query)}
    changed = []
    for number, (state, amount, reason) in told.items():
        line = lines.get(number)
        if line is None:
            raise Refused("batch_line", str(number))
        if state not in {PAID, RETURNED}:
            raise Refused("batch_state", str(number))
        if Decimal(amount) != Decimal(line.amount):
            raise Refused("batch_sum", str(number))
        if line.state == "sent":
            changed.append(await _settle(session, line, state, reason, staff, now=now))
    return changed


async def _settle(
    session: AsyncSession, line: PaymentLine, state: str, reason: str, staff: Staff, *, now: datetime
) -> Application:
    line.state, line.reason, line.settled_at = state, reason, now
    application = await session.get_one(Application, line.application_id)
    to = "paid" if state == PAID else "pay_returned"
    if state == RETURNED:  # the same number would come back again; give_account refuses it
        application.account = ""
    application_states.enter(session, application, to, by=staff.login, reason=reason, now=now)
    return application


async def give_account(
    session: AsyncSession, application: Application, number: str, *, now: datetime
) -> None:
    """Keep where the money goes, once it is approved or the bank has sent it back.

    Raises Refused: account_now, account_number, account_same.
    """
    if application.state not in PAYABLE or not application.rules.money:
        raise Refused("account_now")
    digits = re.sub(r"[ -]", "", number)
    if not ACCOUNT.fullmatch(digits):
        raise Refused("account_number")
    if digits in {line.account for line in await of(session, application) if line.state == RETURNED}:
        raise Refused("account_same")
    application.account = digits
    applications.note(session, application, "account", application.state, by=MEMBER, now=now)


async def of(session: AsyncSession, application: Application) -> list[PaymentLine]:
    """Return the payments of an application, the first first."""
    query = select(PaymentLine).where(PaymentLine.application_id == application.id)
    return list(await session.scalars(query.order_by(PaymentLine.id)))


def total(lines: Sequence[PaymentLine]) -> Decimal:
    """Return the sum of a batch in yuan."""
    return sum((Decimal(line.amount) for line in lines), Decimal(0))
