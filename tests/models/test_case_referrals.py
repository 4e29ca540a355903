"""Passing a case on: what cannot be asked, answered or done."""

import pytest

from models import case_referrals, cases, consents, members
from models.base import Refused
from models.cases import Case, Filed
from models.messages import Address

AT = Address("web", "wang")


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


@pytest.fixture
async def case(session, clock) -> Case:
    member = await members.at_address(session, AT, now=clock())
    told = Filed("wages", "P2", "王芳", "", "")
    return await cases.file(session, member, AT, told, promised=None, now=clock())


async def answer(session, case, clock, *, agrees: bool) -> tuple[str, ...]:
    member = await members.at_address(session, AT, now=clock())
    return await case_referrals.answer(session, case, member, agrees=agrees, now=clock())


async def test_nothing_is_answered_that_was_not_asked(session, case, clock):
    with pytest.raises(Refused, match="sharing_unasked"):
        await answer(session, case, clock, agrees=True)
    assert await case_referrals.allowed(session, case) == ()


async def test_no_takes_an_earlier_yes_back_and_leaves_other_consents(session, case, clock):
    member = await members.at_address(session, AT, now=clock())
    await consents.give(session, member, "case", case.number, now=clock())
    await case_referrals.ask(session, case, ["first", "second"], by="li", now=clock())

    assert await answer(session, case, clock, agrees=True) == ("first", "second")
    assert await case_referrals.allowed(session, case) == ("first", "second")
    assert await answer(session, case, clock, agrees=False) == ()
    assert await case_referrals.allowed(session, case) == ()
    assert [one.purpose for one in await consents.of(session, member)] == [f"case:{case.number}"]


async def test_case_that_is_over_is_neither_asked_about_nor_passed_on(session, case, clock):
    await case_referrals.ask(session, case, ["first"], by="li", now=clock())
    await answer(session, case, clock, agrees=True)
    case.state = "closed"

    with pytest.raises(Refused, match="case_over"):
        await case_referrals.ask(session, case, ["first"], by="li", now=clock())
    with pytest.raises(Refused, match="case_over"):
        await case_referrals.refer(session, case, ["first"], by="li", reason="x", now=clock())
    with pytest.raises(Refused, match="sharing_unasked"):
        await answer(session, case, clock, agrees=True)
