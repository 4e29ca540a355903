"""The year in figures."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from models.applications import Application
from models.cases import Case
from models.notices import Notice
from models.rights import Grant
from tests.handlers.staff import people

SPRING = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
"""The last minute of the first quarter in Beijing."""
HEADER = ("季度", "单位工会", "活动", "其中讲座", "报名", "到场", "找同事", "案件", "申请", "通知")


async def busy(here) -> None:
    north = await people.member(here, union_name="北冶")
    south = await people.member(here, union_name="佳讯")
    nobody = await people.member(here)
    talk = await people.event(here, "talk", kind="lecture", starts=SPRING, union="北冶")
    chess = await people.event(here, starts=SPRING + timedelta(minutes=1))
    await people.event(here, "off", starts=SPRING, state="called_off")
    await people.event(here, "long-ago", starts=SPRING - timedelta(days=365))
    await people.place(here, talk, north, "attended", joined_at=SPRING, since=SPRING + timedelta(days=1))
    await people.place(here, talk, south, "cancelled", joined_at=SPRING)
    await people.place(here, chess, nobody, "confirmed", joined_at=SPRING)
    await people.handoff(here, south, minutes=5)
    told = {
        "member_id": north,
        "channel": "web",
        "address": "a",
        "topic": "wages",
        "urgency": "P2",
        "facts": {},
    }
    unions = ("北冶", "北冶", "北冶", "佳讯", "佳讯")
    await people.add(here, *(Case(**told, union=union, opened_at=SPRING) for union in unions))
    asked = {
        "slug": "aid", "member_id": north, "channel": "web", "address": "a", "state": "submitted", "plan": {},
        "version": 1, "name": "王芳（演示）", "phone": "", "answers": {}, "submitted_at": SPRING, "promised": SPRING,
    }  # fmt: skip
    await people.add(here, *(Application(**asked, union=union) for union in ("北冶", "北冶", "北冶", "佳讯")))
    plan = {
        "title": "停水",
        "text": "停水",
        "kind": "news",
        "audience": {},
        "created_by": "li",
        "valid_hours": 1,
    }
    await people.add(here, *(Notice(**plan, created_at=SPRING, started_at=at) for at in (SPRING, None)))


async def rows(desk, path: str = "/figures/sheet") -> list[tuple]:
    sheet = await desk.open(path)
    return list(load_workbook(io.BytesIO(sheet.body)).active.iter_rows(values_only=True))


async def test_year_is_told_by_quarter_and_union(desks):
    await busy(desks)
    li = await desks.enter("li", "viewer")

    page = (await li.open("/figures")).text

    assert (
        "1季度 1 1 3 0 0 5 4 1 2季度 1 0 0 1 0 0 0 0 3季度 0 0 0 0 0 0 0 0 4季度 0 0 0 0 1 0 0 0 全年 2 1 3 1 1 5 4 1"
        in page
    )
    assert "不分单位 1 0 1 0 0 2 1 1 佳讯 0 0 1 0 1 0 0 0 北冶 1 1 1 1 0 3 3 0" in page
    assert await rows(li) == [
        HEADER, (1, "不分单位", 0, 0, 1, 0, 0, 2, 1, 1), (1, "佳讯", 0, 0, 1, 0, 0, 0, 0, 0), (1, "北冶", 1, 1, 1, 0, 0, 3, 3, 0),
        (2, "不分单位", 1, 0, 0, 0, 0, 0, 0, 0), (2, "北冶", 0, 0, 0, 1, 0, 0, 0, 0), (4, "佳讯", 0, 0, 0, 0, 1, 0, 0, 0),
    ]  # fmt: skip


async def test_only_the_own_part_is_counted(one_desk):
    await one_desk.enter("boss", "administrator")
    await busy(one_desk)
    li = await one_desk.enter("li", Grant("viewer", union="佳讯"))

    assert await rows(li) == [
        HEADER,
        (1, "佳讯", 0, 0, 1, 0, 0, 0, 0, 0),
        (4, "佳讯", 0, 0, 0, 0, 1, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("2025", 2025),
        ("", 2026),
        ("x", 2026),
        ("２０２５", 2026),
        ("99999", 2026),
        ("9999", 2100),
        ("0000", 2020),
    ],
)
async def test_another_year_is_shown(one_desk, said, year):
    await busy(one_desk)
    li = await one_desk.enter("li", "viewer")

    assert f"{year} 年数据" in (await li.open(f"/figures?year={said}")).text
    assert len(await rows(li, f"/figures/sheet?year={said}")) == {2025: 2, 2026: 7}.get(year, 1)


async def test_figures_take_the_same_queries_for_one_union_and_for_many(one_desk):
    li = await one_desk.enter("li", "viewer")
    assert "这一年还没有数据。" in (await li.open("/figures")).text
    one = await people.cost(one_desk, li, "/figures")
    for number in range(51):
        await people.event(one_desk, f"e{number}", union=f"=工会{number}")

    page = await li.open("/figures")

    assert "还有 1 个单位，在下载的表格里。" in page.text
    assert await people.cost(one_desk, li, "/figures") == one
    assert (await rows(li))[1][1] == "'=工会0"
