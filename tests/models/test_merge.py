"""Two records become one person: everything goes along, nothing is left behind."""

import pytest
from sqlalchemy import select

from config.entries import ApplicationPlan
from models import (
    applications,
    cases,
    consents,
    conversations,
    handoffs,
    interests,
    linking,
    members,
    membership,
    merger,
    migrate,
    notices,
    pairs,
    passes,
    places,
    proposals,
    publishing,
    roster,
    signups,
)
from models.answers import NoticeAnswer
from models.applications import Wanted
from models.base import Refused
from models.cases import Filed
from models.files import File
from models.handoffs import HandOff
from models.interests import Interest
from models.linking import Link
from models.members import Contact, Member
from models.messages import Address, Incoming
from models.notice_lines import NoticeLine
from models.roster import Card, Holder
from models.signups import Wish
from models.works import Work
from tests.models.notices import ring

OLD, NEW = Address("telegram", "old"), Address("web", "new")


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


async def two(session, clock) -> tuple[Member, Member]:
    keep = await members.at_address(session, OLD, now=clock())
    clock.tick(60)
    return keep, await members.at_address(session, NEW, now=clock())


async def lived(session, member: Member, at: Address, now) -> None:
    """Let *member* leave a row in every table that has rows of members."""
    conversation, _ = await conversations.current(session, member, now=now)
    conversation.open("card", "", at.id)
    await interests.note(session, member, "photo-contest", told="", now=now)
    await interests.note(session, member, f"only-{at.id}", told="", now=now)
    handoff = await handoffs.ask(session, member, at, promised=None, now=now)
    await handoffs.note(session, handoff, Incoming("1", at, text=at.id), now=now)
    await linking.ask(session, member, None, now=now)
    await membership.note(session, member, at.id, now=now)
    for slug in ("chess", f"only-{at.id}"):
        values = {"slug": slug, "kind": "contest", "title": "象棋（演示）", "cap": 1}
        event, _ = await publishing.publish(session, values, by="li", now=now)
        await signups.sign_up(session, event, Wish(member_id=member.id, channel=at.channel), now=now)
    pair = {"event_id": event.id, "member_id": member.id, "partner_id": member.id, "until": now}
    session.add(pairs.Pair(**pair, code_hash=at.id, wish={"name": "王芳（演示）"}))
    await consents.give(session, member, consents.SIGN_UP, "chess", now=now)
    notice = await notices.draft(session, ring.plan(), "li", now=now)
    session.add(NoticeLine(notice_id=notice.id, member_id=member.id, fields={}))
    session.add(NoticeAnswer(notice_id=notice.id, member_id=member.id, action="human", at=now))
    filed = Filed("wages", "P3", name="", phone="", employer="")
    await cases.file(session, member, at, filed, promised=None, now=now)
    wanted = Wanted("aid", ApplicationPlan(prefix="X"), 1, name="", phone="")
    await applications.submit(session, member, at, wanted, now=now)
    await proposals.hand_in(session, member, at, "题", "话", delegate=False, now=now)
    passes.make(session, member, "aid:begin", now=now)
    session.add(File(hash=at.id, size=1, type="image/jpeg", uploaded_by=member.id, purpose="work", at=now))
    await session.flush()
    session.add(work(member, at.id, now))
    await session.flush()


def work(member: Member, file: str, now) -> Work:
    told = {
        "title": "晨练",
        "colour": True,
        "taken_on": None,
        "group": "手机",
        "dhash": "0" * 16,
        "small": False,
    }
    files = {"original": file, "shown": file, "thumbnail": file}
    return Work(
        event="photo",
        number=member.id,
        member_id=member.id,
        credited=True,
        consented_at=now,
        at=now,
        **told,
        **files,
    )


def of_members():
    """Return every column that says whose a row is."""
    return [
        column
        for table in migrate.declared().sorted_tables
        for column in table.columns
        if any(key.column.table.name == "members" for key in column.foreign_keys)
    ]


async def test_nothing_of_the_other_is_left(session, clock):
    keep, other = await two(session, clock)
    await lived(session, keep, OLD, clock())
    await lived(session, other, NEW, clock())
    for column in of_members():
        assert await session.scalar(select(column).where(column == other.id)), column

    await members.merge(session, keep, other, now=clock())

    for column in of_members():
        assert set(await session.scalars(select(column))) == {keep.id}, column
    assert list(await session.scalars(select(Member.id))) == [keep.id]


