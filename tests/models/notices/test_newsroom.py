"""Notices as staff of a part of the federation find them, and to whom they may write."""

from datetime import timedelta

import pytest

from config.notices import Audience
from models import corrections, newsroom, recipients
from models.base import Refused
from models.events import Event
from models.members import Member
from models.rights import Scope
from models.roster import Holder, put
from tests.models.notices import ring

WHOLE = Scope(whole=True)
ONE, TWO = Scope(unions=frozenset({"北冶"})), Scope(unions=frozenset({"北冶", "佳讯"}))
AREA = Scope(areas=frozenset({"上地"}))
NONE = Scope()
FOR = {
    "one": {"unions": ["北冶"]},
    "two": {"unions": ["北冶", "佳讯"]},
    "area": {"areas": ["上地"]},
    "both": {"unions": ["别家"], "areas": ["上地"]},
    "all": {"everybody": True},
}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (WHOLE, {"one", "two", "area", "both", "all"}),
        (ONE, {"one"}),
        (TWO, {"one", "two"}),
        (AREA, {"area", "both"}),
        (Scope(unions=frozenset({"佳讯"}), areas=frozenset({"上地"})), {"area", "both"}),
        (NONE, set()),
    ],
)
async def test_notices_are_found_by_whom_they_are_for(database, clock, scope, names):
    async with database.transaction() as session:
        for name, audience in FOR.items():
            told = ring.plan(title=name, audience=audience, send_at=clock())
            await ring.notices.draft(session, told, "li", now=clock())

        found = await newsroom.search(session, scope)
        planned = await newsroom.planned(session, scope, clock(), clock() + timedelta(hours=1))

        assert {notice.title for notice in found} == names
        assert {notice.title for notice in planned} == names
        assert {
            name for name, whom in FOR.items() if newsroom.allows(scope, Audience.model_validate(whom))
        } == names


async def test_what_puts_an_own_notice_right_is_found_too(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 1, now=clock(), union_name="北冶")
    number = await ring.sent_off(database, clock, ring.plan(audience=FOR["one"]))
    async with database.transaction() as session:
        right = await corrections.correct(session, number, "后天", "li", now=clock())

        assert await newsroom.find(session, ONE, right.id) == right
        assert await newsroom.find(session, AREA, right.id) is None


async def test_plan_of_a_month_leaves_out_what_does_not_go(small, clock):
    async with small.transaction() as session:
        for title, at in (("早", -1), ("先", 0), ("后", 1), ("晚", 2)):
            told = ring.plan(title=title, send_at=clock() + timedelta(hours=at))
            await ring.notices.draft(session, told, "li", now=clock())
        gone = await ring.notices.draft(session, ring.plan(send_at=clock()), "li", now=clock())
        await ring.notices.cancel(session, gone.id, "li", reason="不办", now=clock())
        back = await ring.notices.draft(session, ring.plan(send_at=clock()), "li", now=clock())
        back.removes = True

        found = await newsroom.planned(session, WHOLE, clock(), clock() + timedelta(hours=2))

        assert [notice.title for notice in found] == ["先", "后"]


async def test_names_are_suggested_within_the_scope(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 2, now=clock(), union_name="佳讯", area="上地")
        await ring.settle_in(session, 1, now=clock(), union_name="北冶")
        await put(
            session,
            [Holder("王芳", "1234567890", "13800000000", "北冶", "上地", "委员")],
            source="x",
            now=clock(),
        )
        session.add_all(Event(slug=name, kind="contest", title=name, union=name) for name in ("北冶", "佳讯"))
        await session.flush()

        whole = await newsroom.suggested(session, WHOLE)
        one = await newsroom.suggested(session, ONE)

        assert (set(whole.unions), whole.areas, whole.roles) == ({"佳讯", "北冶"}, ["上地"], ["委员"])
        assert [event.slug for event in whole.events] == ["佳讯", "北冶"]
        assert (one.unions, one.areas, [event.slug for event in one.events]) == (["北冶"], [], ["北冶"])


@pytest.mark.parametrize(
    ("scope", "whom", "reason"),
    [
        (ONE, {"unions": ["佳讯"]}, "notice_scope"),
        (WHOLE, {"unions": ["北冶", "北治"]}, "notice_union"),
        (WHOLE, {"areas": ["上帝"]}, "notice_area"),
    ],
)
async def test_audience_is_checked(small, clock, scope, whom, reason):
    async with small.transaction() as session:
        await ring.settle_in(session, 1, now=clock(), union_name="北冶", area="上地")
        await newsroom.check(session, ONE, Audience(unions=("北冶",)))

        with pytest.raises(Refused) as refused:
            await newsroom.check(session, scope, Audience.model_validate(whom))

        assert refused.value.reason == reason


async def test_notice_for_nobody_is_not_approved(small, clock):
    async with small.transaction() as session:
        notice = await ring.notices.draft(session, ring.plan(), "li", now=clock())

        with pytest.raises(Refused, match="notice_nobody"):
            await newsroom.approve(session, notice.id, "zhao", now=clock())


async def test_letters_are_found_by_name_union_telephone_and_state(database, clock):
    async with database.transaction() as session:
        await ring.settle_in(session, 2, now=clock(), union_name="北冶")
        await ring.settle_in(session, 1, now=clock(), union_name="佳讯", area="上地")
        await put(session, [Holder("会员2", "1234567890", "13800000000")], source="x", now=clock())
        (await session.get_one(Member, 2)).roster_id = 1
    number = await ring.sent_off(database, clock, ring.plan())
    await ring.deliver(database, clock, most=1)
    async with database.transaction() as session:
        notice = await session.get_one(ring.notices.Notice, number)

        async def found(scope=WHOLE, **asked) -> list[int]:
            rows = await recipients.search(session, scope, notice, **asked)
            return [member.id for _, member in rows]

        first = await recipients.search(session, WHOLE, notice)
        assert await found() == [1, 2, 3]
        assert await found(who="会员1") == [1, 3]  # both unions have one
        assert await found(who="佳讯") == [3]
        assert await found(who="138 0000 0000") == [2]
        assert await found(who="13900000000") == []
        assert await found(who="%") == []
        assert await found(state="sent") == [1, 2, 3]
        assert await found(state="waiting") == []
        assert await found(after=first[0][0].id) == [2, 3]
        assert await found(ONE) == [1, 2]
        assert await found(AREA) == [3]
        assert await found(NONE) == []
