"""Every page of the console on a busy federation: nothing that members wrote runs, nothing grows, nobody looks over the fence."""

import io
from contextlib import asynccontextmanager

import pytest
from openpyxl import load_workbook

from handlers import staff as staff_pages
from handlers.console import Page
from models import sheets_out
from models.rights import ROLES, Grant
from tests import crowd, stock
from tests.databases import statements
from tests.office import office

PAGES = staff_pages.pages()
THERE = {"{number}": "1", "{key}": "crowd-1", "{name}": "texts"}
FENCED = "别的单位工会（演示）"


def path(page: Page) -> str:
    """Return the address of *page* for something that is there."""
    found = page.path
    for part, value in THERE.items():
        found = found.replace(part, value)
    return found


@asynccontextmanager
async def busy(database, edition, clock, folder):
    """Open a console in which everything is there."""
    await stock.publish(database, now=clock())
    async with database.transaction() as session:
        await crowd.fill(session, members=12, events=6, talks=12, notices=6, now=clock())
    async with office(database, edition, clock, folder) as found:
        boss = await found.enter("boss", *ROLES)
        async with database.transaction() as session:
            await crowd.fill_cases(session, cases=6, worker=boss.who.id, now=clock())
            await crowd.fill_voices(session, voices=6, now=clock())
            await crowd.fill_applications(session, number=6, now=clock())
        yield found


@pytest.fixture
async def crowded(small, edition, clock, tmp_path):
    """A busy console on SQLite."""
    async with busy(small, edition, clock, tmp_path) as found:
        yield found


@pytest.fixture
async def crowded_both(database, edition, clock, tmp_path):
    """The same on each kind of database."""
    async with busy(database, edition, clock, tmp_path) as found:
        yield found


async def more(office, times: int) -> None:
    """Let as many people and things again come, under other names."""
    async with office.database.transaction() as session:
        await crowd.fill_again(session, members=12 * times, events=6, talks=12 * times, now=office.clock())
        await crowd.fill_cases(session, cases=6 * times, worker=1, now=office.clock())
        await crowd.fill_voices(session, voices=6 * times, now=office.clock())
        await crowd.fill_applications(session, number=6 * times, now=office.clock())


async def test_nothing_that_was_written_by_members_runs(crowded_both):
    boss = await crowded_both.enter("boss", *ROLES)
    seen = 0
    for page in PAGES:
        shown = await boss.open(path(page))
        assert "<img src=x" not in shown.html, page.path
        assert "<script>alert" not in shown.html, page.path
        assert "49" not in shown.html.split("{{7*7}}")[0][-20:]
        seen += shown.html.count("&lt;img src=x")

    assert seen >= 8


async def test_what_is_asked_comes_back_harmless(crowded):
    boss = await crowded.enter("boss", *ROLES)
    for page in PAGES:
        for name in ("q", "search", "who", "about", "action", "state", "day", "title"):
            shown = await boss.open(f"{path(page)}?{name}=%22%3E%3Cimg%20src%3Dx%3E")
            assert shown.status < 500, (page.path, name)
            assert '"><img src=x>' not in shown.html, (page.path, name)


async def test_no_sheet_holds_a_formula(crowded):
    boss = await crowded.enter("boss", *ROLES)
    sheets = 0
    for page in PAGES:
        got = await boss.open(path(page))
        if got.headers.get("Content-Type", "").startswith(sheets_out.XLSX):
            sheets += 1
            for sheet in load_workbook(io.BytesIO(got.body)).worksheets:
                cells = [cell for row in sheet.iter_rows() for cell in row]
                assert [cell.value for cell in cells if cell.data_type == "f"] == [], page.path

    assert sheets >= 2


async def test_pages_ask_as_much_of_the_database_for_many_rows_as_for_few(crowded):
    boss = await crowded.enter("boss", *ROLES)
    few, many = {}, {}
    for page in PAGES:
        _ = await boss.open(path(page))
        with statements(crowded.database) as said:
            await boss.open(path(page))
        few[page.path] = len(said)
    await more(crowded, 3)
    for page in PAGES:
        with statements(crowded.database) as said:
            await boss.open(path(page))
        many[page.path] = len(said)

    assert {at: (few[at], many[at]) for at in few if many[at] > few[at]} == {}


async def test_nobody_looks_over_the_fence_of_their_union(crowded):
    """A colleague of another union gets nothing of what is there, whatever number is put into the address."""
    wrong = []
    for role in ROLES:
        desk = await crowded.enter(f"far-{role}", Grant(role, union=FENCED))
        for page in PAGES:
            got = await desk.open(path(page))
            told = got.html or got.body.decode("utf-8", "ignore")
            if page.personal and got.status == 200 and ("1990000" in told or crowd.UNION in told):
                wrong.append((role, page.path))

    assert wrong == []