async def test_second_place_of_one_person_goes_to_who_waits(session, clock):
    keep, other = await two(session, clock)
    third = await members.at_address(session, Address("web", "third"), now=clock())
    values = {"slug": "chess", "kind": "contest", "title": "象棋（演示）", "cap": 2}
    event, _ = await publishing.publish(session, values, by="li", now=clock())
    for member in (keep, other, third):
        await signups.sign_up(session, event, Wish(member_id=member.id, channel="web"), now=clock())

    await members.merge(session, keep, other, now=clock())

    told = [(change.place.member_id, change.what) for change in merger.moved(session)]
    assert told == [(keep.id, "merged"), (third.id, "offered")]
    assert merger.moved(session) == []
    assert [place.state for place, _ in await places.mine(session, third)] == ["offered"]


async def test_everything_goes_along_and_the_conversation_that_is_kept_goes_on(session, clock):
    keep, other = await two(session, clock)
    await lived(session, keep, OLD, clock())
    await lived(session, other, NEW, clock())
    began = keep.joined_at

    assert await members.merge(session, keep, other, now=clock()) is keep

    assert [contact.at for contact in await members.contacts(session, keep)] == [OLD, NEW]
    assert set(await session.scalars(select(Interest.programme))) == {"photo-contest", "only-old", "only-new"}
    assert [h.at for h in await session.scalars(select(HandOff).order_by(HandOff.id))] == [OLD, NEW]
    assert await handoffs.count(session, keep) == 2
    assert len(list(await session.scalars(select(Link)))) == 2
    assert (await conversations.current(session, keep, now=clock()))[0].nonce == "old"
    assert (await membership.unmatched(session, keep)).said == "old"
    assert keep.joined_at == began


async def test_record_without_anything_is_merged(session, clock):
    keep, other = await two(session, clock)

    await members.merge(session, other, keep, now=clock())

    assert [contact.at for contact in await members.contacts(session, other)] == [OLD, NEW]
    assert other.joined_at < clock()


async def test_merging_with_oneself_changes_nothing(session, clock):
    keep, _ = await two(session, clock)

    assert await members.merge(session, keep, keep, now=clock()) is keep
    assert len(list(await session.scalars(select(Member)))) == 2


@pytest.mark.parametrize("bound", ["keep", "other"])
async def test_card_of_either_is_kept(session, clock, bound):
    keep, other = await two(session, clock)
    keep.name, other.phone = "王芳（自己写的）", "13900000000"
    await bind(session, keep if bound == "keep" else other, "1", clock())

    await members.merge(session, keep, other, now=clock())

    await session.flush()
    await session.refresh(keep)
    assert (keep.name, keep.phone, keep.union_name, keep.verified) == (
        "王芳（演示）", "13800000001", "演示单位工会1", True
    )  # fmt: skip
    assert keep.roster_id == await session.scalar(select(Card.id))


async def bind(session, member: Member, number: str, now) -> None:
    holder = Holder("王芳（演示）", f"621468000012345{number}", "13800000001", f"演示单位工会{number}")
    await roster.put(session, [holder], source="演示", now=now)
    card = await session.scalar(select(Card).where(Card.union_name == holder.union_name))
    await membership.bind(session, member, card, now=now)


async def test_records_of_two_cards_stay_two(session, clock):
    keep, other = await two(session, clock)
    await bind(session, keep, "1", clock())
    await bind(session, other, "2", clock())

    with pytest.raises(Refused, match="two_cards"):
        await members.merge(session, keep, other, now=clock())
    assert len(list(await session.scalars(select(Member)))) == 2


async def test_what_one_knows_fills_what_the_other_lacks(session, clock):
    keep, other = await two(session, clock)
    other.name, other.phone = "王芳（演示）", "13800000001"

    await members.merge(session, keep, other, now=clock())

    assert (keep.name, keep.phone, keep.verified) == ("王芳（演示）", "13800000001", False)


@pytest.mark.parametrize(
    ("one", "two_", "kept"), [(True, True, True), (True, False, False), (False, True, False)]
)
async def test_who_wants_no_news_on_either_gets_none(session, clock, one, two_, kept):
    keep, other = await two(session, clock)
    keep.wants_news, other.wants_news = one, two_

    await members.merge(session, keep, other, now=clock())

    assert keep.wants_news is kept


async def test_parted_address_is_somebody_new(session, clock):
    keep, other = await two(session, clock)
    await members.merge(session, keep, other, now=clock())
    contact = await session.get_one(Contact, (NEW.channel, NEW.id))

    parted = await members.part(session, contact, now=clock())

    assert (await members.at_address(session, NEW, now=clock())).id == parted.id != keep.id
    assert (await members.at_address(session, OLD, now=clock())).id == keep.id
