"""export and erase for one person, as staff type them."""

import asyncio
import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from config.settings import Settings
from models import crypto, handoffs, members
from models.base import Base, Database
from models.cases import Case
from models.files import Store
from models.members import Member
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture
from tests.models.life import HERE, HOLDER, PHONE, WORD, lived

NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)


@pytest.fixture
def person(capsys, folder):  # noqa: F811 -- the fixture
    """An installation in which somebody has left a row everywhere, with files; and somebody else."""
    run(capsys, "migrate")
    settings = Settings(_env_file=None)
    crypto.use(settings.fernet_keys(), settings.secret())

    async def live(session, member):
        kept = [await Store(settings.files).put(body, "image/jpeg") for body in (b"1", b"2", b"3")]
        session.add(Member(joined_at=NOW))
        await lived(session, member, NOW, digests=tuple(one.hash for one in kept))
        await session.execute(text("UPDATE inbox SET state = 'done'"))

    inside(folder, live)
    return folder


def inside(folder, do) -> None:  # noqa: F811 -- the fixture's value
    """Do something as the service would, to the one who lives there."""

    async def work() -> None:
        database = Database(f"sqlite:///{folder / 'gonghui.db'}")
        async with database.transaction() as session:
            await do(session, await members.at_address(session, HERE, now=NOW))
        await database.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    "who",
    [("1",), ("--phone", PHONE), ("--card", HOLDER.card), ("--case", "2026-0001")],
    ids=lambda who: who[0],
)
def test_person_is_exported_with_their_files(capsys, person, tmp_path, who):
    out = tmp_path / "one.zip"

    code, told, err = run(capsys, "export", *who, "-o", str(out))

    assert (code, err) == (0, "")
    assert told.endswith(
        "3 files in one.zip; it is not encrypted: hand it over safely\n".replace("one.zip", str(out))
    )
    with ZipFile(out) as pack:
        names = sorted(name.partition(" ")[2] or name for name in pack.namelist())
        table = load_workbook(io.BytesIO(pack.read("个人资料.xlsx"))).active
    assert names == ["P001", "个人资料.xlsx", WORD, f"{WORD}合同.jpg"]
    rows = [row[:2] for row in table.iter_rows(values_only=True)]
    assert rows[0] == ("类别", "内容")
    assert ("案件里说的话", f"2026-0001 我：{WORD}") in rows


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export",), "say who: a member's number, --phone, --card or --case"),
        (("export", "99"), "there is no such member"),
        (("export", "--phone", "13899999999"), "there is no such member"),
        (("export", "chess"), "chess is no member's number; of an event say which list, such as: export chess roster"),
        (("export", "chess", "roster"), "say with -o where to write it"),
        (("erase",), "say who: a member's number, --phone, --card or --case"),
        (("erase", "99", "--yes"), "there is no such member"),
    ],
)  # fmt: skip
def test_who_is_not_clear_is_told(capsys, person, arguments, told):
    assert run(capsys, *arguments) == (1, "", f"{told}\n")


def test_file_that_is_gone_is_told(capsys, person, tmp_path, monkeypatch):
    monkeypatch.setenv("FILES_URL", (tmp_path / "elsewhere").as_uri())

    code, out, err = run(capsys, "export", "1", "-o", str(tmp_path / "one.zip"))

    assert (code, err) == (1, "3 files do not lie in the store any more\n")
    assert ", 0 files in" in out


def test_nothing_goes_without_yes_and_everything_with_it(capsys, person):
    code, preview, _ = run(capsys, "erase", "1")
    assert code == 0
    assert preview.startswith("member 1: ")
    assert "  案件里说的话: 1\n" in preview
    assert preview.endswith("nothing was deleted; add --yes to do it\n")
    assert WORD in everything(person)

    code, told, err = run(capsys, "erase", "1", "--yes", "--roster")

    assert (code, err) == (0, "")
    assert told.endswith("member 1 is forgotten; backups made before still hold them\n")
    left = everything(person)
    assert (HOLDER.name in left, WORD in left, HERE.id in left) == (False, False, False)
    assert [file for file in (person / "files").rglob("*") if file.is_file()] == []
    assert "'command line', 'erase', '/members/1', '', ''" in left


def everything(folder) -> str:  # noqa: F811 -- the fixture's value
    """Return all that our own code can read."""
    found: list[str] = []

    async def work() -> None:
        database = Database(f"sqlite:///{folder / 'gonghui.db'}")
        async with database.transaction() as session:
            for table in Base.metadata.sorted_tables:
                found.extend(str(tuple(row)) for row in await session.execute(select(table)))
        await database.close()

    asyncio.run(work())
    return "\n".join(found)


def test_erasing_waits_for_what_is_open(capsys, person):
    async def ask(session, member):
        case = await session.get_one(Case, 1)
        case.state = "assigned"
        await handoffs.ask(session, member, HERE, promised=None, now=NOW)

    inside(person, ask)

    code, out, err = run(capsys, "erase", "1", "--yes")

    assert (code, err) == (1, "not yet: talk 2 with a colleague is open; case 2026-0001 is open\n")
    assert "would go" in out
    with closing(sqlite3.connect(person / "gonghui.db")) as database:
        assert database.execute("SELECT count(*) FROM contacts").fetchone() == (1,)
