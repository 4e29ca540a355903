"""The roster in the browser: sent, checked, looked at, taken over."""

import asyncio
import json
import time

import aiohttp
import pytest
from sqlalchemy import func, select

from bot import jobs
from handlers.staff import roster as page
from models import roster_imports, sheets_out
from models.rights import Grant
from models.roster import Card
from models.roster_imports import RosterImport, RosterSlice
from tests.handlers.staff import people

HEADER = ("姓名", "京卡卡号", "手机号", "单位工会")
GOOD = ("冯芳", "6214680000111111", "13800000001", "北冶")
BAD = ("", "62146", "1380", "")
FILE = "roster.csv"


def table(*rows) -> bytes:
    return sheets_out.csv_bytes([HEADER, *rows])


async def tick(here) -> None:
    """Let the clock do its work."""
    for job in jobs._of_rosters(here.database, here.clock):
        await job()


async def send(here, desk, body: bytes, name: str = FILE) -> str:
    """Send a file and have it checked; return the address of its page."""
    sent = await desk.do("/roster", "send", files={"file": (name, body)})
    assert sent.status == 303, sent.text
    await tick(here)
    return sent.location.removeprefix("/console")


async def count(here, table) -> int:
    async with here.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def test_file_is_checked_before_anything_is_written(desks):
    li = await desks.enter("li", "caseworker")
    sent = await li.do("/roster", "send", files={"file": (FILE, table(GOOD, BAD, GOOD))})
    path = sent.location.removeprefix("/console")
    assert "正在检查" in (await li.open(path)).text

    await tick(desks)

    told = (await li.open(path)).text
    assert "检查好了 1 行可以导入， 2 行要改。 导入 1 行 不导入" in told
    assert "3 姓名没填；京卡卡号要8到19位数字；手机号不是11位手机号 4 京卡卡号和这一行重复：2" in told
    assert await count(desks, Card) == 0
    listed = await li.open("/roster")
    assert "roster.csv li 2026-11-10 10:00 检查好了 1 2" in listed.text
    sheet = (await li.open(f"{path}/bad")).body.decode("utf-8-sig").splitlines()
    assert sheet == [
        "行,哪里不对",
        "3,姓名没填；京卡卡号要8到19位数字；手机号不是11位手机号",
        "4,京卡卡号和这一行重复：2",
    ]


async def test_good_lines_are_written_when_staff_say_so(desks):
    li = await desks.enter("li", "caseworker")
    path = await send(desks, li, table(GOOD, BAD))

    assert "正在导入" in (await li.follow(path, "begin")).text
    await tick(desks)

    assert "导入完了 1 行可以导入， 1 行要改。 新增 1，更新 0，没变 0。" in (await li.open(path)).text
    async with desks.database.transaction() as session:
        card = await session.scalar(select(Card))
        assert (card.name, card.phone, card.source) == ("冯芳", "13800000001", FILE)
        assert await session.scalar(select(RosterImport.body)) == ""
    assert await count(desks, RosterSlice) == 0
    again = await li.do(path, "begin")
    assert (again.status, "这份已经处理过了，刷新看看。" in again.text) == (422, True)
    assert (await li.do(path, "drop")).status == 422


async def test_same_file_again_changes_nothing(one_desk):
    li = await one_desk.enter("li", "caseworker")
    for _ in range(2):
        path = await send(one_desk, li, table(GOOD))
        await li.do(path, "begin")
        await tick(one_desk)

    assert "新增 0，更新 0，没变 1。" in (await li.open(path)).text


async def test_file_is_thrown_away(desks):
    li = await desks.enter("li", "caseworker")
    path = await send(desks, li, table(GOOD))

    after = await li.follow(path, "drop")

    assert "这份没有导入。" in after.text
    assert (await count(desks, Card), await count(desks, RosterSlice)) == (0, 0)


async def test_file_that_nobody_takes_over_is_gone_after_a_week(desks):
    li = await desks.enter("li", "caseworker")
    path = await send(desks, li, table(GOOD))
    desks.clock.tick(7 * 86_400 + 1)

    async with desks.database.transaction() as session:
        await roster_imports.clean(session, now=desks.clock())

    li = await desks.enter("li", "caseworker")
    assert "没要" in (await li.open(path)).text
    assert await count(desks, RosterSlice) == 0


