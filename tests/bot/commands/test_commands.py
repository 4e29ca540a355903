"""The commands as a person types them: what they print, what they keep, and how they end."""

import json
import re
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
import structlog

from bot import commands
from config.settings import CONTENT_DIR
from models import crypto
from tests.platforms import wechat
from tests.processes import ROOT

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The data folder of a new installation."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DEMO", "false")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    before = crypto._Keys.fernet, crypto._Keys.lookup
    yield tmp_path / "data"
    crypto._Keys.fernet, crypto._Keys.lookup = before
    structlog.reset_defaults()


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it printed to either side."""
    try:
        code = commands.main(arguments)
    except SystemExit as ended:
        code = ended.code
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize(
    "name",
    [
        "serve",
        "migrate",
        "check-content",
        "load-content",
        "ask",
        "calculate",
        "services",
        "doctor",
        "backup",
        "restore",
        "rotate-keys",
        "erase",
        "retention",
        "import-roster",
        "import-signups",
        "calls",
        "note",
        "export",
        "door",
        "notices",
    ],
)
def test_every_command_explains_itself(capsys, folder, name):
    code, out, err = run(capsys, name, "--help")

    assert (code, err) == (0, "")
    assert out.startswith(f"usage: run_bot.py {name}")


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("ask",), ("ask", "x", "--batch", "y"), ("backup",), ("import-roster",)]
)
def test_wrong_use_ends_with_two_and_a_line(capsys, folder, arguments):
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (2, "")
    assert err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("我本科毕业了能补多少钱", ("2014年", "1000元", "2000元", "京卡", "请问服务站")),
        ("欠薪两个月了怎么办", ("不收费", "一年内", "[转人工]")),
        ("摄影比赛啥时候", ("[有通知告诉我]",)),
        ("who can join the union", ("Anyone who lives on wages may join", "[A person]")),
        ("转人工", ("12351",)),
    ],
)
def test_ask_prints_what_a_member_would_read(capsys, folder, question, held):
    code, out, err = run(capsys, "ask", question)

    assert (code, err) == (0, "")
    assert [part for part in held if part not in out] == []
    assert not folder.exists()


def test_ask_batch_prints_a_line_for_each_question(capsys, folder, tmp_path):
    questions = ["摄影比赛啥时候", "上海的工会", "", "😀"]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps({"q": q}) for q in questions) + "\n\n", encoding="utf-8")

    code, out, err = run(capsys, "ask", "--batch", str(file))

    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [list(line) for line in lines] == [["q", "decision", "ranked"]] * 4
    assert [line["q"] for line in lines] == questions
    assert [line["decision"] for line in lines] == ["answer", "decline", "decline", "decline"]
    assert lines[0]["ranked"][0][0] == "photo_contest"
    assert len(lines[1]["ranked"]) == 5


@pytest.mark.parametrize("line", ["{", "[]", '{"x": 1}', "摄影"])
def test_ask_batch_names_the_line_that_is_wrong(capsys, folder, tmp_path, line):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"q": "摄影"}\n' + line, encoding="utf-8")

    code, _, err = run(capsys, "ask", "--batch", str(file))

    assert (code, err) == (1, 'questions.jsonl: line 2 is not {"q": …}\n')


def test_ask_batch_of_no_file_is_told(capsys, folder):
    code, out, err = run(capsys, "ask", "--batch", "nowhere.jsonl")

    assert (code, out) == (1, "")
    assert "nowhere.jsonl" in err


def test_ask_answers_from_what_is_published(capsys, folder):
    run(capsys, "migrate")
    run(capsys, "load-content")
    with sqlite3.connect(folder / "gonghui.db") as database:
        body = told(folder, "tuition-aid", "programmes").replace(r"\u4eac\u5361", r"\u4f1a\u5458\u5361")
        database.execute("UPDATE programmes SET body = ? WHERE key = 'tuition-aid'", (body,))
    database.close()

    _, out, _ = run(capsys, "ask", "我本科毕业了能补多少钱")

    assert "会员卡" in out


def test_services_lists_the_words_that_lead_to_each(capsys, folder):
    code, out, _ = run(capsys, "services")

    assert code == 0
    assert re.search(r"human\W+转人工\W+", out)


def test_content_is_checked_and_loaded(capsys, folder):
    assert run(capsys, "check-content")[:2][0] == 0
    run(capsys, "migrate")

    code, out, _ = run(capsys, "load-content")
    assert code == 0
    assert re.search(r"\d{3} published, 0 left alone\n$", out)
    assert run(capsys, "load-content")[1] == "0 published, 0 left alone\n"

    with sqlite3.connect(folder / "gonghui.db") as database:
        database.execute(
            """UPDATE texts SET source = 'staff', body = '{"text": "别客气。"}' WHERE key = 'search.thanks'"""
        )
    database.close()
    assert run(capsys, "load-content")[1] == (
        "left alone  texts/search.thanks (staff have edited it, the file differs)\n0 published, 1 left alone\n"
    )


def test_wrong_content_stops_with_one_line(capsys, folder, tmp_path, monkeypatch):
    copy = Path(shutil.copytree(CONTENT_DIR, tmp_path / "content"))
    monkeypatch.setenv("CONTENT_DIR", str(copy))
    (copy / "programmes/photo-contest.yaml").write_text("titel: 摄影\n", encoding="utf-8")

    for command in ("check-content", "serve", "ask"):
        code, _, err = run(capsys, command, *(["摄影"] if command == "ask" else []))
        assert code == 1
        assert err.splitlines()[-1].startswith("programmes/photo-contest.yaml: titel: Extra inputs")
        assert "Traceback" not in err


def test_wrong_setting_stops_with_one_line(capsys, folder, monkeypatch):
    monkeypatch.setenv("HTTP_PORT", "many")

    code, out, err = run(capsys, "services")

    assert (code, out) == (1, "")
    assert err.startswith("setting HTTP_PORT: Input should be a valid integer")
    assert len(err.splitlines()) == 1


def test_settings_that_do_not_fit_together_stop_with_one_line(capsys, folder, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a-token-for-tests")
    monkeypatch.setenv("DEMO", "true")
    monkeypatch.setenv("PUBLIC_URL", "https://demo.example.org")

    code, _, err = run(capsys, "serve")

    assert (code, err) == (
        1,
        "settings: Value error, DEMO is refused with a channel token and a public PUBLIC_URL\n",
    )


def test_database_that_is_away_is_told_in_one_line(capsys, folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/none")

    for command in ("load-content", "migrate", "serve"):
        code, _, err = run(capsys, command)
        assert code == 1
        assert len(err.splitlines()) == 1


def test_doctor_finds_a_new_installation_wrong_and_a_made_one_right(capsys, folder):
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    assert "WRONG database: there is none yet: run_bot.py migrate" in out

    folder.mkdir()
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    assert "WRONG database: tables are not up to date: run_bot.py migrate" in out

    run(capsys, "migrate")
    code, out, _ = run(capsys, "doctor")

    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == [
        f"ok    {name}"
        for name in (
            "settings",
            "keys",
            "content",
            "database",
            "queues",
            "files",
            "disk",
            "clock",
            "telegram",
            "wechat",
        )
    ]


def test_doctor_names_what_is_wrong(capsys, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("CONTENT_DIR", str(tmp_path / "nothing"))
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a-token-for-tests")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("FIELD_KEYS", crypto.new_key().decode())

    code, out, _ = run(capsys, "doctor")

    wrong = [line for line in out.splitlines() if line.startswith("WRONG")]
    assert code == 1
    assert [line.split(":")[0] for line in wrong] == ["WRONG content", "WRONG database", "WRONG telegram"]
    assert "ok    keys: set" in out
    assert "a-token-for-tests" not in out


@pytest.mark.parametrize(
    ("public", "told"),
    [
        ("", "PUBLIC_URL is not public https: private forms on Telegram give the telephone and a person"),
        ("http://gonghui.example", "PUBLIC_URL is not public https: private forms on Telegram give the telephone and a person"),
        ("https://gonghui.example", "forms go on at PUBLIC_URL, by a one-time link"),
    ],
)  # fmt: skip
def test_doctor_says_where_private_forms_go(capsys, folder, monkeypatch, public, told):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a-token-for-tests")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("PUBLIC_URL", public)

    lines = run(capsys, "doctor")[1].splitlines()

    assert [line for line in lines if " private: " in line] == [f"ok    private: {told}"]


def test_doctor_tries_the_store_of_files(capsys, folder, tmp_path, monkeypatch):
    def line() -> str:
        return next(line for line in run(capsys, "doctor")[1].splitlines() if " files: " in line)

    assert line() == "ok    files: a folder in DATA_DIR, to be made"
    assert not folder.exists()

    monkeypatch.setenv("FILES_URL", (tmp_path / "store").as_uri())
    assert line() == "ok    files: file, can be written and read"
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []

    (tmp_path / "taken").write_text("no folder")
    monkeypatch.setenv("FILES_URL", (tmp_path / "taken").as_uri())
    assert line() == "WRONG files: FILES_URL cannot be written and read"


def told(folder: Path, name: str = "search.thanks", shelf: str = "texts") -> str:
    with sqlite3.connect(folder / "gonghui.db") as database:
        row = database.execute(f"SELECT body FROM {shelf} WHERE key = ?", (name,)).fetchone()
    database.close()
    return row[0]


def filled(capsys, folder: Path) -> None:
    """Make an installation with content, a member's encrypted words and a file."""
    run(capsys, "migrate")
    run(capsys, "load-content")
    (folder / "files").mkdir()
    (folder / "files/one.jpg").write_bytes(b"picture")
    with sqlite3.connect(folder / "gonghui.db") as database:
        database.execute(
            "INSERT INTO members (id, name, wants_news, joined_at) VALUES (7, '演示', 1, '2026-11-10 02:00:00')"
        )
        database.execute(
            "INSERT INTO contacts (channel, address, member_id, dead_reason) VALUES ('web', 'w', 7, '')"
        )
    database.close()


