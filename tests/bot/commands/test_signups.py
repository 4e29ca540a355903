"""import-signups, calls and export as staff run them."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.commands.base import opened
from config.settings import Settings
from models import calls, doors, events, paper, publishing, signups
from models.members import Contact, Member
from models.messages import Outgoing
from models.outbox import Letter, put
from models.signups import Wish
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture

HEADER = ("姓名", "手机号", "单位工会")
NOW = datetime.now(UTC)


@pytest.fixture
def event(capsys, folder):  # noqa: F811 -- the fixture
    """An event with thirty places."""
    folder.mkdir()
    for name in ("migrate", "load-content"):
        assert run(capsys, name)[0] == 0
    asyncio.run(_publish())
    return "chess"


async def _publish() -> None:
    values = {
        "slug": "chess", "kind": "contest", "title": "象棋（演示）", "number_prefix": "C", "cap": 30,
        "starts": NOW + timedelta(days=20), "place": "演示体育馆",
    }  # fmt: skip
    async with opened(Settings()) as database, database.transaction() as session:
        await publishing.publish(session, values, by="tests", now=NOW)


def sheet(tmp_path, rows):
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    book.save(tmp_path / "signups.xlsx")
    return str(tmp_path / "signups.xlsx")


def forty(bad=(5, 17, 33)):
    """Forty lines, three of them bad."""
    rows = [
        (f"演示{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'一二三四'[n // 10]}", f"138000000{n:02}", "演示单位")
        for n in range(40)
    ]
    for number in bad:
        rows[number] = (rows[number][0], "1380000", "演示单位")
    return rows


def states(folder):  # noqa: F811 -- the fixture's value
    with sqlite3.connect(folder / "gonghui.db") as database:
        found = database.execute("SELECT state, count(*) FROM places GROUP BY state").fetchall()
    database.close()
    return dict(found)


def test_forty_lines_with_three_bad_ones_fill_thirty_places(capsys, event, folder, tmp_path):  # noqa: F811 -- the fixture
    file = sheet(tmp_path, forty())
    bad = "".join(f"line {n}: 手机号 is not a mobile number of 11 digits\n" for n in (7, 19, 35))

    code, out, _ = run(capsys, "import-signups", event, file, "--dry-run")
    assert (code, out) == (
        1,
        f"{bad}30 confirmed, 7 waiting, 0 pending, 0 already, 3 bad; nothing was written\n",
    )
    assert states(folder) == {}

    assert run(capsys, "import-signups", event, file, "--by", "赵（演示）")[1] == (
        f"{bad}30 confirmed, 7 waiting, 0 pending, 0 already, 3 bad\n"
    )
    assert states(folder) == {"confirmed": 30, "waiting": 7}
    assert run(capsys, "import-signups", event, file)[1] == (
        f"{bad}0 confirmed, 0 waiting, 0 pending, 37 already, 3 bad\n"
    )
    assert states(folder) == {"confirmed": 30, "waiting": 7}


def test_refused_line_is_told_and_the_others_go_in(capsys, event, folder, tmp_path):  # noqa: F811 -- the fixture
    rows = [("演示甲", "13800000001", ""), ("演示乙", "13800000002", "")]
    file = sheet(tmp_path, rows)
    text = tmp_path / "more.csv"
    text.write_text("姓名,手机号,人数\n演示丙,13800000003,2\n演示丁,13800000004,1\n", encoding="utf-8")

    assert run(capsys, "import-signups", event, file)[0] == 0
    code, out, _ = run(capsys, "import-signups", event, str(text))

    assert (code, out) == (
        1,
        "line 2: refused: 一起来的人数超过了上限。\n1 confirmed, 0 waiting, 0 pending, 0 already, 1 bad\n",
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("chess",), "name the table to import, or --template to get an empty one\n"),
        (("nothing", "FILE"), "there is no event nothing\n"),
        (("chess", "README.md"), "README.md: a table is a .csv or an .xlsx file\n"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(capsys, event, tmp_path, arguments, line):
    file = sheet(tmp_path, forty(())[:1])
    given = [file if argument == "FILE" else argument for argument in arguments]

    assert run(capsys, "import-signups", *given) == (1, "", line)


def test_template_can_be_filled_in_and_imported(capsys, event, tmp_path):
    out = tmp_path / "empty.xlsx"
    assert run(capsys, "import-signups", event, "--template", str(out))[0] == 0
    book = load_workbook(out)
    book.active.append(("演示甲", "13800000001", "", 1, "", ""))
    book.save(out)

    assert run(capsys, "import-signups", event, str(out))[1].startswith("1 confirmed")


async def _call(said: str) -> None:
    async with opened(Settings()) as database, database.transaction() as session:
        member = Member(name="演示甲", phone="13800000001", joined_at=NOW)
        session.add(member)
        await session.flush()
        await put(session, calls.address(member), Outgoing(said), due=NOW)


def test_calls_are_listed_and_noted(capsys, event):
    asyncio.run(_call("轮到您了"))
    listed = run(capsys, "calls")[1]
    number = listed.split()[0]
    assert listed == f"{number}  演示甲  13800000001\n    轮到您了\n"

    assert run(capsys, "calls", "--missed", number)[1] == ""
    assert run(capsys, "calls", "--done", number)[0] == 0
    assert run(capsys, "calls", "--done", number) == (1, "", "there is no such call\n")


def test_what_is_said_on_the_telephone_goes_on_to_the_next_who_waits(capsys, event, tmp_path):
    rows = forty(bad=())[:32]
    run(capsys, "import-signups", event, sheet(tmp_path, rows))
    said = ("note", event, rows[0][0], rows[0][1])

    assert run(capsys, *said, "take") == (0, "confirmed\n", "")
    assert run(capsys, *said, "cancel") == (1, "", "请写明原因，会告诉会员。\n")
    assert run(capsys, *said, "cancel", "--reason", "来电") == (0, "cancelled\n", "")
    assert run(capsys, *said, "cancel", "--reason", "来电")[2] == (
        "这个活动里没有同名同号的报名，请核对姓名和手机号。\n"
    )

    [call] = [line for line in run(capsys, "calls")[1].splitlines() if line[0] != " "]
    assert call.partition("  ")[2] == f"{rows[30][0]}  {rows[30][1]}"
    assert run(capsys, "note", event, rows[30][0], rows[30][1], "leave") == (0, "declined\n", "")
    [call] = [line for line in run(capsys, "calls")[1].splitlines() if line[0] != " "]
    assert call.partition("  ")[2] == f"{rows[31][0]}  {rows[31][1]}"


async def _on_telegram(name: str, phone: str) -> None:
    async with opened(Settings()) as database, database.transaction() as session:
        event = await events.by_slug(session, "chess")
        member = await paper.person(session, event, name, phone, now=NOW)
        session.add(Contact(channel="telegram", address="1", member_id=member.id))


async def _letters() -> list[str]:
    async with opened(Settings()) as database, database.transaction() as session:
        query = select(Letter).where(Letter.channel == "telegram").order_by(Letter.id)
        return [letter.message.text for letter in await session.scalars(query)]


def test_member_with_a_chat_reads_there_what_staff_wrote_down(capsys, event, tmp_path):
    rows = forty(bad=())[:2]
    file = sheet(tmp_path, rows)
    run(capsys, "import-signups", event, file)
    asyncio.run(_on_telegram(*rows[0][:2]))
    run(capsys, "import-signups", event, file)
    assert asyncio.run(_letters()) == []

    for name, phone, _ in rows:
        assert run(capsys, "note", event, name, phone, "cancel", "--reason", "本人来电")[0] == 0
    run(capsys, "import-signups", event, file)

    cancelled, back = asyncio.run(_letters())
    assert cancelled == "您的象棋（演示）报名取消了：本人来电。想多问几句请找同事。"
    assert back.startswith("报上了，编号C001。")
    assert run(capsys, "calls")[1] == ""


async def _some(count: int, name: str) -> None:
    async with opened(Settings()) as database, database.transaction() as session:
        found, _ = await publishing.publish(session, {"slug": "chess"}, by="tests", now=NOW)
        for number in range(count):
            member = Member(joined_at=NOW)
            session.add(member)
            await session.flush()
            wish = Wish(
                member_id=member.id, channel="tests", name=f"{name}{number}", phone=f"1380000{number:04}"
            )
            await signups.sign_up(session, found, wish, now=NOW)


def test_lists_are_written_as_tables_and_pages(capsys, event, tmp_path):
    asyncio.run(_some(3, "=演示"))
    for name, count in (("roster.xlsx", 3), ("attendance.csv", 3), ("waiting.csv", 0)):
        kind, out = name.partition(".")[0], tmp_path / name
        assert run(capsys, "export", event, kind, "-o", str(out)) == (0, f"{count} in {out}\n", "")
    cells = [cell.value for cell in list(load_workbook(tmp_path / "roster.xlsx").active)[1]][:3]
    assert cells == ["C001", "'=演示0", "138****0000"]

    for kind in ("signin", "tables", "badges"):
        out = tmp_path / f"{kind}.html"
        assert run(capsys, "export", event, kind, "-o", str(out))[0] == 0
        page = out.read_text(encoding="utf-8")
        assert page.count("=演示") == 3
        assert "138" not in page


def test_full_phones_need_a_reason(capsys, event, tmp_path):
    asyncio.run(_some(1, "演示"))
    out = tmp_path / "roster.csv"
    who = ("export", event, "roster", "-o", str(out), "--full-phones", "赵（演示）")

    assert run(capsys, *who) == (1, "", "say with --reason why phones must be shown in full\n")
    assert not out.exists()
    assert run(capsys, *who, "--reason", "通知改期")[0] == 0
    assert "13800000000" in out.read_text(encoding="utf-8-sig")


def test_works_are_packed_and_a_wrong_kind_of_file_is_told(capsys, event, tmp_path):
    out = tmp_path / "works.zip"
    assert run(capsys, "export", event, "entries", "-o", str(out)) == (0, f"0 in {out}\n", "")
    assert ZipFile(out).namelist() == ["目录.xlsx"]

    assert run(capsys, "export", event, "roster", "-o", str(tmp_path / "x.doc")) == (
        1, "", "x.doc: this is written to a file ending in .xlsx or .csv\n",
    )  # fmt: skip


def test_link_to_the_door_is_made_out_to_a_colleague(capsys, event, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://demo.example.org/")

    code, out, _ = run(capsys, "door", event, "--by", "赵（演示）")

    assert code == 0
    assert asyncio.run(_door(out.split()[0].rpartition("/")[2])) == ("chess", "赵（演示）")
    assert out.startswith("https://demo.example.org/checkin/")
    assert run(capsys, "door", "nothing", "--by", "赵（演示）") == (1, "", "there is no event nothing\n")


async def _door(token: str) -> tuple[str, str]:
    async with opened(Settings()) as database, database.transaction() as session:
        found = await doors.opened(session, token, now=datetime.now(UTC))
        return found.event.slug, found.by
