"""rotate-keys, and what the doctor says of old keys."""

import asyncio
import sqlite3
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from models import crypto, unanswered
from models.base import Database
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- a fixture

OLD, NEW = crypto.new_key(), crypto.new_key()


async def ask(path) -> None:
    database = Database(f"sqlite:///{path / 'gonghui.db'}")
    async with database.transaction() as session:
        unanswered.note(session, "我叫王芳（演示）", "declined", ranked=(), now=datetime.now(UTC))
    await database.close()


def test_keys_are_renewed_and_the_old_one_goes(capsys, folder, monkeypatch):  # noqa: F811 -- the fixture
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("FIELD_KEYS", OLD.decode())
    run(capsys, "migrate")
    crypto.use([OLD], b"s")
    asyncio.run(ask(folder))
    _, told, _ = run(capsys, "doctor")
    assert "secrets" not in told

    monkeypatch.setenv("FIELD_KEYS", f"{NEW.decode()},{OLD.decode()}")
    _, before, _ = run(capsys, "doctor")
    assert "ok    secrets: 1 rows still lie under an old key: run_bot.py rotate-keys\n" in before
    assert run(capsys, "rotate-keys") == (
        0,
        "1 rows renewed; only the first of FIELD_KEYS is still needed\n",
        "",
    )
    _, after, _ = run(capsys, "doctor")
    assert "ok    secrets: all lie under the first of FIELD_KEYS, the others can go\n" in after

    (stored,) = sqlite3.connect(folder / "gonghui.db").execute("SELECT text FROM unanswered").fetchone()
    assert Fernet(NEW).decrypt(stored).decode() == "我叫王芳（演示）"


def test_row_under_a_lost_key_is_told(capsys, folder, monkeypatch):  # noqa: F811 -- the fixture
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("FIELD_KEYS", OLD.decode())
    run(capsys, "migrate")
    crypto.use([OLD], b"s")
    asyncio.run(ask(folder))

    monkeypatch.setenv("FIELD_KEYS", NEW.decode())
    code, _, err = run(capsys, "rotate-keys")

    assert (code, err) == (1, "unanswered: a row lies under a key that is not among FIELD_KEYS\n")