def test_backup_comes_back_in_another_folder(capsys, folder, tmp_path, monkeypatch):
    filled(capsys, folder)
    file = tmp_path / "gonghui.tar.gz"
    code, out, _ = run(capsys, "backup", str(file), "--with-keys")
    assert code == 0
    assert re.match(r"\d+ rows in ", out)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "other"))

    code, out, err = run(capsys, "restore", str(file))

    assert (code, err) == (0, "")
    assert (tmp_path / "other/files/one.jpg").read_bytes() == b"picture"
    assert (tmp_path / "other/secret.key").read_bytes() == (folder / "secret.key").read_bytes()
    assert told(tmp_path / "other") == told(folder)
    assert run(capsys, "doctor")[0] == 0
    assert run(capsys, "restore", str(file))[2] == "the database is not empty; restore only into a new one\n"


def test_backup_leaves_the_keys_out_unless_asked(capsys, folder, tmp_path):
    filled(capsys, folder)
    file = tmp_path / "gonghui.tar.gz"

    _, out, _ = run(capsys, "backup", str(file))

    with tarfile.open(file) as tar:
        assert set(tar.getnames()) == {"manifest.json", "rows.jsonl", "files", "files/one.jpg"}
    assert "the keys are not in it" in out


def test_backup_says_that_files_elsewhere_are_not_in_it(capsys, folder, tmp_path, monkeypatch):
    filled(capsys, folder)
    file = str(tmp_path / "gonghui.tar.gz")
    elsewhere = "what lies in FILES_URL is not in it: back that store up as well\n"
    assert elsewhere not in run(capsys, "backup", file)[1]

    monkeypatch.setenv("FILES_URL", (tmp_path / "store").as_uri())

    assert elsewhere in run(capsys, "backup", file)[1]


