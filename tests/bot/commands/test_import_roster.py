"""import-roster as staff run it: good lines in, bad ones told, nothing written where nothing should be."""

import sqlite3
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.commands import roster
from models.migrate import create
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture

HEADER = "手机号,姓名,京卡卡号,单位工会"
WANG = "13800000001,王芳（演示）,6214680000123456,演示单位工会"
LI = "13800000002,李雷（演示）,6214680000654321,"
BAD = "1380000,赵六（演示）,6214680000111111,"


@pytest.fixture
def made(folder, monkeypatch):  # noqa: F811 -- the fixture
    """An installation whose tables are those of the models."""
    folder.mkdir()
    monkeypatch.setattr(roster, "opened", _opened(roster.opened))
    return folder


def _opened(real):
    @asynccontextmanager
    async def opened(settings):
        async with real(settings) as database:
            await create(database)
            yield database

    return opened


def csv(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "roster.csv"
    file.write_text("\n".join(lines), encoding="gb18030")
    return str(file)


def kept(made: Path) -> list[str]:
    if not (made / "gonghui.db").exists():
        return []
    with sqlite3.connect(made / "gonghui.db") as database:
        names = [name for (name,) in database.execute("SELECT name FROM roster ORDER BY id")]
    database.close()
    return names


def test_roster_goes_in_and_may_be_repeated(capsys, made, tmp_path):
    file = csv(tmp_path, HEADER, WANG, LI)

    assert run(capsys, "import-roster", file) == (0, "2 new, 0 changed, 0 as before, 0 bad\n", "")
    assert run(capsys, "import-roster", file) == (0, "0 new, 0 changed, 2 as before, 0 bad\n", "")
    assert kept(made) == ["王芳（演示）", "李雷（演示）"]


def test_good_lines_go_in_and_bad_ones_are_told(capsys, made, tmp_path):
    code, out, err = run(capsys, "import-roster", csv(tmp_path, HEADER, WANG, BAD, "", LI, WANG))

    assert (code, err) == (1, "")
    assert out == (
        "line 3: 手机号 is not a mobile number of 11 digits\n"
        "line 6: 京卡卡号 stands in line 2 already\n"
        "2 new, 0 changed, 0 as before, 2 bad\n"
    )
    assert kept(made) == ["王芳（演示）", "李雷（演示）"]


@pytest.mark.parametrize(("lines", "code"), [((WANG, LI), 0), ((WANG, BAD), 1)])
def test_dry_run_writes_nothing(capsys, made, tmp_path, lines, code):
    found, out, _ = run(capsys, "import-roster", csv(tmp_path, HEADER, *lines), "--dry-run")

    assert found == code
    assert out.splitlines()[-1] == f"{2 - code} good, {code} bad; nothing was written"
    assert kept(made) == []


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_wrong_header_changes_nothing(capsys, made, tmp_path, options):
    file = csv(tmp_path, HEADER.replace("京卡卡号", "卡号"), WANG)

    told = run(capsys, "import-roster", file, *options)

    assert told == (1, "", "roster.csv: the header has no column 京卡卡号\n")
    assert kept(made) == []


def test_workbook_goes_in(capsys, made, tmp_path):
    book = Workbook()
    for row in (
        ("姓名", "京卡卡号", "手机号", "区域"),
        ("王芳（演示）", "6214680000123456", 13800000001, "海淀"),
    ):
        book.active.append(row)
    book.save(tmp_path / "roster.xlsx")

    code, out, _ = run(capsys, "import-roster", str(tmp_path / "roster.xlsx"))

    assert (code, out) == (0, "1 new, 0 changed, 0 as before, 0 bad\n")
    assert kept(made) == ["王芳（演示）"]


def test_long_roster_goes_in_page_by_page(capsys, made, tmp_path, monkeypatch):
    monkeypatch.setattr(roster, "PAGE", 2)
    lines = [f"13800000001,会员（演示）,62146800001234{number:02}," for number in range(5)]

    _, out, _ = run(capsys, "import-roster", csv(tmp_path, HEADER, *lines))

    assert out == "5 new, 0 changed, 0 as before, 0 bad\n"
    assert len(kept(made)) == 5


def test_file_that_is_missing_is_told_in_one_line(capsys, made):
    code, out, err = run(capsys, "import-roster", "nowhere.csv")

    assert (code, out) == (1, "")
    assert "nowhere.csv" in err
    assert len(err.splitlines()) == 1


def test_database_without_tables_is_told_in_one_line(capsys, folder, tmp_path):  # noqa: F811 -- the fixture
    folder.mkdir()

    code, out, err = run(capsys, "import-roster", csv(tmp_path, HEADER, WANG))

    assert (code, out) == (1, "")
    assert err.startswith("the database does not answer as it should")
    assert len(err.splitlines()) == 1
