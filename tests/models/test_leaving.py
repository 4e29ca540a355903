"""Of whom unsubscribes nothing is left of the account, and nothing else either but what is under way."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import (
    calls,
    case_member,
    conversations,
    handoffs,
    inbox,
    leaving,
    members,
    outbox,
    passes,
    publishing,
    shown_lists,
    signups,
    staff,
    wechat_ledger,
)
from models.applications import Application
from models.cases import Case
from models.conversations import FROM, MOVED
from models.events import Event
from models.handoffs import HandOff
from models.linking import Link
from models.members import Contact, Member
from models.messages import Address, Choice, Incoming, Outgoing
from models.outbox import Letter
from models.places import Place
from models.proposals import Proposal
from models.signups import Wish
from models.wechat_mass import WeChatMonth
from tests.models import life
from tests.models.life import NAME, PHONE, WORD, dump, lived

HERE, PAGE, OTHER = Address("wechat", "o-wumeng"), Address("web", "page-wumeng"), Address("telegram", "77")
GOODBYE = Incoming("o-wumeng:1:unsubscribe:", HERE, kind="blocked")


@pytest.fixture(autouse=True)
def _on_wechat(monkeypatch):
    monkeypatch.setattr(life, "HERE", HERE)


async def arrive(session, now) -> Member:
    """Let somebody leave a row everywhere from WeChat, and have the account written down wherever it can be."""
    member = await members.at_address(session, HERE, now=now)
    await lived(session, member, now)
    await members.open_from(session, member, PAGE, HERE.place)
    li = await session.scalar(select(staff.Staff))
    li.channel, li.address = HERE.channel, HERE.id
    session.add(
        Link(
            member_id=member.id, channel=HERE.channel, address=HERE.id, asked_at=now, until=now, code_hash=""
        )
    )
    passes.make(session, member, "form:resume", at=HERE, now=now)
    await wechat_ledger.opened(session, HERE.id, "text", now=now)
    told = {"List": [{"TemplateId": "t", "SubscribeStatusString": "accept"}]}
    await wechat_ledger.noted(session, HERE.id, "subscribe_msg_popup_event", told, now=now)
    await shown_lists.shown(session, HERE, Outgoing("x", (Choice("菜单", "menu"),)), now=now)
    session.add(WeChatMonth(openid=HERE.id, month="2026-11", had=1))
    for at in (HERE, PAGE):
        await outbox.put(session, at, Outgoing(WORD), due=now, answers=GOODBYE.id)
        await inbox.put(session, [Incoming(f"{at.id}:2", at, text=WORD)], now=now)
    await inbox.put(session, [GOODBYE], now=now)
    return member


async def leave(database, now, goodbye=GOODBYE) -> list[tuple[int, str]]:
    async with database.transaction() as session:
        return [(c.place.id, c.what) for c in await leaving.left(session, goodbye, now=now)]


async def where(database, *words: str) -> set[str]:
    """Return the tables in which one of *words* stands, sealed or not."""
    found = {name for name, rows in (await dump(database)).items() if any(word in rows for word in words)}
    async with database.transaction() as session:
        for table in life.declared().sorted_tables:
            rows = [str(tuple(row)) for row in await session.execute(select(table))]
            found |= {table.name for word in words if word in "\n".join(rows)}
    return found


async def test_nothing_is_left_of_the_account(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        number = member.id
        other = await members.at_address(session, Address("wechat", "o-other"), now=clock())
        await inbox.put(session, [Incoming("late", PAGE, text="x")], now=clock())
    assert await where(database, HERE.id, PAGE.id) >= {
        "applications", "cases", "contacts", "handoffs", "inbox", "links", "outbox", "passes", "proposals",
        "shown_lists", "staff", "wechat_consents", "wechat_months", "wechat_windows",
    }  # fmt: skip

    await leave(database, clock())

    assert await where(database, HERE.id) == set()
    assert await where(database, PAGE.id) == {"inbox"}  # what the page has not been answered yet
    assert await where(database, "o-other") == {"contacts"}
    async with database.transaction() as session:
        assert (await members.at_address(session, HERE, now=clock())).id not in {number, other.id}


async def test_who_has_nothing_under_way_is_forgotten_whole(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        member.wants_news = True
    await leave(database, clock())

    async with database.transaction() as session:
        await session.execute(text("DELETE FROM inbox"))
        found = await session.get_one(Member, member.id)
        assert (found.name, found.phone, found.wants_news, found.channel, found.forget_at) == (
            None, None, False, "", None,
        )  # fmt: skip
        await session.execute(text("DELETE FROM roster"))  # the union's own register
    assert await where(database, NAME, PHONE, WORD) == set()


async def test_copy_of_the_goodbye_finds_nothing(database, clock):
    async with database.transaction() as session:
        await arrive(session, clock())
    await leave(database, clock())
    async with database.transaction() as session:
        await inbox.put(session, [GOODBYE], now=clock())

    assert await leave(database, clock()) == []

    assert await where(database, HERE.id) == set()


async def test_what_is_said_after_the_goodbye_waits_for_its_answer(database, clock):
    async with database.transaction() as session:
        await inbox.put(session, [Incoming("1", HERE, text="先"), GOODBYE], now=clock())
        await inbox.put(session, [Incoming("2", HERE, kind="joined")], now=clock())
    await leave(database, clock())

    async with database.transaction() as session:
        kept = await session.scalars(select(inbox.Received.platform_id))
        assert list(kept) == ["2"]


async def test_other_address_keeps_its_member(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        await members.open_from(session, member, OTHER, "")
        member.name, member.phone, member.channel = NAME, None, "wechat"
        await outbox.put(session, OTHER, Outgoing(WORD), due=clock())

    assert await leave(database, clock()) == []

    assert await where(database, HERE.id) == set()
    async with database.transaction() as session:
        found = await session.get_one(Member, member.id)
        assert await members.addresses(session, found) == [OTHER]
        assert (found.name, found.phone, found.channel, found.forget_at) == (NAME, None, "", None)
        assert (await session.scalar(select(Place.name))) == NAME
        here = select(Letter.state, Letter.body).where(Letter.address == OTHER.id)
        assert (await session.execute(here)).all() == [("waiting", {"text": WORD})]


async def test_what_is_private_goes_to_no_other_address(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        await members.open_from(session, member, OTHER, "")
        member.phone = None
        case = await session.scalar(select(Case))
        case.facts = {**case.facts, case_member.REACH: PAGE.place}
        await handoffs.ask(session, member, HERE, promised=None, now=clock())
    await leave(database, clock())

    async with database.transaction() as session:
        found = await session.get_one(Member, member.id)
        phone = calls.address(found)
        for table in (Case, Application, Proposal, HandOff):
            rows = await session.execute(select(table.channel, table.address))
            assert {tuple(row) for row in rows} == {(phone.channel, phone.id)}
        assert (await session.scalar(select(Case))).facts == {"what": WORD}
        assert await case_member.visible(session, found, OTHER) == []
        assert found.phone == PHONE


async def test_other_reach_of_a_case_stays(small, clock):
    async with small.transaction() as session:
        member = await arrive(session, clock())
        await members.open_from(session, member, OTHER, "")
        case = await session.scalar(select(Case))
        case.facts = {**case.facts, case_member.REACH: OTHER.place}
    await leave(small, clock())

    async with small.transaction() as session:
        assert (await session.scalar(select(Case))).facts == {"what": WORD, case_member.REACH: OTHER.place}


@pytest.mark.parametrize(("mark", "ends"), [(FROM, True), (MOVED, True), ("what", False)])
async def test_private_form_that_was_begun_here_ends(small, clock, mark, ends):
    async with small.transaction() as session:
        member = await arrive(session, clock())
        await members.open_from(session, member, OTHER, "")
        conversation, _ = await conversations.current(session, member, now=clock())
        conversation.open("aid", "", "n")
        conversation.answers = {mark: HERE.place if mark == FROM else PAGE.place}
    await leave(small, clock())

    async with small.transaction() as session:
        conversation, _ = await conversations.current(
            session, await session.get_one(Member, member.id), now=clock()
        )
        assert (conversation.form == "") is ends


async def event(session, now, **values) -> Event:
    told = {"slug": "walk", "kind": "outing", "title": "健步走", "cap": 1, "starts": now + timedelta(days=9)}
    return (await publishing.publish(session, {**told, **values}, by="li", now=now))[0]


async def enter(session, walk: Event, at: Address, now, phone: str = "") -> Place:
    """Sign up who is at an address."""
    member = await members.at_address(session, at, now=now)
    wish = Wish(member_id=member.id, channel=at.channel, name=at.id, phone=phone)
    return (await signups.sign_up(session, walk, wish, now=now))[0].place


async def states(database) -> list[tuple[str, str]]:
    async with database.transaction() as session:
        return [
            tuple(row) for row in await session.execute(select(Place.state, Place.name).order_by(Place.id))
        ]


async def stand(database, clock, phone: str, *, waiting: bool) -> Place:
    """Give a place, or one on the waiting list, to who is going to leave; somebody else has the other."""
    async with database.transaction() as session:
        walk = await event(session, clock())
        order = (OTHER, HERE) if waiting else (HERE, OTHER)
        found = {}
        for at in order:
            found[at] = await enter(session, walk, at, clock(), phone if at == HERE else "")
            clock.tick(1)
        return found[HERE]


async def test_place_stays_and_the_member_can_be_called(database, clock):
    place = await stand(database, clock, PHONE, waiting=False)

    assert await leave(database, clock()) == []

    assert await states(database) == [("confirmed", HERE.id), ("waiting", OTHER.id)]
    async with database.transaction() as session:
        member = await session.get_one(Member, place.member_id)
        assert (member.name, member.phone, member.wants_news) == (HERE.id, PHONE, False)
        assert members.is_called(member, await members.contacts(session, member))
        assert member.forget_at == clock() + timedelta(days=1)


async def test_call_about_a_place_that_stays_is_still_made(database, clock):
    place = await stand(database, clock, PHONE, waiting=False)
    async with database.transaction() as session:
        member = await session.get_one(Member, place.member_id)
        member.phone = PHONE
        await outbox.put(session, calls.address(member), Outgoing("改到周日"), due=clock())

    await leave(database, clock())

    async with database.transaction() as session:
        assert [call.text for call in await calls.waiting(session, now=clock())] == ["改到周日"]


async def test_without_a_number_a_place_stays_that_is_given_already(database, clock):
    await stand(database, clock, "", waiting=False)

    assert await leave(database, clock()) == []

    assert await states(database) == [("confirmed", HERE.id), ("waiting", OTHER.id)]


@pytest.mark.parametrize(("phone", "state"), [(PHONE, "waiting"), ("", "cancelled")])
async def test_waiting_list_is_left_where_nobody_can_be_called(database, clock, phone, state):
    await stand(database, clock, phone, waiting=True)

    await leave(database, clock())

    assert await states(database) == [("confirmed", OTHER.id), (state, HERE.id if phone else "")]


@pytest.mark.parametrize(("phone", "told"), [(PHONE, (2, "offered")), ("", (3, "offered"))])
async def test_offer_is_told_by_telephone_or_goes_to_the_next(database, clock, phone, told):
    await stand(database, clock, phone, waiting=True)
    async with database.transaction() as session:
        await enter(session, await session.scalar(select(Event)), Address("web", "third"), clock())
        first = await session.get_one(Place, 1)
        await signups.leave(
            session, await session.get_one(Event, 1), first, "cancelled", by="member", reason="", now=clock()
        )

    changes = await leave(database, clock())

    assert [change for change in changes if change[1] == "offered"] == [told]
    kept = ("offered", HERE.id) if phone else ("cancelled", "")
    assert (await states(database))[1] == kept


async def test_place_of_what_is_over_is_forgotten(database, clock):
    await stand(database, clock, PHONE, waiting=False)
    clock.tick(10 * 86_400)

    await leave(database, clock())

    assert (await states(database))[0] == ("cancelled", "")


async def test_who_left_is_forgotten_when_it_is_over(database, clock):
    place = await stand(database, clock, PHONE, waiting=False)
    await leave(database, clock())

    for days, phone, told in ((0, PHONE, []), (1, PHONE, []), (9, None, ["cancelled"])):
        clock.tick(days * 86_400)
        async with database.transaction() as session:
            assert [change.what for change in await leaving.finish(session, now=clock())] == told
            member = await session.get_one(Member, place.member_id)
            assert member.phone == phone
    assert member.forget_at is None
    assert await where(database, PHONE) == set()


async def test_case_holds_who_left_until_it_ends(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        case = await session.scalar(select(Case))
        case.state = "assigned"
    await leave(database, clock())

    for state, phone in (("assigned", PHONE), ("closed", None)):
        clock.tick(86_400)
        async with database.transaction() as session:
            (await session.scalar(select(Case))).state = state
            await leaving.finish(session, now=clock())
            assert (await session.get_one(Member, member.id)).phone == phone
    assert await where(database, HERE.id, NAME) == {"roster"}


async def test_who_was_found_again_is_not_forgotten(database, clock):
    place = await stand(database, clock, PHONE, waiting=False)
    await leave(database, clock())
    clock.tick(30 * 86_400)
    async with database.transaction() as session:
        member = await session.get_one(Member, place.member_id)
        await members.open_from(session, member, PAGE, "")

        assert await leaving.finish(session, now=clock()) == []

        assert (member.phone, member.forget_at) == (PHONE, None)


@pytest.mark.parametrize(("phone", "state"), [(PHONE, "waiting"), ("", None)])
async def test_talk_goes_on_by_telephone_or_ends(database, clock, phone, state):
    async with database.transaction() as session:
        member = await members.at_address(session, HERE, now=clock())
        talk = await handoffs.ask(session, member, HERE, promised=None, now=clock())
        talk.phone = phone or None
        await handoffs.note(session, talk, Incoming("1", HERE, text=WORD), now=clock())
    await leave(database, clock())

    async with database.transaction() as session:
        assert await session.scalar(select(HandOff.state)) == state
        assert (await session.get_one(Member, member.id)).phone == (phone or None)


async def test_what_goes_on_by_telephone_goes_along_when_two_become_one(database, clock):
    async with database.transaction() as session:
        member = await arrive(session, clock())
        await handoffs.ask(session, member, HERE, promised=None, now=clock())
    await leave(database, clock())
    async with database.transaction() as session:
        keep = await members.at_address(session, OTHER, now=clock())
        await members.merge(session, keep, await session.get_one(Member, member.id), now=clock())

        assert set(await session.scalars(select(HandOff.address))) == {str(keep.id)}


@pytest.mark.parametrize(
    ("reason", "at", "said"),
    [("blocked", HERE, [("o-wumeng", "blocked")]), ("gone", HERE, []), ("blocked", OTHER, [])],
)
async def test_goodbye_that_was_not_heard_is_said_when_a_letter_is_refused(database, clock, reason, at, said):
    async with database.transaction() as session:
        await members.at_address(session, at, now=clock())
        await leaving.gone(session, at, reason, clock())

    async with database.transaction() as session:
        assert (await session.scalar(select(Contact.dead_reason))) == reason
        rows = [
            row.message for row in await session.scalars(select(inbox.Received).order_by(inbox.Received.id))
        ]
        assert [(row.sender.id, row.kind) for row in rows] == said
    for row in rows:
        await leave(database, clock(), row)
        assert await where(database, HERE.id) == set()
