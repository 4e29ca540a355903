"""Events: listed, opened with their numbers, called off, exported, written to."""

import io
import json

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import doors
from models.notices import Notice
from models.places import PlaceAudit
from models.rights import Grant
from tests.databases import statements
from tests.handlers.staff.events import SLUG, Town


@pytest.fixture
async def town(desks) -> Town:
    found = Town(desks)
    await found.publish(cap=2)
    return found


async def test_events_are_listed_with_their_numbers(desks, town):
    for name in ("王芳", "李雷", "张三"):
        await town.sign_up(name)
    li = await desks.enter("li", "organiser")

    told = await li.open("/events?when=open&title=象棋")
    none = await li.open("/events?when=past")
    ahead = await li.open("/events?when=ahead&title=象棋")

    assert "象棋和围棋比赛（演示） 2026-12-06 09:00 演示体育馆 2 2 1 0 正在报名" in told.text
    assert "没有这样的活动。" in none.text
    assert "象棋和围棋比赛（演示）" in ahead.text


async def test_list_needs_the_same_statements_for_one_event_and_for_many(desks, town):
    li = await desks.enter("li", "organiser")
    with statements(town.database) as one:
        await li.open("/events?title=象棋")

    with statements(town.database) as many:
        listed = await li.open("/events")

    assert listed.text.count("演示") > 10
    assert len(many) == len(one)


async def test_event_past_its_end_is_found_among_those_held(desks, town):
    li = await desks.enter("li", "organiser")
    town.clock.tick(40 * 86400)
    li = await desks.enter("li", "organiser")

    told = await li.open("/events?when=past&title=象棋")

    assert "办过了" in told.text


async def test_event_is_shown_and_its_numbers_change_by_themselves(desks, town):
    li = await desks.enter("li", "organiser")
    await town.sign_up("王芳")

    page = await li.open(f"/events/{SLUG}")

    assert "1 / 2 占了的名额 0 排队 0 等本人确认 0 等审核或抽签 0 到了" in page.text
    assert f"/console/events/{SLUG}/live" in page.html


async def test_numbers_are_sent_as_they_change(desks, town):
    bai = await desks.enter("bai", "viewer")
    await town.sign_up("王芳")

    async with bai._http.get(f"{desks.url}/console/events/{SLUG}/live") as answer:
        first = json.loads((await answer.content.readline()).removeprefix(b"data: "))

    assert "1 / 2" in first
    assert "王芳" not in first


async def test_called_off_event_ends_every_sign_up_with_its_reason(desks, town):
    await town.sign_up("王芳")
    li = await desks.enter("li", "organiser")

    silent = await li.do(f"/events/{SLUG}", "call_off", reason="")
    told = await li.follow(f"/events/{SLUG}", "call_off", reason="场地漏水")

    assert (silent.status, "请写明原因，会告诉会员。" in silent.text) == (422, True)
    assert "取消了 场地漏水" in told.text
    assert await town.states() == {"王芳": "cancelled"}


async def test_door_opens_in_the_name_of_who_asked(desks, town):
    li = await desks.enter("li", "organiser")

    told = await li.do(f"/events/{SLUG}", "door")

    token = told.html.rpartition("/checkin/")[2].partition("<")[0]
    async with town.database.transaction() as session:
        door = await doors.opened(session, token, now=town.clock())
    assert "<svg" in told.html
    assert (door.event.slug, door.by) == (SLUG, "li")


async def test_list_is_exported_and_full_phones_are_written_down(desks, town):
    place = await town.sign_up("=1+1")
    li = await desks.enter("li", "organiser")

    masked = await li.do(f"/events/{SLUG}", "export", list="名单", reason="")
    full = await li.do(f"/events/{SLUG}", "export", list="名单", reason="买保险")
    unknown = await li.do(f"/events/{SLUG}", "export", list="工资", reason="")

    cells = [[cell.value for cell in row][:3] for row in load_workbook(io.BytesIO(masked.body)).active.rows]
    assert cells[1] == ["C001", "'=1+1", f"138****{place.member_id:04}"]
    assert load_workbook(io.BytesIO(full.body)).active["C2"].value == place.phone
    assert (unknown.status, "没有这张表。" in unknown.text) == (422, True)
    async with town.database.transaction() as session:
        seen = await session.scalars(select(PlaceAudit).where(PlaceAudit.what == "phone seen"))
        assert [(line.by, line.reason) for line in seen] == [("li", "买保险")]


async def test_notice_to_those_who_wait_is_a_draft(desks, town):
    li = await desks.enter("li", "organiser")

    told = await li.do(f"/events/{SLUG}", "write", to=["waiting", "registered"], text="场地换了。")
    empty = await li.do(f"/events/{SLUG}", "write", to=["waiting"], text="")

    async with town.database.transaction() as session:
        notice = await session.scalar(select(Notice))
    assert told.location == f"/console/notices/{notice.id}"
    assert (notice.state, notice.event, notice.text) == ("draft", SLUG, "场地换了。")
    assert notice.audience == {"event": {"slug": SLUG, "standing": ["waiting", "registered"]}}
    assert empty.status == 422


async def test_viewer_sees_numbers_and_nothing_else(desks, town):
    await town.sign_up("王芳")
    bai = await desks.enter("bai", "viewer")

    page = await bai.open(f"/events/{SLUG}")

    assert (page.status, "王芳" in page.text, "签到链接" in page.text) == (200, False, False)
    assert (await bai.open("/events")).status == 200
    for action in ("call_off", "door", "export", "write"):
        assert (await bai.do(f"/events/{SLUG}", action)).status == 403


async def test_event_of_another_union_is_not_there_and_one_for_everybody_is_not_theirs(desks, town):
    li = await desks.enter("li", Grant("organiser", "演示一厂工会"))
    assert (await li.open(f"/events/{SLUG}")).status == 200
    assert (await li.do(f"/events/{SLUG}", "call_off", reason="不想办")).status == 404

    await town.publish(union="演示二厂工会")

    assert (await li.open(f"/events/{SLUG}")).status == 404
    assert "象棋和围棋比赛（演示）" not in (await li.open("/events")).text
    await town.publish(union="演示一厂工会")
    assert "象棋和围棋比赛（演示）" in (await li.open("/events")).text
    assert "签到链接" in (await li.open(f"/events/{SLUG}")).text