@pytest.mark.parametrize(
    ("name", "body"), [("roster.pdf", b"%PDF"), (FILE, "姓名\n".encode()), ("a.xlsx", b"PK")]
)
async def test_what_is_no_roster_is_told(one_desk, name, body):
    li = await one_desk.enter("li", "caseworker")

    path = await send(one_desk, li, body, name)

    assert "读不出来 要 .csv 或 .xlsx 表格" in (await li.open(path)).text
    assert (await li.do(path, "begin")).status == 422


async def test_nothing_good_cannot_be_taken_over(one_desk):
    li = await one_desk.enter("li", "caseworker")

    path = await send(one_desk, li, table(BAD))

    assert "检查好了 0 行可以导入， 1 行要改。 不导入" in (await li.open(path)).text
    assert (await li.do(path, "begin")).status == 422


async def test_file_lies_sealed(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await li.do("/roster", "send", files={"file": (FILE, table(GOOD))})

    async with one_desk.database.transaction() as session:
        body = await session.scalar(select(RosterImport.body))
    assert "13800000001" not in body


async def test_no_file_is_told(one_desk):
    li = await one_desk.enter("li", "caseworker")

    told = await li.do("/roster", "send")

    assert (told.status, "请先选一个文件。" in told.text) == (422, True)


async def test_roster_is_for_those_of_the_whole_federation(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    path = await send(one_desk, boss, table(GOOD))
    li = await one_desk.enter("li", Grant("caseworker", union="北冶"))

    told = await li.do("/roster", "send", files={"file": (FILE, table(GOOD))})

    assert (told.status, "名册由管全会的同事导入。" in told.text) == (422, True)
    assert "还没有导入过。" in (await li.open("/roster")).text
    for address in (path, f"{path}/bad"):
        assert (await li.open(address)).status == 404
    for action in ("begin", "drop"):
        assert (await li.do(path, action)).status == 404
    assert (await boss.open("/roster/999")).status == 404
    for role in ("editor", "viewer"):
        assert (await (await one_desk.enter(role, role)).open("/roster")).status == 403


async def test_list_takes_the_same_queries_for_one_file_and_for_three(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await send(one_desk, li, table(GOOD))
    one = await people.cost(one_desk, li, "/roster")
    for _ in range(2):
        await send(one_desk, li, table(GOOD, BAD))

    assert await people.cost(one_desk, li, "/roster") == one


async def test_members_are_answered_while_a_large_file_is_read_and_written(one_desk):
    li = await one_desk.enter("li", "caseworker")
    rows = [("冯芳", str(10**15 + number), "13800000001", "北冶") for number in range(10_000)]
    await li.do("/roster", "send", files={"file": (FILE, table(*rows))})
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - began)

    watching = asyncio.create_task(watch())
    await tick(one_desk)
    watching.cancel()

    assert await count(one_desk, RosterSlice) == 50
    assert longest < 1


def test_every_reason_is_told_in_chinese():
    for why in ("姓名 is missing; 手机号 is not a mobile number of 11 digits", "姓名 is not a name",
                "京卡卡号 has lost its last digits: format the column as text", "京卡卡号 is not 8 to 19 digits",
                "京卡卡号 stands in line 7 already"):  # fmt: skip
        assert not any("a" <= char <= "z" for char in page._said(why))


async def test_file_that_two_processes_have_read_is_kept_once(desks):
    li = await desks.enter("li", "caseworker")
    await li.do("/roster", "send", files={"file": (FILE, table(GOOD))})
    async with desks.database.transaction() as session:
        number, name, body = await roster_imports.unread(session)
    contents = await roster_imports.read(name, body)

    for _ in range(2):
        async with desks.database.transaction() as session:
            await roster_imports.keep(session, number, contents)

    assert await count(desks, RosterSlice) == 1


async def test_page_of_a_file_changes_by_itself(one_desk):
    li = await one_desk.enter("li", "caseworker")
    path = await send(one_desk, li, table(GOOD))

    url = f"{one_desk.url}/console{path}/live"
    async with aiohttp.ClientSession(cookies={"staff": li.token}) as http, http.get(url) as stream:
        line = await stream.content.readline()

    shown = json.loads(line.removeprefix(b"data: "))
    assert "检查好了" in shown
    assert f'action="/console{path}"' in shown
