"""Payments: approved applications go to the bank in a sheet, and its answer is looked at and then taken in."""

import json
from decimal import Decimal
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from handlers import applyfacts, applying
from handlers.applydesk import DECIDERS
from handlers.console import Action, Away, NotFound, Page, Reply, Sheet, View, Visit, whole
from handlers.wording import masked_name
from models import application_board, payment_answers, payments, sheets, sheets_out, staff
from models.base import Refused
from models.payment_answers import PAGE, Told
from models.payments import PaymentBatch

TOLD = TypeAdapter(dict[int, tuple[Literal["paid", "returned"], Decimal, str]])
RESULTS = {"sent": "等银行", "paid": "付了", "returned": "退回"}


async def show_all(visit: Visit) -> Reply:
    """Show what can be paid now, and the batches."""
    page = whole(visit.query.get("page", "")) or 0
    batches = await payment_answers.batches(visit.session, visit.scope, page=page)
    return View("payments.html", {
        "ready": await payment_answers.ready(visit.session, visit.scope), "words": applyfacts, "masked": masked_name, "number": page,
        "batches": [(one, lines, payments.total(lines)) for one, lines in batches[:PAGE]],
        "more": len(batches) > PAGE,
    })  # fmt: skip


async def send(visit: Visit) -> Reply:
    """Put what is ticked into a batch, and tell the members that their money is on its way."""
    numbers = {whole(said) or 0 for said in visit.chosen("application")}
    found = await application_board.within(visit.session, visit.scope, numbers, lock=True)
    if len(found) != len(numbers):
        raise Refused("batch_empty")
    batch, lines = await payments.send(visit.session, sorted(numbers), visit.staff, now=visit.now)
    for one in found:
        await applying.tell(visit.session, visit.content, visit.ways, one, now=visit.now)
    visit.saw(f"/payments/{batch.id}")
    return Away(f"/payments/{batch.id}", f"这一批 {len(lines)} 笔，下载表格交给银行。")


async def show(visit: Visit) -> Reply:
    """Show a batch."""
    batch = await _own(visit)
    lines = await payment_answers.lines(visit.session, batch)
    return View("payment.html", {
        "batch": batch, "lines": lines, "results": RESULTS, "masked": masked_name, "words": applyfacts,
        "total": payments.total([line for line, _ in lines]),
        "by": (await staff.names(visit.session, {batch.by}))[batch.by],
    })  # fmt: skip


async def check(visit: Visit) -> Reply:
    """Show what the bank's answer would change; nothing changes yet."""
    batch = await _own(visit)
    told = _read(visit)
    attempt = await visit.session.begin_nested()
    await payments.settle(visit.session, batch, told, visit.staff, now=visit.now)
    await attempt.rollback()
    await visit.session.refresh(batch)
    lines = await payment_answers.lines(visit.session, batch)
    return View("payment_check.html", {
        "batch": batch, "results": RESULTS, "masked": masked_name, "told": json.dumps(told, ensure_ascii=False),
        "rows": [(line, one, told[line.id]) for line, one in lines if line.id in told and line.state == "sent"],
        "silent": sum(line.id not in told and line.state == "sent" for line, _ in lines),
    })  # fmt: skip


async def settle(visit: Visit) -> Reply:
    """Take the bank's answer in as it was shown, and tell each member."""
    batch = await _own(visit)
    try:
        sent = TOLD.validate_json(visit.said("told"))
    except ValidationError as error:
        raise Refused("sheet_missing") from error
    told = {number: (state, str(amount), why) for number, (state, amount, why) in sent.items()}
    changed = await payments.settle(visit.session, batch, told, visit.staff, now=visit.now)
    for one in changed:
        reason = (await payments.of(visit.session, one))[-1].reason
        await applying.tell(visit.session, visit.content, visit.ways, one, reason=reason, now=visit.now)
    return Away(f"/payments/{batch.id}", f"收进来了 {len(changed)} 笔，都告诉申请人了。")


async def download(visit: Visit) -> Reply:
    """Give the sheet for the bank, with whole names and accounts."""
    batch = await _own(visit)
    body = sheets_out.xlsx(await payments.rows(visit.session, batch), title=f"付款 {batch.id}")
    return Sheet(f"付款批次 {batch.id}.xlsx", body, sheets_out.XLSX)


async def _own(visit: Visit) -> PaymentBatch:
    found = await payment_answers.batch(visit.session, visit.scope, visit.number, lock=bool(visit.form))
    if found is None:
        raise NotFound
    return found


def _read(visit: Visit) -> Told:
    upload = visit.files.get("sheet")
    if upload is None or not upload.name:
        raise Refused("sheet_missing")
    try:
        lines = sheets.parse(upload.name, upload.body, payment_answers.NEEDED, payment_answers.OPTIONAL)
    except sheets.Unreadable as error:
        raise Refused("sheet_unreadable", str(error)) from error
    return payment_answers.told(lines)


pages = (
    Page(
        "/payments", "付款", DECIDERS, show_all, {"send": Action("组付款批次", send)}, menu="付款", rank=19,
    ),
    Page(
        "/payments/{number}", "付款批次", DECIDERS, show,
        {"check": Action("看银行回单", check, silent=True), "settle": Action("收银行回单", settle)},
    ),
    Page("/payments/{number}/sheet", "付款表格", DECIDERS, download, personal=True),
)  # fmt: skip
