"""What members do about their cases, and where they may see them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import case_member, case_papers, cases, members
from models.appointments import Appointment
from models.base import Refused
from models.case_lines import CaseLine
from models.cases import CaseStep, Filed
from models.files import File, Kept
from models.messages import Address

HOME, BEGUN, OTHER = Address("web", "home"), Address("telegram", "7"), Address("web", "other")
FILED = Filed("wages", "P3", "王芳（演示）", "13800000001", "某某公司（演示）", facts={"reach": "telegram:7"})


@pytest.fixture
async def filed(database, clock):
    """Return a session, a member with three addresses, and their case; it is rolled back in the end."""
    async with database.transaction() as session:
        member = await members.at_address(session, HOME, now=clock())
        for at in (BEGUN, OTHER):
            await members.open_from(session, member, at, "")
        yield session, member, await cases.file(session, member, HOME, FILED, promised=None, now=clock())


async def seen(session, member, at):
    return [case.id for case in await case_member.visible(session, member, at)]


async def refused(awaited) -> str:
    with pytest.raises(Refused) as refusal:
        await awaited
    return refusal.value.reason


async def test_case_is_seen_where_it_was_begun_and_handed_in_only(filed):
    session, member, case = filed

    assert [await seen(session, member, at) for at in (HOME, BEGUN, OTHER)] == [[case.id], [case.id], []]
    assert case_member.addresses(case) == [HOME, BEGUN]
    assert (await case_member.named(session, member, HOME, str(case.id))).id == case.id
    assert await refused(case_member.named(session, member, OTHER, str(case.id))) == "case_unknown"
    assert await refused(case_member.named(session, member, HOME, "no number")) == "case_unknown"


async def test_case_is_seen_where_a_link_or_code_of_that_place_let_in(filed, clock):
    session, member, case = filed
    await members.open_from(session, member, OTHER, BEGUN.place)
    assert await seen(session, member, OTHER) == [case.id]

    await members.open_from(session, member, OTHER, "telegram:8")
    assert await seen(session, member, OTHER) == []


async def test_parted_address_sees_nothing(filed, clock):
    session, member, _ = filed
    await members.open_from(session, member, OTHER, BEGUN.place)
    contact = next(c for c in await members.contacts(session, member) if c.at == OTHER)

    other = await members.part(session, contact, now=clock())

    assert (await seen(session, other, OTHER), contact.opened_from) == ([], "")


async def test_address_of_somebody_else_is_not_taken(filed, clock):
    session, member, _ = filed
    stranger = await members.at_address(session, Address("web", "stranger"), now=clock())

    await members.open_from(session, member, Address("web", "stranger"), BEGUN.place)

    assert [c.opened_from for c in await members.contacts(session, stranger)] == [""]


async def test_case_of_somebody_else_is_not_seen_from_its_own_address(filed, clock):
    session, _, case = filed
    stranger = await members.at_address(session, Address("web", "stranger"), now=clock())

    assert await refused(case_member.named(session, stranger, HOME, str(case.id))) == "case_unknown"


async def test_member_writes_and_withdraws_until_the_end(filed, clock):
    session, _, case = filed
    case_member.say(session, case, "还没给", now=clock())
    await case_member.withdraw(session, case, now=clock())

    lines = await session.scalars(select(CaseLine).order_by(CaseLine.id))
    steps = await session.scalars(select(CaseStep).where(CaseStep.before != ""))
    assert [(line.author, line.kind, line.text) for line in lines] == [("member", "text", "还没给")]
    assert [(s.kind, s.before, s.after, s.by) for s in steps] == [("state", "new", "withdrawn", "member")]
    assert (case.state, case.closed_at) == ("withdrawn", clock())
    assert await refused(case_member.withdraw(session, case, now=clock())) == "case_ended"
    with pytest.raises(Refused, match="case_ended"):
        case_member.say(session, case, "再说", now=clock())


async def test_case_of_danger_is_not_withdrawn_by_a_press(filed, clock):
    session, _, case = filed
    case.urgency = "P0"
    await session.flush()

    assert await refused(case_member.withdraw(session, case, now=clock())) == "case_danger"


async def test_case_is_rated_once_it_is_closed(filed):
    _, _, case = filed
    with pytest.raises(Refused, match="case_running"):
        case_member.rate(case, "good")
    case.state = "closed"
    with pytest.raises(Refused, match="case_running"):
        case_member.rate(case, "superb")

    case_member.rate(case, "fair")

    assert case.rating == "fair"


async def test_meeting_is_answered_until_it_begins(filed, clock):
    session, _, case = filed
    starts = clock() + timedelta(days=1)
    rows = [
        Appointment(case_id=case.id, starts_at=at, place="服务站", note="", state=state, by="li", at=clock())
        for at, state in ((starts, "proposed"), (starts, "called_off"), (clock(), "proposed"))
    ]
    session.add_all(rows)
    await session.flush()
    asked, off, over = rows

    await case_member.answer(session, case, str(asked.id), comes=True, now=clock())
    assert asked.state == "agreed"
    await case_member.answer(session, case, str(asked.id), comes=False, now=clock())
    assert asked.state == "declined"
    for other in (off, over):
        again = case_member.answer(session, case, str(other.id), comes=True, now=clock())
        assert await refused(again) == "meeting_over"
    assert await case_member.meetings(session, case, now=clock()) == [asked]


async def test_papers_are_listed_and_sent(filed, clock):
    session, _, case = filed
    case_papers.note(session, case, {"欠条": "have", "流水": "no"}, now=clock())
    kept, copy = Kept("a" * 64, 3, "image/jpeg"), Kept("b" * 64, 2, "image/jpeg")

    assert await case_papers.send(session, case, kept, copy, name="条子", now=clock()) == 1
    assert await case_papers.send(session, case, kept, copy, name="条子", now=clock()) == 1

    assert [(p.paper, p.standing, p.name, p.digest) for p in await case_papers.of(session, case)] == [
        ("欠条", "have", "", ""),
        ("流水", "no", "", ""),
        ("", "have", "条子", "a" * 64),
    ]
    files = await session.scalars(select(File).order_by(File.hash))
    assert [(f.hash, f.purpose, f.uploaded_by) for f in files] == [
        ("a" * 64, "case", case.member_id),
        ("b" * 64, "case", case.member_id),
    ]


async def test_what_was_only_received_is_kept_for_the_case(filed, clock):
    session, _, case = filed
    kept = Kept("a" * 64, 3, "image/jpeg")
    session.add(
        File(hash=kept.hash, size=3, type=kept.type, uploaded_by=None, purpose="received", at=clock())
    )
    await session.flush()

    await case_papers.send(session, case, kept, now=clock())

    assert list(await session.scalars(select(File.purpose))) == ["case"]


async def test_papers_have_an_end(filed, clock, monkeypatch):
    session, _, case = filed
    monkeypatch.setattr(case_papers, "MOST", 1)
    await case_papers.send(session, case, Kept("a" * 64, 3, "image/jpeg"), now=clock())
    more = Kept("b" * 64, 3, "image/jpeg")
    assert await refused(case_papers.send(session, case, more, now=clock())) == "case_full"
    case.state = "closed"
    assert await refused(case_papers.send(session, case, more, now=clock())) == "case_ended"
