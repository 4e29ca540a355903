"""Batches for the bank, and what it answers."""

from decimal import Decimal

import pytest

from models import payments
from models.base import Refused

NUMBER = "6222000000000123"


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


async def sent(desk, *who):
    """Return a batch of approved applications, by their applicants."""
    found = [await desk.approved(who=one, account=NUMBER) for one in who]
    zhao = await desk.staff("zhao")
    numbers = [one.id for one in found]
    batch, lines = await payments.send(desk.session, numbers, zhao, now=desk.clock())
    return zhao, batch, lines, found


async def test_batch_is_a_sheet_and_all_of_it_is_being_paid(desk):
    _, batch, lines, found = await sent(desk, "a", "b")

    assert [one.state for one in found] == ["paying", "paying"]
    assert payments.total(lines) == Decimal(4000)
    assert await payments.rows(desk.session, batch) == [
        payments.HEADER,
        *[
            (line.id, one.number, one.name, one.account, "2000")
            for line, one in zip(lines, found, strict=True)
        ],
    ]


async def test_nothing_is_sent_twice_and_all_or_none(desk):
    zhao, _, _, found = await sent(desk, "a")
    other = await desk.approved(who="b")

    for numbers in ([], [found[0].id], [found[0].id, other.id], [10**6]):
        with refused("batch_empty"):
            await payments.send(desk.session, numbers, zhao, now=desk.clock())
    assert other.state == "approved"


async def test_bank_pays_one_and_returns_another_which_goes_again(desk):
    zhao, batch, (one, two), (first, second) = await sent(desk, "a", "b")
    told = {one.id: ("paid", "2000.00", ""), two.id: ("returned", "2000", "户名不符")}

    changed = await payments.settle(desk.session, batch, told, zhao, now=desk.clock())
    assert [found.state for found in changed] == ["paid", "pay_returned"]
    assert await payments.settle(desk.session, batch, told, zhao, now=desk.clock()) == []

    with refused("apply_account"):  # the number that came back does not go again
        await payments.send(desk.session, [second.id], zhao, now=desk.clock())
    with refused("account_same"):
        await payments.give_account(desk.session, second, "6222 0000 0000 0123", now=desk.clock())
    await payments.give_account(desk.session, second, "6222000000000000456", now=desk.clock())
    assert [row[3] for row in (await payments.rows(desk.session, batch))[1:]] == [NUMBER, NUMBER]
    again, lines = await payments.send(desk.session, [second.id], zhao, now=desk.clock())
    assert (again.id != batch.id, second.state) == (True, "paying")
    assert await payments.of(desk.session, second) == [two, *lines]
    assert await payments.of(desk.session, first) == [one]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((0, "paid", "2000"), "batch_line"),
        ((None, "perhaps", "2000"), "batch_state"),
        ((None, "paid", "2000.01"), "batch_sum"),
    ],
)
async def test_answer_that_does_not_fit_changes_nothing(desk, told, reason):
    zhao, batch, (line,), (found,) = await sent(desk, "a")
    number, state, amount = told
    answer = {line.id if number is None else number: (state, amount, "")}

    with refused(reason):
        await payments.settle(desk.session, batch, answer, zhao, now=desk.clock())
    assert found.state == "paying"
