"""What is kept too long is counted, and goes; what is needed stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import consents, conversations, handoffs, inbox, members, retention, unanswered
from models.applications import Application
from models.case_deadlines import CaseDeadline
from models.cases import Case
from models.consents import Consent
from models.conversations import Conversation
from models.files import File
from models.handoffs import HandOff, HandOffLine
from models.inbox import Received
from models.messages import Incoming
from models.payments import PaymentLine
from models.proposals import Proposal
from models.retention import Due
from models.unanswered import Unanswered
from tests.models.life import HERE, WORD, lived

KEEP = timedelta(days=30)


def test_every_kind_has_a_rule_in_the_content(edition):
    assert set(edition.content.retention) == set(retention.KINDS)
    assert edition.content.retention["cases"].automatic is False


@pytest.fixture
async def old(database, clock):
    """Somebody who left a row everywhere, a month and a day ago."""
    async with database.transaction() as session:
        member = await members.at_address(session, HERE, now=clock())
        await lived(session, member, clock())
        await consents.withdraw(session, member, "chess", now=clock())
        (await session.scalar(select(Received))).state = "failed"
    clock.tick(31 * 86400)
    return database


TABLES = {
    "conversations": Conversation, "messages_failed": Received, "questions": Unanswered, "talks": HandOff,
    "consents": Consent, "cases": Case, "applications": Application, "proposals": Proposal,
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
async def test_what_is_old_is_counted_and_goes_once(old, clock, kind):
    began = clock() - timedelta(days=31)
    async with old.transaction() as session:
        assert await retention.due(session, kind, KEEP, now=clock()) == Due(1, began)
        assert await retention.due(session, kind, timedelta(days=31), now=clock()) == Due(0, None)
        assert await retention.apply(session, kind, timedelta(days=31), now=clock()) == 0
        assert await retention.apply(session, kind, KEEP, now=clock()) == 1
        assert await retention.apply(session, kind, KEEP, now=clock()) == 0
        left = list(await session.scalars(select(TABLES[kind])))

        assert len(left) == (1 if kind in {"conversations", "cases", "applications"} else 0)
        if kind == "cases":
            assert (left[0].facts, left[0].name, left[0].topic) == ({}, "", "wages")
            assert (await session.get_one(File, "z")).at.year == 2000
        if kind == "applications":
            assert (left[0].answers, left[0].name, left[0].account, left[0].state) == ({}, "", "", "paid")
            lines = await session.scalars(select(PaymentLine))
            assert [(one.amount, one.account, one.reason) for one in lines] == [("1", None, "")]
            assert (await session.get_one(File, "z")).at.year == 2000
        if kind == "conversations":
            assert (left[0].form, left[0].answers, left[0].asked, left[0].choices) == ("", {}, {}, [])
        if kind == "talks":
            assert await session.scalar(select(HandOffLine)) is None


async def test_what_is_needed_stays(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, HERE, now=clock())
        await consents.give(session, member, consents.SIGN_UP, "chess", now=clock())
        await handoffs.ask(session, member, HERE, promised=None, now=clock())
        await inbox.put(session, [Incoming("1", HERE, text="x")], now=clock())
        await conversations.current(session, member, now=clock())
        clock.tick(900 * 86400)
        unanswered.note(session, WORD, "declined", ranked=(), now=clock())
        await session.flush()

        found = {
            kind: (await retention.due(session, kind, KEEP, now=clock())).number for kind in retention.KINDS
        }

    assert set(found.values()) == {0}


@pytest.mark.parametrize(
    ("state", "days", "number"), [("closed", 0, 0), ("closed", -1, 1), ("assigned", -1, 0)]
)
async def test_case_stays_while_it_is_open_or_a_deadline_runs(old, clock, state, days, number):
    async with old.transaction() as session:
        case = await session.scalar(select(Case))
        day = clock().date() + timedelta(days=days)
        session.add(
            CaseDeadline(case_id=case.id, kind="sue", safe_day=day, last_day=day, by="li", at=clock())
        )
        case.state = state
        await session.flush()

        assert (await retention.due(session, "cases", KEEP, now=clock())).number == number


async def test_much_goes_in_slices(database, clock, monkeypatch):
    monkeypatch.setattr(retention, "SLICE", 2)
    async with database.transaction() as session:
        for number in range(3):
            unanswered.note(session, str(number), "declined", ranked=(), now=clock())
        clock.tick(31 * 86400)
        await session.flush()

        assert [await retention.apply(session, "questions", KEEP, now=clock()) for _ in range(3)] == [2, 1, 0]
