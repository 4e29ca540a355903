"""What the bank sends back: the sheet of a batch with the columns 结果 and 原因, and which batches there are."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from sqlalchemy import Select, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.applications import Application
from models.base import Refused
from models.payments import HEADER, PAID, PAYABLE, RETURNED, PaymentBatch, PaymentLine
from models.rights import Scope
from models.sheets import Line

LINE, SUM, RESULT, WHY = HEADER[0], HEADER[4], "结果", "原因"
NEEDED, OPTIONAL = (LINE, SUM, RESULT), (WHY,)
WORDS = {
    **dict.fromkeys(("成功", "已付", "已支付", "付了", "到账"), PAID),
    **dict.fromkeys(("失败", "退回", "退票", "没付"), RETURNED),
}
Told = dict[int, tuple[str, str, str]]
PAGE, MOST = 20, 200


def told(lines: Iterable[Line]) -> Told:
    """Return what the bank says of each line, as payments.settle takes it.

    Raises Refused: batch_line, batch_sum, batch_state, batch_twice, batch_reason, with the line of the sheet in the detail.
    """
    found: Told = {}
    for line in lines:
        cells, at = line.cells, f"第{line.number}行"
        state, why = WORDS.get(cells[RESULT]), cells[WHY]
        if not (cells[LINE].isascii() and cells[LINE].isdecimal()):
            raise Refused("batch_line", at)
        if state is None:
            raise Refused("batch_state", at)
        if state == RETURNED and not why:
            raise Refused("batch_reason", at)
        if int(cells[LINE]) in found:
            raise Refused("batch_twice", at)
        found[int(cells[LINE])] = (state, _sum(cells[SUM], at), why)
    return found


def _sum(said: str, at: str) -> str:
    try:
        found = Decimal(said.replace(",", ""))
    except InvalidOperation as error:
        raise Refused("batch_sum", at) from error
    if not found.is_finite():
        raise Refused("batch_sum", at)
    return str(found)


async def ready(session: AsyncSession, scope: Scope) -> list[tuple[Application, str]]:
    """Return what can be paid now, the oldest first, with the bank's reason where it came back."""
    query = select(Application).where(Application.state.in_(PAYABLE), Application.amount != "")
    query = scope.narrow(query, Application.union, Application.area).order_by(Application.id).limit(MOST)
    found = list(await session.scalars(query))
    mine = PaymentLine.application_id.in_([one.id for one in found])
    back = select(PaymentLine).where(mine, PaymentLine.state == RETURNED).order_by(PaymentLine.id)
    reasons = {line.application_id: line.reason for line in await session.scalars(back)}
    return [(one, reasons.get(one.id, "")) for one in found]


async def batch(session: AsyncSession, scope: Scope, number: int, *, lock: bool) -> PaymentBatch | None:
    """Return a batch of which every line lies within *scope*; with *lock* nobody else changes it meanwhile."""
    query = select(PaymentBatch).where(PaymentBatch.id == number)
    query = query if scope.whole else query.where(PaymentBatch.id.not_in(_outside(scope)))
    return await session.scalar(query.with_for_update() if lock else query)


async def batches(
    session: AsyncSession, scope: Scope, *, page: int
) -> list[tuple[PaymentBatch, list[PaymentLine]]]:
    """Return a page of batches with their lines and one batch more, the newest first."""
    query = select(PaymentBatch).order_by(PaymentBatch.id.desc()).offset(page * PAGE).limit(PAGE + 1)
    query = query if scope.whole else query.where(PaymentBatch.id.not_in(_outside(scope)))
    found = list(await session.scalars(query))
    lines: dict[int, list[PaymentLine]] = {one.id: [] for one in found}
    for line in await session.scalars(select(PaymentLine).where(PaymentLine.batch_id.in_(lines))):
        lines[line.batch_id].append(line)
    return [(one, lines[one.id]) for one in found]


async def lines(session: AsyncSession, found: PaymentBatch) -> list[tuple[PaymentLine, Application]]:
    """Return the lines of a batch, each with what it pays."""
    query = select(PaymentLine, Application).join(Application).where(PaymentLine.batch_id == found.id)
    return [(line, one) for line, one in await session.execute(query.order_by(PaymentLine.id))]


def _outside(scope: Scope) -> Select[int]:
    return (
        select(PaymentLine.batch_id)
        .join(Application)
        .where(not_(scope.within(Application.union, Application.area)))
    )