def test_restore_of_anything_else_is_refused(capsys, folder, tmp_path):
    odd, empty = tmp_path / "odd.tar.gz", tmp_path / "empty.tar.gz"
    odd.write_bytes(b"no archive at all")
    with tarfile.open(empty, "w:gz"):
        pass

    assert run(capsys, "restore", str(odd))[2] == f"{odd} is not a backup\n"
    assert run(capsys, "restore", str(empty))[2] == "this is not a backup of Gonghui\n"
    assert run(capsys, "restore", str(tmp_path / "none"))[0] == 1


def test_commands_stand_in_the_guide(capsys, folder):
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    _, out, _ = run(capsys, "--help")
    names = re.findall(r"^    ([a-z-]+)(?: |$)", out, re.MULTILINE)

    assert len(names) >= 9
    assert [name for name in names if f"run_bot.py {name}" not in guide] == []


def test_doctor_says_how_the_account_is_set_up(capsys, folder, monkeypatch):
    for name, value in wechat.SETTINGS.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("WECHAT_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("WECHAT_MODE", "plain")

    _, out, _ = run(capsys, "doctor")

    assert (
        "WRONG wechat: passive, plain, callback at …/wechat/callback: whoever sees one address can forge"
        in out
    )
    assert "WRONG wechat token: no access token: -1" in out
    assert wechat.SECRET not in out
