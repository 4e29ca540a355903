"""Payments: a batch for the bank, its sheet, and the answer that is looked at before it is taken in."""

import asyncio
import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from models import sheets_out
from models.applications import Application
from models.messages import Address
from models.payments import HEADER
from models.rights import ROLES, Grant
from tests.handlers.staff import aid, legal, people


async def ready(office, *who: str, **more) -> list[int]:
    """Let relief be approved for each of these members."""
    found = []
    for one in who:
        number = await aid.applied(office, aid.RELIEF, at=Address("web", one), **more)
        await aid.approved(office, number)
        found.append(number)
    return found


async def sent(office, *who: str, **more):
    """Return the desk of the approver, and the applications of a batch that is at the bank."""
    found = await ready(office, *who, **more)
    zhao = await office.enter("zhao")
    assert (await zhao.do("/payments", "send", application=found)).status == 303
    return zhao, found


def answer(*lines: tuple[str, ...], head=("批次行号", "金额（元）", "结果", "原因")) -> dict:
    return {"sheet": ("回单.csv", sheets_out.csv_bytes([head, *lines]))}


def held(page) -> str:
    """Return what the page would send."""
    return unescape(re.search(r'name="told" value="([^"]*)"', page.html)[1])


async def test_approved_go_to_the_bank_in_one_sheet(desks):
    found = await ready(desks, "a", "b")
    zhao = await desks.enter("zhao")

    before = (await zhao.open("/payments")).text
    batch = await zhao.follow("/payments", "send", application=found)
    sheet = await zhao.open("/payments/1/sheet")

    assert "J2026-0001 aid 王***** 演示单位工会 批准了 1500" in before
    assert "2 笔，3000 元" in batch.text
    assert aid.ACCOUNT not in batch.html
    assert list(load_workbook(io.BytesIO(sheet.body)).active.iter_rows(values_only=True)) == [
        HEADER, (1, "J2026-0001", aid.NAME, aid.ACCOUNT, "1500"), (2, "J2026-0002", aid.NAME, aid.ACCOUNT, "1500"),
    ]  # fmt: skip
    assert await legal.looked(desks, "/payments/1/sheet") == [("zhao", "view")]
    assert await legal.looked(desks, "/payments/1") == [("zhao", "组付款批次")]
    assert [await aid.state(desks, number) for number in found] == ["paying", "paying"]
    page = (await zhao.open("/payments")).text
    assert "现在没有要付的。" in page
    assert "第 1 批 2026-11-10 10:00 2 3000 2 笔没回音" in page
    assert len(await legal.letters(desks, Address("web", "a"))) == 3


async def test_answer_of_the_bank_is_looked_at_and_then_taken_in(desks):
    zhao, found = await sent(desks, "a", "b", "c")
    rows = answer(("1", "1500.00", "成功", ""), ("2", "1,500", "退回", "户名不符"))

    looked = await zhao.do("/payments/1", "check", files=rows)
    before = [await aid.state(desks, number) for number in found]
    done = await zhao.follow("/payments/1", "settle", told=held(looked))
    again = await zhao.do("/payments/1", "check", files=rows)

    assert "J2026-0001 王***** 1500 付了 J2026-0002 王***** 1500 退回 户名不符" in looked.text
    assert "还有 1 笔没有回音，先不动。" in looked.text
    assert before == ["paying"] * 3
    assert "收进来了 2 笔，都告诉申请人了。" in done.text
    assert [await aid.state(desks, number) for number in found] == ["paid", "pay_returned", "paying"]
    text = "aid，编号J2026-0002。\n银行没打成：户名不符。请把本人的银行卡号再填一次，填好接着打。"
    assert (await legal.letters(desks, Address("web", "b")))[-1][0] == text
    assert "回单里没有新的结果。" in again.text
    assert "退回 户名不符" in (await zhao.open(f"/applications/{found[1]}")).text
    assert "1 要重付的申请" in (await zhao.open("/")).text


async def renumber(here, number: int) -> None:
    """Let the member give a new account."""
    async with here.database.transaction() as session:
        (await session.get_one(Application, number)).account = "6222000000000000456"


async def test_returned_payment_goes_again_in_the_next_batch(one_desk):
    zhao, found = await sent(one_desk, "a")
    looked = await zhao.do("/payments/1", "check", files=answer(("1", "1500", "退回", "销户")))
    await zhao.follow("/payments/1", "settle", told=held(looked))

    assert "第 1 批 2026-11-10 10:00 1 1500 都有结果了 退回 1" in (await zhao.open("/payments")).text
    assert "银行退回 销户 1500" in (await zhao.open("/payments")).text
    await renumber(one_desk, found[0])
    await zhao.follow("/payments", "send", application=found)

    assert await aid.state(one_desk, found[0]) == "paying"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("x", "1500", "成功", ""), "回单里有这一批没有的行：第2行"),
        (("99", "1500", "成功", ""), "回单里有这一批没有的行：99"),
        (("1", "1500", "也许", ""), "回单里这一行看不出付没付：第2行"),
        (("1", "1500.01", "成功", ""), "回单里这一行金额对不上：1"),
        (("1", "很多", "成功", ""), "回单里这一行金额对不上：第2行"),
        (("1", "sNaN", "成功", ""), "回单里这一行金额对不上：第2行"),
        (("1", "1500", "退回", ""), "退回的要写原因：第2行"),
    ],
)
async def test_answer_that_does_not_fit_changes_nothing(one_desk, line, why):
    zhao, found = await sent(one_desk, "a")

    refused = await zhao.do("/payments/1", "check", files=answer(line))

    assert refused.status == 422
    assert why in refused.text
    assert await aid.state(one_desk, found[0]) == "paying"


