"""retention as staff type it: a preview that changes nothing, and what goes."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from config.settings import Settings
from models import crypto, members, unanswered
from models.base import Database
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture
from tests.models.life import HERE, lived

PREVIEW = """\
kind             kept                    goes            over  oldest
conversations    30 days                 by itself       1     {day}
messages_failed  7 days                  by itself       0
questions        180 days (unverified)   by itself       1     {day}
talks            365 days (unverified)   by itself       1     {day}
consents         1095 days (unverified)  by itself       0
cases            1095 days (unverified)  when confirmed  1     {day}
applications     1095 days (unverified)  when confirmed  1     {day}
proposals        1095 days (unverified)  when confirmed  1     {day}
"""


async def live(path, at) -> None:
    database = Database(f"sqlite:///{path / 'gonghui.db'}")
    async with database.transaction() as session:
        await lived(session, await members.at_address(session, HERE, now=at), at)
        unanswered.note(session, "今天问的", "declined", ranked=(), now=datetime.now(UTC))
    await database.close()


def left(path) -> list[int]:
    with closing(sqlite3.connect(path / "gonghui.db")) as database:
        tables = ("unanswered", "handoffs", "case_lines")
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def test_what_is_too_old_is_shown_and_goes_when_it_may(capsys, folder):  # noqa: F811 -- the fixture
    run(capsys, "migrate")
    settings = Settings(_env_file=None)
    crypto.use(settings.fernet_keys(), settings.secret())
    at = datetime.now(UTC) - timedelta(days=1100)
    asyncio.run(live(folder, at))

    code, out, err = run(capsys, "retention")
    assert (code, err) == (0, "")
    assert [line.strip() for line in out.splitlines()] == PREVIEW.format(day=f"{at:%Y-%m-%d}").splitlines()
    assert left(folder) == [2, 1, 2]

    _, out, _ = run(capsys, "retention", "--apply")
    assert "questions: 1 forgotten\n" in out
    assert "cases: " not in out
    assert left(folder) == [1, 0, 2]

    _, out, _ = run(capsys, "retention", "--apply", "cases")
    assert out.endswith("cases: 1 forgotten\n")
    assert left(folder) == [1, 0, 0]


def test_kind_that_there_is_not_is_told(capsys, folder):  # noqa: F811 -- the fixture
    run(capsys, "migrate")

    kinds = "conversations, messages_failed, questions, talks, consents, cases, applications, proposals"
    assert run(capsys, "retention", "--apply", "all") == (1, "", f"there is no kind all: {kinds}\n")
