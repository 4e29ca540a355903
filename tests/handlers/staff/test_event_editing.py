"""Events made of last year's and of programmes, changed, and their forms built."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config.entries import Entry, Reserved
from handlers import drafting
from handlers.search.index import Index
from models import content, events
from models.content import ProgrammeRow
from models.events import Event
from models.members import Contact
from models.notices import Notice
from models.outbox import Letter
from models.rights import Grant
from tests.handlers.staff.events import SLUG, Town

EDIT, FORM, COPY = f"/events/{SLUG}/edit", f"/events/{SLUG}/form", f"/events/{SLUG}/copy"
NEW = f"{SLUG}-2027"
KEPT = {
    "title": "象棋和围棋比赛（演示）", "starts": "2026-12-06T09:00", "opens": "2026-11-10T00:00",
    "closes": "2026-11-25T23:59", "place": "演示体育馆", "address": "演示路1号", "places": "40", "party": "1",
}  # fmt: skip


@pytest.fixture
async def town(desks) -> Town:
    found = Town(desks)
    await found.publish()
    return found


async def entry(town: Town, slug: str = SLUG):
    async with town.database.transaction() as session:
        return (await content.published(session)).by_slug[slug]


async def event(town: Town, slug: str = SLUG) -> Event:
    async with town.database.transaction() as session:
        return await events.by_slug(session, slug)


async def test_last_years_event_is_held_again_with_all_dates_moved(desks, town):
    last = await event(town)
    town.clock.tick(timedelta(days=60).total_seconds())
    li = await desks.enter("li", "organiser")
    assert "象棋和围棋比赛（演示）" in (await li.open("/event-templates")).text
    page = await li.open(COPY)
    assert 'value="2027-12-05T09:00"' in page.html

    told = await li.do(COPY, "make", title="2027年象棋和围棋比赛", starts="2027-12-05T09:00")

    assert told.location == f"/console/events/{NEW}/edit"
    made, by = await event(town, NEW), timedelta(days=364)
    assert (made.title, made.cap, made.number_prefix) == ("2027年象棋和围棋比赛", 40, "C")
    assert (made.starts, made.opens, made.closes) == (last.starts + by, last.opens + by, last.closes + by)
    old, new = await entry(town), await entry(town, NEW)
    assert (new.form, new.answer, new.event.address) == (old.form, old.answer, "演示路1号（演示地址）")
    assert [said.removeprefix("往年") for said in old.phrasings] == list(new.phrasings)
    async with town.database.transaction() as session:
        row = await session.get(ProgrammeRow, NEW)
        assert (row.source, row.edited_by, row.version) == ("staff", "li", 1)
        shown = await content.published(session)
    index = Index.build(shown.entries, shown.guards, shown.development)
    assert [index.search(said).entries[0] for said in ("象棋比赛", "往年象棋比赛")] == [NEW, SLUG]
    assert (await li.do(COPY, "make", title="再来", starts="2027-12-06T09:00")).location == (
        f"/console/events/{NEW}-2/edit"
    )
    assert (await entry(town, f"{NEW}-2")).phrasings == new.phrasings


async def test_notices_of_last_year_are_written_anew_with_their_times_moved(desks, town):
    opened = town.clock()
    about = {"event": {"slug": SLUG, "standing": ["registered"]}}
    leads = [{"label": "报名", "to": f"enrol:{SLUG}"}, {"label": "菜单", "to": "menu"}]
    async with town.database.transaction() as session:
        for more in (
            {"send_at": opened + timedelta(days=1), "audience": about, "choices": leads},
            {"send_at": None},
            {"send_at": opened - timedelta(days=900)},
            {"send_at": opened - timedelta(days=300)},
            {"state": "cancelled"},
            {"event": "demo-dance"},
        ):
            told = {"title": "开始报名", "text": "来吧。", "kind": "news", "audience": {"everybody": True}, "state": "done",
                    "event": SLUG, "created_by": "wang", "created_at": opened, "valid_hours": 24}  # fmt: skip
            session.add(Notice(**told | more))
    li = await desks.enter("li", "organiser")

    made = await li.follow(COPY, "make", title="第二场", starts="2027-12-05T09:00")

    by = datetime(2027, 12, 5, 1, tzinfo=UTC) - (await event(town)).starts
    async with town.database.transaction() as session:
        drafts = list(await session.scalars(select(Notice).where(Notice.event == NEW).order_by(Notice.id)))
    assert "4条通知也照着写好了草稿" in made.text
    assert {(one.state, one.created_by) for one in drafts} == {("draft", "li")}
    moments = sorted(one.send_at for one in drafts if one.send_at)
    assert moments == [opened - timedelta(days=300) + by, opened + timedelta(days=1) + by]
    (first,) = [one for one in drafts if one.audience.get("event")]
    assert first.audience == {"event": {"slug": NEW, "standing": ["registered"]}}
    assert [choice["to"] for choice in first.choices] == [f"enrol:{NEW}", "menu"]


async def test_event_that_is_still_ahead_does_not_step_back(desks, town):
    li = await desks.enter("li", "organiser")
    before = await entry(town)

    await li.follow(COPY, "make", title="第二场", starts="2026-12-20T09:00")

    assert await entry(town) == before


async def test_programme_gets_an_event_and_its_first_question(desks, town):
    li = await desks.enter("li", "organiser")
    page = await li.open("/event-templates")
    slug = page.html.rpartition("开报名")[2].partition("/events/")[2].partition("/")[0]
    assert "名额怎么给" in (await li.open(f"/events/{slug}/copy")).text

    wrong = await li.do(f"/events/{slug}/copy", "make", title="新", starts="2026-12-20T09:00", policy="luck")
    told = await li.follow(
        f"/events/{slug}/copy", "make", title="新活动", starts="2026-12-20T09:00", policy="lottery"
    )

    assert wrong.status == 422
    assert "建好了。再看一遍日期和名额。" in told.text
    made = await event(town, slug)
    assert (made.title, made.policy, made.cap) == ("新活动", "lottery", None)
    assert made.closes == made.lottery_at == datetime(2026, 12, 19, 1, tzinfo=UTC)
    assert made.seed_hash
    assert [question.ask for question in (await entry(town, slug)).form] == ["您在哪个单位工作？"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": ""}, "名称要有1到18个字。"),
        ({"title": "长" * 19}, "名称要有1到18个字。"),
        ({"starts": ""}, "请填好开始的时间，报名和活动的开始都要早于结束。"),
        ({"closes": "2026-11-01T00:00"}, "请填好开始的时间，报名和活动的开始都要早于结束。"),
        ({"finishes": "2026-12-06T09:00"}, "请填好开始的时间，报名和活动的开始都要早于结束。"),
        ({"places": "许多"}, "数字没看懂，请写0到999999的整数。"),
        ({"party": "99"}, "有一处填得不对，没有保存。请看看日期、名额和选项。"),
        ({"reserved": "演示一厂工会"}, "组别和留的名额没看懂，请照例子一行写一个。"),
        ({"reserved": "演示一厂工会 5 2026-99-99"}, "组别和留的名额没看懂，请照例子一行写一个。"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(one_desk, wrong, told):
    town = Town(one_desk)
    await town.publish()
    before = await entry(town)
    li = await one_desk.enter("li", "organiser")

    said = await li.do(EDIT, "save", **{**KEPT, **wrong})

    assert (said.status, told in said.text) == (422, True)
    assert await entry(town) == before


async def test_event_is_changed_and_those_who_are_in_are_told_of_the_new_date(desks, town):
    wang = await town.sign_up("王芳")
    async with town.database.transaction() as session:
        session.add(Contact(channel="telegram", address="7", member_id=wang.member_id))
    li = await desks.enter("li", "organiser")
    assert 'value="2026-12-06T09:00"' in (await li.open(EDIT)).html

    told = await li.follow(
        EDIT, "save", **{**KEPT, "starts": "2026-12-13T14:00", "places": "", "party": "2", "members_only": "yes"},
        categories="业余组 20\n等级组", reserved="演示一厂工会 5 2026-12-01\n演示二厂工会 3",
        answer="今年改在周日下午。",
    )  # fmt: skip

    found = await event(town)
    assert "改好了。" in told.text
    assert (found.starts, found.cap, found.party_max) == (datetime(2026, 12, 13, 6, tzinfo=UTC), None, 2)
    assert (found.requires_member, (await entry(town)).answer) == (True, "今年改在周日下午。")
    async with town.database.transaction() as session:
        groups = [(one.name, one.cap) for one in await events.categories(session, found)]
        kept = [(one.union, one.seats, one.release_at) for one in await events.reservations(session, found)]
        letters = [
            letter.body["text"] for letter in await session.scalars(select(Letter).order_by(Letter.id))
        ]
    assert groups == [("业余组", 20), ("等级组", None)]
    assert kept == [
        ("演示一厂工会", 5, datetime(2026, 11, 30, 16, tzinfo=UTC)),
        ("演示二厂工会", 3, None),
    ]
    assert ["12月13日（周日）下午2:00" in text for text in letters] == [True]
    shown = await li.open(EDIT)
    assert "业余组 20 等级组" in shown.text
    assert "演示一厂工会 5 2026-12-01 演示二厂工会 3" in shown.text


async def test_kept_seats_are_given_up_and_a_category_stays(desks, town):
    li = await desks.enter("li", "organiser")
    await li.follow(EDIT, "save", **KEPT, categories="甲组\n乙组 4", reserved="演示一厂工会 5")

    await li.follow(EDIT, "save", **KEPT, categories="甲组\n乙组 4", reserved="演示一厂工会 6")
    async with town.database.transaction() as session:
        kept = await events.reservations(session, await events.by_slug(session, SLUG))
        assert [(one.union, one.seats) for one in kept] == [("演示一厂工会", 6)]
    fewer = await li.do(EDIT, "save", **KEPT, categories="甲组")
    await li.follow(EDIT, "save", **KEPT, categories="甲组\n乙组 0", reserved="")

    assert (fewer.status, "已有的组别不能去掉或改名。" in fewer.text) == (422, True)
    async with town.database.transaction() as session:
        found = await events.by_slug(session, SLUG)
        assert [(one.name, one.cap) for one in await events.categories(session, found)] == [
            ("甲组", None),
            ("乙组", 0),
        ]
        assert await events.reservations(session, found) == []


async def test_organiser_of_one_union_copies_for_it_alone_and_opens_nothing_to_others(desks, town):
    await desks.enter("boss", "administrator")
    li = await desks.enter("li", Grant("organiser", "演示一厂工会"))
    told = await li.do(COPY, "make", title="厂里的象棋赛", starts="2026-12-20T09:00")
    slug = told.location.split("/")[3]
    assert (await event(town, slug)).union == "演示一厂工会"

    away = await li.do(f"/events/{slug}/edit", "save", **KEPT, only_union="演示二厂工会")
    stays = await li.do(f"/events/{slug}/edit", "save", **KEPT, only_union="演示一厂工会")

    assert (away.status, "这不在您管的范围里" in away.text) == (422, True)
    assert stays.status == 303
    assert (await li.open(EDIT)).status == 404
    assert (await li.do(EDIT, "save", **KEPT)).status == 404
    assert (await li.open(FORM)).status == 404
    for path in ("nothing-here", "legal-aid"):
        assert (await li.open(f"/events/{path}/copy")).status == 404
    async with town.database.transaction() as session:
        free = [one.slug for one in (await content.published(session)).entries if not one.event]
    assert (await li.open(f"/events/{free[0]}/copy")).status == 404
    viewer = await desks.enter("bai", "viewer")
    for path in (EDIT, FORM, COPY, "/event-templates"):
        assert (await viewer.open(path)).status == 403


async def test_organiser_of_one_area_copies_for_it_and_their_own_event_stays_what_it_is(desks, town):
    await desks.enter("boss", "administrator")
    he = await desks.enter("he", Grant("organiser", area="演示街道"))
    first = (await he.do(COPY, "make", title="街道象棋赛", starts="2026-12-20T09:00")).location.split("/")[3]

    again = await he.do(f"/events/{first}/copy", "make", title="街道象棋赛", starts="2027-12-20T09:00")

    for slug in (first, again.location.split("/")[3]):
        made = await event(town, slug)
        assert (made.union, made.area) == ("", "演示街道")


async def test_form_is_built_question_by_question(desks, town):
    li = await desks.enter("li", "organiser")

    async def asked() -> list[tuple[str, str]]:
        return [(one.name, one.ask) for one in (await entry(town)).form]

    first = await asked()
    await li.follow(FORM, "add", ask="衣服多大？", kind="choice", options="大\n小\n\n大", optional="yes")
    await li.follow(FORM, "add", ask="证件末几位？", kind="digits", digits="4", when="q1", answer="大")
    assert await asked() == [*first, ("q1", "衣服多大？"), ("q2", "证件末几位？")]
    built = (await entry(town)).form
    assert (built[-2].options, built[-2].optional) == (("大", "小"), True)
    assert (built[-1].digits, built[-1].when) == (4, {"q1": "大"})

    await li.follow(FORM, "change", name="q2", ask="证件末四位？", kind="digits", digits="4")
    await li.follow(FORM, "up", name="q2")
    assert await asked() == [*first, ("q2", "证件末四位？"), ("q1", "衣服多大？")]
    await li.follow(FORM, "remove", name="q2")
    assert await asked() == [*first, ("q1", "衣服多大？")]
    assert (await li.do(FORM, "up", name="q9")).status == 404


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        ("add", {"ask": "", "kind": "text"}, "请写清楚要问的话"),
        ("add", {"ask": "几点？", "kind": "riddle"}, "请写清楚要问的话"),
        ("add", {"ask": "哪个？", "kind": "choice", "options": "一个"}, "请写清楚要问的话"),
        ("add", {"ask": "几点？", "kind": "text", "options": "一\n二"}, "请写清楚要问的话"),
        ("add", {"ask": "几点？", "kind": "text", "when": "q7", "answer": "是"}, "条件要看前面的选择题"),
        ("remove", {"name": "group"}, "条件要看前面的选择题"),
        ("up", {"name": "team"}, "条件要看前面的选择题"),
    ],
)
async def test_question_that_makes_no_sense_is_refused(one_desk, action, fields, told):
    town = Town(one_desk)
    await town.publish()
    before = await entry(town)
    li = await one_desk.enter("li", "organiser")

    said = await li.do(FORM, action, **fields)

    assert (said.status, told in said.text) == (422, True)
    assert await entry(town) == before


async def test_last_question_stays_and_there_are_twenty_at_most(one_desk):
    town = Town(one_desk)
    await town.publish()
    li = await one_desk.enter("li", "organiser")
    for name in ("boards", "team"):
        await li.follow(FORM, "remove", name=name)

    last = await li.do(FORM, "remove", name="group")
    for _ in range(19):
        await li.follow(FORM, "add", ask="还有呢？", kind="text")
    full = await li.do(FORM, "add", ask="还有呢？", kind="text")

    assert "至少要留一个问题。" in last.text
    assert (full.status, "再加一题" in full.text) == (422, False)


def test_start_is_proposed_on_the_same_weekday_of_the_next_year_that_lies_ahead(demo_content):
    held = demo_content.by_slug[SLUG]
    plain = held.model_copy(update={"event": None, "starts": None})

    assert drafting.suggested_start(held, held.starts - timedelta(days=1)) == held.starts + timedelta(
        days=364
    )
    assert drafting.suggested_start(held, held.starts) == held.starts + timedelta(days=364)
    assert drafting.suggested_start(held, held.starts + timedelta(days=400)) == held.starts + timedelta(
        days=728
    )
    first = drafting.suggested_start(plain, datetime(2026, 11, 10, 2, 33, tzinfo=UTC))
    assert first == datetime(2026, 12, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "proposed"),
    [
        ("2026年象棋赛", "2027年象棋赛"),
        ("象棋赛", "2027年象棋赛"),
        ("名称已经有十五个字了的象棋赛啊啊", "名称已经有十五个字了的象棋赛啊啊"),
    ],
)
def test_title_gets_the_year_where_there_is_room(demo_content, title, proposed):
    held = demo_content.by_slug[SLUG].model_copy(update={"title": title})

    assert drafting.suggested_title(held, datetime(2027, 3, 1, tzinfo=UTC)) == proposed


def test_copy_moves_every_date_and_leaves_what_has_none(demo_content):
    held = demo_content.by_slug[SLUG]
    day, by = held.starts, timedelta(days=7)
    plan = held.event.model_copy(
        update={
            "ends": day + timedelta(hours=2), "cancel_until": day, "dates": (day, day + by),
            "reserved": {"演示一厂工会": Reserved(seats=2, release=day), "演示二厂工会": Reserved(seats=1)},
        }
    )  # fmt: skip
    source = held.model_copy(update={"event": plan, "covers": ("EVT-01",), "valid_until": day.date()})

    made = Entry.model_validate(
        {**drafting.copied(source, "新", day + by, today=date(2026, 11, 10)), "slug": "new"}
    )

    assert (made.title, made.covers, made.valid_until) == ("新", (), None)
    assert (made.opens, made.closes, made.starts) == (held.opens + by, held.closes + by, day + by)
    assert made.event == plan.model_copy(
        update={
            "ends": plan.ends + by, "cancel_until": day + by, "dates": (day + by, day + by + by),
            "reserved": {
                "演示一厂工会": Reserved(seats=2, release=day + by), "演示二厂工会": Reserved(seats=1),
            },
        }
    )  # fmt: skip
