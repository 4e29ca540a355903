"""Whom a notice is for: every way to say it, against two thousand members counted by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from config.notices import Audience
from models import audiences, members
from models.audiences import Ring
from models.members import Contact, Member
from models.messages import Address
from models.outbox import Letter
from tests.models.notices import people, ring
from tests.models.notices.people import SHEET, TOLD, Person

Holds = Callable[[Person], bool]


def at(slug: str, *standing: str) -> dict[str, Any]:
    """Return the part of an audience that speaks of an event."""
    return {"event": {"slug": slug, **({"standing": standing} if standing else {})}}


AUDIENCES: dict[str, tuple[dict[str, Any], Holds]] = {
    "everybody": ({"everybody": True}, lambda p: True),
    "area": ({"areas": ["上地", "西三旗"]}, lambda p: p.area in ("上地", "西三旗")),
    "union": ({"unions": ["北冶"]}, lambda p: p.union == "北冶"),
    "union and area": (
        {"unions": ["北冶"], "areas": ["上地"]},
        lambda p: p.union == "北冶" and p.area == "上地",
    ),
    "branch": ({"branches": ["singing"]}, lambda p: p.at("confirmed", "attended", slug="singing")),
    "either branch": (
        {"branches": ["singing", "reading"]},
        lambda p: any(p.at("confirmed", "attended", slug=slug) for slug in ("singing", "reading")),
    ),
    "no branch but a contest": ({"branches": ["chess"]}, lambda p: False),
    "role": ({"roles": ["主席"]}, lambda p: p.role == "主席"),
    "registered": (at("chess"), lambda p: p.at("confirmed", slug="chess")),
    "waiting": (at("chess", "waiting"), lambda p: p.at("waiting", "offered", slug="chess")),
    "attended": (at("hike", "attended"), lambda p: p.at("attended", slug="hike")),
    "missed": (at("hike", "missed"), lambda p: p.at("no_show", slug="hike")),
    "came or did not": (
        at("hike", "attended", "missed"),
        lambda p: p.at("attended", "no_show", slug="hike"),
    ),
    "photo entered": (at("photo"), lambda p: p.photo == "entered"),
    "photo is no other standing": (at("photo", "waiting", "attended", "missed"), lambda p: False),
    "topics": (
        {"topics": ["law", "journal"]},
        lambda p: p.wants_news and bool(p.topics & {"law", "journal"}),
    ),
    "language": ({"languages": ["zh-hant"]}, lambda p: p.language == "zh-hant"),
    "channel": ({"channels": ["wechat"]}, lambda p: "wechat" in p.living),
    "got": ({"notice": {"number": TOLD}}, lambda p: p.letter == "sent"),
    "did not get": (
        {"notice": {"number": TOLD, "was": "missed"}},
        lambda p: p.letter in ("gone", "skipped", "waiting"),
    ),
    "answered": ({"notice": {"number": TOLD, "was": "answered"}}, lambda p: p.answered),
    "sheet": ({"sheet": True}, lambda p: p.in_sheet),
    "any": (
        {"any": [{"roles": ["委员"]}, {"unions": ["佳讯"], "areas": ["中关村"]}]},
        lambda p: p.role == "委员" or (p.union == "佳讯" and p.area == "中关村"),
    ),
    "any within": (
        {"areas": ["上地"], "any": [{"sheet": True}, at("chess")]},
        lambda p: p.area == "上地" and (p.in_sheet or p.at("confirmed", slug="chess")),
    ),
    "without": (
        {"everybody": True, "without": {"unions": ["北冶"], "areas": ["上地"]}},
        lambda p: not (p.union == "北冶" and p.area == "上地"),
    ),
    "without who got it or said no": (
        {**at("chess"), "without": {"any": [{"notice": {"number": TOLD}}, {"roles": ["主席"]}]}},
        lambda p: p.at("confirmed", slug="chess") and p.letter != "sent" and p.role != "主席",
    ),
    "without a channel": (
        {"everybody": True, "without": {"channels": ["telegram"]}},
        lambda p: "telegram" not in p.living,
    ),
    "an audience without one without": (
        {"unions": ["北冶"], "without": {"everybody": True, "without": {"areas": ["上地"]}}},
        lambda p: p.union == "北冶" and p.area == "上地",
    ),
}
NEWS: Holds = lambda p: p.wants_news and "aid" in p.topics  # noqa: E731 -- one of the conditions above


def expected(said: dict[str, Any], holds: Holds, town: list[Person]) -> set[tuple[int, str]]:
    """Return whom an audience reaches and on which channel, counted by hand."""
    only = {"only": tuple(said["channels"])} if "channels" in said else {}
    told = {(p.number, p.told_at(**only)) for p in town if holds(p)}
    return {(number, channel) for number, channel in told if channel}


@pytest.mark.timeout(240)
async def test_every_audience_is_who_is_counted_by_hand(database, clock):
    town = people.made_up()
    async with database.transaction() as session:
        await people.move_in(session, town, now=clock())
        await session.execute(
            text("ANALYZE")
        )  # what it knows of the tests before makes PostgreSQL ten times slower

    for name, (said, holds) in AUDIENCES.items():
        for kind, wanted in (("urgent", lambda p: True), ("news", NEWS)):
            whom = Ring(Audience.model_validate(said), kind, "aid", SHEET)
            mine = [p for p in town if holds(p) and wanted(p)]
            async with database.transaction() as session:
                counted = await audiences.count(session, whom)
                sample = await audiences.sample(session, whom)
                told = list(await session.execute(whom.contacts()))
                called = list(await session.execute(whom.calls(1, len(town))))

            assert counted == len(mine), (name, kind)
            assert [member.id for member in sample] == [p.number for p in mine[:3]], (name, kind)
            assert len(told) == len({member for member, _, _ in told}), (name, kind)
            assert {(member, channel) for member, channel, _ in told} == expected(said, holds, mine), (
                name,
                kind,
            )
            assert all(address == f"{channel[0]}{member}" for member, channel, address in told), (name, kind)
            by_phone = {(p.number, "phone", str(p.number)) for p in mine if p.phone and not p.living}
            assert set(map(tuple, called)) == by_phone, (name, kind)


def test_population_holds_somebody_of_every_audience():
    town = people.made_up()

    nobody = {name for name, (_, holds) in AUDIENCES.items() if not any(map(holds, town))}

    assert nobody == {"no branch but a contest", "photo is no other standing"}


async def test_news_without_a_topic_goes_to_all_who_want_news(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 2, now=clock(), topics=0)
        await ring.settle_in(session, 1, now=clock(), wants_news=False)

        assert await audiences.count(session, Ring(Audience(everybody=True), "news")) == 2


async def test_bounds_leave_out_members_before_and_after(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 5, now=clock())
        await session.execute(update(Member).values(phone="13800000000"))
        whom = Ring(Audience(everybody=True), "urgent")

        assert sorted(row[0] for row in await session.execute(whom.contacts(2, 4))) == [2, 3, 4]
        await session.execute(update(Contact).values(dead_at=clock()))
        assert sorted(row[0] for row in await session.execute(whom.calls(2, 4))) == [2, 3, 4]


async def told(database, number: int) -> list[tuple[str, str, str]]:
    async with database.transaction() as session:
        query = select(Letter.channel, Letter.address, Letter.state).where(Letter.notice_id == number)
        return [tuple(row) for row in await session.execute(query.order_by(Letter.id))]


async def test_opted_out_after_the_expansion_gets_none(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 3, now=clock())
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await session.execute(update(Member).where(Member.id == 1).values(wants_news=False))
        await session.execute(update(Member).where(Member.id == 2).values(topics=0b11110))

    letters = await ring.deliver(database, clock)

    assert [letter.address for letter in letters] == ["m3"]
    assert await told(database, number) == [
        ("telegram", "m1", "skipped"), ("telegram", "m2", "skipped"), ("telegram", "m3", "sent"),
    ]  # fmt: skip


async def test_who_has_two_channels_gets_one_letter_where_they_wrote_last(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, Address("telegram", "a"), now=clock())
        await members.at_address(session, Address("web", "page"), now=clock())
        await session.execute(update(Contact).values(member_id=member.id))
        await session.execute(
            insert(Contact),
            [{"channel": "wechat", "address": "b", "member_id": member.id, "dead_reason": ""}],
        )
        await members.at_address(session, Address("wechat", "b"), now=clock())
        await members.at_address(session, Address("web", "page"), now=clock())

    number = await ring.sent_off(database, clock, ring.plan())

    assert await told(database, number) == [("wechat", "b", "waiting")]


@pytest.mark.parametrize(
    ("dead", "found"),
    [
        ([], [("telegram", "t", "waiting")]),
        (["telegram"], [("web", "w", "held")]),
        (["telegram", "web"], []),
    ],
)
async def test_dead_address_is_passed_over(database, clock, dead, found):
    async with database.transaction() as session:
        session.add(Member(id=7, joined_at=clock(), channel="telegram"))
        await session.flush()
        for channel in ("web", "telegram"):
            gone = clock() if channel in dead else None
            session.add(Contact(channel=channel, address=channel[0], member_id=7, dead_at=gone))

    number = await ring.sent_off(database, clock, ring.plan())

    assert await told(database, number) == found


async def test_who_joins_after_the_expansion_gets_none(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 2, now=clock())
    number = await ring.sent_off(database, clock, ring.plan())
    async with database.transaction() as session:
        await ring.settle_in(session, 2, now=clock())

    letters = await ring.deliver(database, clock)

    assert [letter.address for letter in letters] == ["m1", "m2"]
    assert await ring.watch(database, clock) == []
    assert await ring.state(database, number) == "done"