async def test_line_that_stands_twice_and_file_that_is_none_are_refused(one_desk):
    zhao, found = await sent(one_desk, "a")
    line = ("1", "1500", "成功", "")

    answers = [
        await zhao.do("/payments/1", "check", files=answer(line, line)),
        await zhao.do("/payments/1", "check"),
        await zhao.do("/payments/1", "check", files={"sheet": ("a.pdf", b"x")}),
        await zhao.do("/payments/1", "check", files=answer(("1",), head=("批次行号",))),
        await zhao.do("/payments/1", "settle", told="nonsense"),
        await zhao.do("/payments/1", "settle", told='{"1": ["paid", "NaN", ""]}'),
        await zhao.do("/payments/1", "settle", told='{"1": ["sent", "1500", ""]}'),
    ]

    assert [got.status for got in answers] == [422] * 7
    assert "回单里这一行写了两遍：第3行" in answers[0].text
    assert await aid.state(one_desk, found[0]) == "paying"


async def test_batch_takes_no_more_than_what_may_be_paid(one_desk):
    zhao, _ = await sent(one_desk, "a")
    other = await aid.applied(one_desk)

    answers = [
        await zhao.do("/payments", "send"),
        await zhao.do("/payments", "send", application=other),
        await zhao.do("/payments", "send", application=[other, 999]),
    ]

    assert [got.status for got in answers] == [422] * 3


async def test_two_who_press_at_once_send_one_batch(desks):
    found = await ready(desks, "a", "b")
    zhao, sun = await desks.enter("zhao"), await desks.enter("sun", "administrator")

    answers = await asyncio.gather(*(one.do("/payments", "send", application=found) for one in (zhao, sun)))

    assert sorted(got.status for got in answers) == [303, 422]
    page = (await zhao.open("/payments")).text
    assert page.count("笔没回音") == 1
    assert len(await legal.letters(desks, Address("web", "a"))) == 3


async def test_without_an_account_nothing_is_paid(one_desk):
    found = await ready(one_desk, "a", account="")
    zhao = await one_desk.enter("zhao")

    page = await zhao.open("/payments")
    refused = await zhao.do("/payments", "send", application=found)

    assert "等账号 J2026-0001" in page.text
    assert 'type="checkbox"' not in page.html
    assert "等申请人填收款账号。" in (await zhao.open(f"/applications/{found[0]}")).text
    assert refused.status == 422
    assert "还没有收款账号，先请申请人补上。" in refused.text


@pytest.mark.parametrize("role", ROLES)
async def test_payments_are_for_who_decides_within_their_part(one_desk, role):
    await sent(one_desk, "a")
    near = await one_desk.enter("near", Grant(role, union=aid.UNION))
    far = await one_desk.enter("far", Grant(role, union="别的工会（演示）"))
    pays = role in {"administrator", "approver"}

    for path in ("/payments/1", "/payments/1/sheet"):
        answers = [(await desk.open(path)).status for desk in (near, far)]
        assert answers == ([200, 404] if pays else [403, 403])
    assert ("第 1 批" in (await near.open("/payments")).text) is pays
    assert "第 1 批" not in (await far.open("/payments")).text


async def test_payments_cost_the_same_for_one_and_for_many(one_desk):
    await ready(one_desk, "a")
    zhao = await one_desk.enter("zhao")
    one = await people.cost(one_desk, zhao, "/payments")
    await ready(one_desk, "b", "c")

    assert await people.cost(one_desk, zhao, "/payments") == one


async def test_old_batches_are_on_the_next_page(one_desk):
    zhao, (number,) = await sent(one_desk, "a")
    for batch in range(1, 21):
        rows = answer((str(batch), "1500", "退回", "销户"))
        looked = await zhao.do(f"/payments/{batch}", "check", files=rows)
        await zhao.follow(f"/payments/{batch}", "settle", told=held(looked))
        await renumber(one_desk, number)
        await zhao.follow("/payments", "send", application=number)

    first, second = await zhao.open("/payments"), await zhao.open("/payments?page=1")

    assert ("下一页" in first.text, "第 1 批" in first.text) == (True, False)
    assert ("上一页" in second.text, "第 1 批" in second.text) == (True, True)


async def test_no_cell_of_the_sheet_is_a_formula(one_desk):
    zhao, _ = await sent(one_desk, "a", name="=1+1", account="+86")

    book = load_workbook(io.BytesIO((await zhao.open("/payments/1/sheet")).body))

    assert [cell.value for row in book.active.iter_rows() for cell in row if cell.data_type == "f"] == []
