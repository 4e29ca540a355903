"""Places and telephone numbers: from a sheet with a look before, and row by row."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from models import content as shelves
from models.rights import Grant
from tests.databases import statements

PLACES = "/directories/directory"
ROOM = "花园路街道社区服务中心职工书屋"
SHEET = f"""类别,名称,区域,地址,开放时间,位置,核对日期
职工书屋,{ROOM},,花园路1号（演示）,,,2026-11-10
职工书屋,新书屋（演示）,演示街道一,,每天 9:00–20:00,"39.9，116.3",
"""


async def places(office):
    async with office.database.transaction() as session:
        return {place.name: place for place in (await shelves.published(session)).places}


async def sent(desk, sheet, name="places.csv", path=PLACES, **fields):
    return await desk.do(path, "check", files={"sheet": (name, sheet.encode())}, **fields)


def held(answer, field):
    """Return what a hidden field of a page holds."""
    return unescape(re.search(rf'name="{field}" value="([^"]*)"', answer.html)[1])


async def test_sheet_is_shown_first_and_then_published(stocked):
    li = await stocked.enter("li", "editor")
    before = await places(stocked)

    shown = await sent(li, SHEET)
    untouched = await places(stocked)
    after = await li.follow(PLACES, "apply", rows=held(shown, "rows"), prune="", was=held(shown, "was"))

    now = await places(stocked)
    assert "新增 1 行，改动 1 行，去掉 0 行。" in shown.text
    assert "改成 职工书屋 花园路街道社区服务中心职工书屋 花园路街道 花园路1号（演示）" in shown.text
    assert untouched == before
    assert "名单换好了" in after.text
    assert (now[ROOM].address, now[ROOM].area, now[ROOM].covers) == (
        "花园路1号（演示）", "花园路街道", before[ROOM].covers,
    )  # fmt: skip
    assert (now["新书屋（演示）"].position, str(now["新书屋（演示）"].checked_on)) == (
        (39.9, 116.3),
        "2026-11-10",
    )
    assert len(now) == len(before) + 1
    assert "和现在的名单一样" in (await sent(li, SHEET)).text


async def test_sheet_takes_away_what_it_does_not_name_only_when_told_and_only_of_its_kinds(one_stocked):
    li = await one_stocked.enter("li", "editor")

    shown = await sent(li, SHEET, prune="1")
    await li.follow(
        PLACES, "apply", rows=held(shown, "rows"), prune=held(shown, "prune"), was=held(shown, "was")
    )

    now = await places(one_stocked)
    assert "去掉 1 行。" in shown.text
    assert sorted(name for name, one in now.items() if one.kind == "book_room") == sorted(
        [ROOM, "新书屋（演示）"]
    )
    assert len([one for one in now.values() if one.kind == "branch"]) == 5


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        ("名称\n新书屋\n", "这个表格读不了："),
        ("类别,名称\n饭店,新饭店\n", "这个不认识：饭店"),
        ("类别,名称,位置\n服务站,新站,北边\n", "这个不对：北边"),
        ("类别,名称,位置\n服务站,新站,39.9\n", "这个不对：39.9"),
        ("类别,名称\n服务站,新站\n服务站,新站\n", "有两行说的是同一个"),
    ],
)
async def test_sheet_that_cannot_be_read_is_refused(one_stocked, sheet, why):
    li = await one_stocked.enter("li", "editor")

    told = await sent(li, sheet)

    assert told.status == 422
    assert why in told.text


async def test_wrong_forms_are_refused(one_stocked):
    li = await one_stocked.enter("li", "editor")
    undated = '[{"kind": "station", "name": "新站", "checked_on": "soon"}]'

    assert "请选一个表格文件" in (await li.do(PLACES, "check")).text
    assert "请选一个表格文件" in (await li.do(PLACES, "apply", rows="{", was=1)).text
    assert (
        "没有保存，这里还不对：「核对日期」不是日期。"
        in (await li.do(PLACES, "apply", rows=undated, was=1)).text
    )
    assert "别人刚刚改过" in (await li.do(PLACES, "apply", rows="[]", was=9)).text


async def test_row_is_added_changed_and_taken_away_by_hand(stocked):
    li = await stocked.enter("li", "editor")
    new = {
        "kind": "服务站",
        "name": "新站（演示）",
        "address": "演示路9号",
        "checked_on": "2026-11-10",
        "was": 1,
    }
    room = {
        "kind": "职工书屋",
        "name": ROOM,
        "address": "花园路1号（演示）",
        "checked_on": "2026-11-10",
        "was": 2,
    }

    form = await li.open(f"{PLACES}/0")
    await li.follow(f"{PLACES}/0", "save", **new)
    await li.follow(f"{PLACES}/1", "save", **room)
    both = await places(stocked)
    twice = await li.do(f"{PLACES}/0", "save", **{**new, "was": 3})
    last = len(both)
    gone = await li.follow(f"{PLACES}/{last}", "remove", was=3)

    assert "2026-11-10" in form.html
    assert both["新站（演示）"].address == "演示路9号"
    assert (both[ROOM].area, both[ROOM].covers) == ("", ("ORG-17", "LIB-01"))
    assert "有两行说的是同一个" in twice.text
    assert "删掉了。" in gone.text
    assert "新站（演示）" not in await places(stocked)
    assert (await li.open(f"{PLACES}/99")).status == 404
    assert (await li.open("/directories/duty")).status == 404


async def test_phones_are_kept_the_same_way(one_stocked):
    li = await one_stocked.enter("li", "editor")
    new = {
        "number": "010-00000000",
        "name": "演示电话",
        "source": "演示",
        "checked_on": "2026-11-10",
        "was": 1,
    }

    await li.follow("/directories/phones/0", "save", **new)
    shown = await li.open("/directories/phones?q=演示电话")

    assert "010-00000000 演示电话" in shown.text
    async with one_stocked.database.transaction() as session:
        assert "010-00000000" in (await shelves.published(session)).numbers


async def test_list_is_searched_and_taken_away_as_a_sheet(one_stocked):
    wang = await one_stocked.enter("wang", "viewer")

    branches = await wang.open(f"{PLACES}?kind=分会&q=摄影")
    sheet = await wang.open(f"{PLACES}/sheet")

    rows = list(load_workbook(io.BytesIO(sheet.body)).active.values)
    assert branches.html.count("<tr>") == 2
    assert rows[0][:3] == ("类别", "名称", "区域")
    assert rows[1][:3] == ("职工书屋", ROOM, "花园路街道")


async def test_only_editors_of_the_whole_federation_change_lists(one_stocked):
    await one_stocked.enter("boss", "administrator")
    wang = await one_stocked.enter("wang", "viewer")
    zhao = await one_stocked.enter("zhao", Grant("editor", area="演示街道一"))

    assert "从表格导入" not in (await wang.open(PLACES)).text
    assert (await sent(wang, SHEET)).status == 403
    assert (await wang.do(f"{PLACES}/1", "save", was=1)).status == 403
    assert (await wang.do(f"{PLACES}/1", "remove", was=1)).status == 403
    assert "请管全会的编辑来改。" in (await zhao.do(f"{PLACES}/1", "remove", was=1)).text
    assert "请管全会的编辑来改。" in (await zhao.do(PLACES, "apply", rows="[]", was=1)).text


async def test_list_is_shown_in_pages_with_as_many_questions_to_the_database(one_stocked):
    li = await one_stocked.enter("li", "editor")

    async def asked():
        with statements(one_stocked.database) as counted:
            shown = await li.open(PLACES)
        return len(counted), shown.html.count("<tr>") - 1

    few, eight = await asked()
    sheet = "类别,名称\n" + "\n".join(f"服务站,第{n}站（演示）" for n in range(60))
    shown = await sent(li, sheet)
    await li.follow(PLACES, "apply", rows=held(shown, "rows"), was=1)
    many, fifty = await asked()

    assert (few, eight, fifty) == (many, 8, 50)
    assert (await li.open(f"{PLACES}?page=1")).html.count("<tr>") == 19
