"""The roster: searched, filtered, paged; the line; sign-ups by telephone; pages to print."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models import events
from models.audit import AuditLine
from models.consents import Consent
from models.members import Member
from models.outbox import Letter
from models.places import Place
from models.rights import Grant
from tests.databases import statements
from tests.handlers.staff.events import SLUG, Town

ROSTER, WAITING, CALL = f"/events/{SLUG}/roster", f"/events/{SLUG}/waiting", f"/events/{SLUG}/call"
CALLER = {"name": "王芳", "phone": "138 0013 8000", "consent": "yes"}


@pytest.fixture
async def town(desks) -> Town:
    found = Town(desks)
    await found.publish(cap=2)
    return found


async def test_roster_is_searched_by_number_code_member_name_and_phone(desks, town):
    wang = await town.sign_up("王芳", union="演示一厂工会")
    await town.sign_up("李雷")
    await town.sign_up("王小明")
    li = await desks.enter("li", "organiser")

    async def found(said: str, more: str = "") -> list[str]:
        page = await li.open(f"{ROSTER}?said={said}{more}")
        return [name for name in ("王芳", "李雷", "王小明") if name in page.text]

    assert await found("") == ["王芳", "李雷", "王小明"]
    assert await found("C002") == ["李雷"]
    assert await found(wang.code) == ["王芳"]
    assert await found("王") == ["王芳", "王小明"]
    assert await found(f"王芳{wang.phone}") == ["王芳"]
    assert await found("王", "&state=waiting") == ["王小明"]
    assert await found("", "&union=演示一厂工会") == ["王芳"]
    assert await found("", "&category=7") == []
    assert await found("周") == []


async def test_look_at_roster_is_written_down(desks, town):
    li = await desks.enter("li", "organiser")

    await li.open(f"{ROSTER}?said=王")

    async with town.database.transaction() as session:
        lines = await session.scalars(select(AuditLine).order_by(AuditLine.id))
        assert [(line.who, line.action, line.about) for line in lines] == [("li", "view", ROSTER)]


async def test_roster_of_ten_thousand_is_paged_with_as_many_statements(one_desk):
    town = Town(one_desk)
    await town.publish()
    first = await town.sign_up("王芳")
    li = await one_desk.enter("li", "organiser")
    with statements(town.database) as few:
        await li.open(ROSTER)
    await _crowd(town, first, 2_200)

    with statements(town.database) as many:
        page = await li.open(ROSTER)

    assert (page.text.count("13800000000"), page.text.count("群众")) == (0, 49)
    assert len(many) == len(few)
    later = await li.open(f"{ROSTER}?after={first.id + 49}")
    assert later.text.count("群众") == 50
    named = await li.open(f"{ROSTER}?said=群众2199")
    assert (named.text.count("群众2199 "), "继续往下找" in named.text) == (0, True)
    link = named.html.rpartition("after=")[2].partition('"')[0]
    assert "群众2199 " in (await li.open(f"{ROSTER}?said=群众2199&after={link}")).text
    many = await li.open(f"{ROSTER}?said=群众")
    assert (many.text.count("群众"), "继续往下找" in many.text) == (50, True)


async def _crowd(town: Town, first: Place, size: int) -> None:
    async with town.database.transaction() as session:
        await session.execute(
            insert(Member),
            [{"joined_at": town.clock(), "wants_news": True, "topics": 0} for _ in range(size)],
        )
        ids = list(await session.scalars(select(Member.id).where(Member.id > first.member_id)))
        rows = [
            {"event_id": first.event_id, "member_id": number, "state": "confirmed", "since": town.clock(),
             "joined_at": town.clock(), "name": f"群众{at}", "number": at + 2}
            for at, number in enumerate(ids)
        ]  # fmt: skip
        await session.execute(insert(Place), rows)


async def test_line_is_shown_in_its_order_and_a_place_is_given_out_of_turn(desks, town):
    for name in ("王芳", "李雷", "张三", "周四"):
        await town.sign_up(name)
    await town.publish(cap=2, closes_offer=town.clock() - timedelta(days=1))
    li = await desks.enter("li", "organiser")
    page = await li.open(WAITING)
    assert "1 张三" in page.text
    assert "2 周四" in page.text
    last = int(page.html.rpartition('name="place" value="')[2].partition('"')[0])

    full = await li.do(WAITING, "offer", place=last)
    await town.publish(cap=3, closes_offer=town.clock() - timedelta(days=1))
    told = await li.follow(WAITING, "offer", place=last)

    assert (full.status, "1 张三" in full.text) == (422, True)
    assert "名额给出去了，等本人确认。" in told.text
    assert (await town.states())["周四"] == "offered"
    assert (await li.do(WAITING, "offer", place=last)).status == 422
    assert (await li.do(WAITING, "offer", place="999999")).status == 404


async def test_line_without_anybody_says_so_and_a_long_one_goes_on(one_desk):
    town = Town(one_desk)
    await town.publish(cap=0)
    li = await one_desk.enter("li", "organiser")
    assert "现在没有人排队。" in (await li.open(WAITING)).text
    for number in range(51):
        await town.sign_up(f"群众{number:02}")

    page = await li.open(WAITING)

    assert (page.text.count("群众"), "群众50" in page.text, "后面的" in page.text) == (50, False, True)
    assert "51 群众50" in (await li.open(f"{WAITING}?skip=50")).text


async def test_caller_is_signed_up_with_consent_by_word_of_mouth(desks, town):
    li = await desks.enter("li", "organiser")
    await town.sign_up("李雷")

    told = await li.follow(CALL, "call", **CALLER, remark="坐轮椅")
    again = await li.follow(CALL, "call", **CALLER)

    assert "王芳：已报上。" in told.text
    assert "坐轮椅" in told.text
    assert "王芳：早就报过了。" in again.text
    async with town.database.transaction() as session:
        place = await session.scalar(select(Place).where(Place.channel == "paper"))
        consent = await session.scalar(select(Consent))
        letters = list(await session.scalars(select(Letter).order_by(Letter.id)))
    assert (place.state, place.phone) == ("confirmed", "13800138000")
    assert (consent.member_id, consent.how) == (place.member_id, "oral, by li")
    assert letters == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "请填姓名，最多50个字。"),
        ({"name": "王" * 51}, "请填姓名，最多50个字。"),
        ({"phone": "12345"}, "手机号要11位数字。"),
        ({"party": "x"}, "人数"),
        ({"consent": ""}, "请先问对方同不同意，再勾上。"),
        ({"category": "没有的组"}, "组"),
    ],
)
async def test_caller_is_not_signed_up_when_something_is_wrong(one_desk, wrong, told):
    town = Town(one_desk)
    await town.publish()
    li = await one_desk.enter("li", "organiser")

    said = await li.do(CALL, "call", **{**CALLER, **wrong})

    assert (said.status, told in said.text) == (422, True)
    assert await town.states() == {}


async def test_those_who_are_ticked_are_let_in_while_there_is_room(desks, town):
    await town.publish(cap=1, policy=events.APPROVE)
    rows = [await town.sign_up(name) for name in ("王芳", "李雷", "张三")]
    li = await desks.enter("li", "organiser")
    assert "通过选中的" in (await li.open(ROSTER)).text

    await li.follow(ROSTER, "approve", place=[rows[1].id, rows[0].id])

    assert await town.states() == {"王芳": "confirmed", "李雷": "waiting", "张三": "pending_approval"}


@pytest.mark.parametrize("what", ["signin", "tables", "badges"])
async def test_list_is_printed(one_desk, what):
    town = Town(one_desk)
    await town.publish()
    await town.sign_up("王芳", answers={"group": "象棋业余组"})
    li = await one_desk.enter("li", "organiser")

    page = await li.open(f"/events/{SLUG}/print/{what}")

    assert ("王芳" in page.text, "style=" in page.html, "<style" in page.html) == (True, False, False)
    assert (await li.open(f"/events/{SLUG}/print/passports")).status == 404


async def test_roster_is_closed_to_viewers_and_to_other_unions(desks, town):
    place = await town.sign_up("王芳")
    await desks.enter("boss", "administrator")
    bai = await desks.enter("bai", "viewer")
    li = await desks.enter("li", Grant("organiser", "演示一厂工会"))

    for path in (ROSTER, WAITING, CALL, f"/events/{SLUG}/print/signin", f"/events/{SLUG}/places/{place.id}"):
        assert (await bai.open(path)).status == 403
        assert (await li.open(path)).status == 404


async def test_line_needs_the_same_statements_for_one_and_for_three(one_desk):
    town = Town(one_desk)
    await town.publish(cap=0)
    li = await one_desk.enter("li", "organiser")
    await town.sign_up("王芳")
    with statements(town.database) as one:
        await li.open(WAITING)
    for name in ("李雷", "张三"):
        await town.sign_up(name)

    with statements(town.database) as three:
        page = await li.open(WAITING)

    assert ("3 张三" in page.text, len(three)) == (True, len(one))
