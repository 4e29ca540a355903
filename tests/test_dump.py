"""What members write and are told in private lies nowhere in plain text: not in a dump, not in SQLite's files, not in the log."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import text

from bot.commands import keeping
from handlers import desk
from handlers.confiding import Ways
from models import handoffs, inbox, members, migrate, outbox
from models.base import Database
from models.messages import Address, Incoming
from tests.models.life import HERE, HOLDER, PHONE, WORD, dump, lived

PLAIN = "佳讯飞鸿工会"
"""The name of a union, which lies plainly: it shows that the search finds what it should."""
WORDS = (WORD, PHONE, HOLDER.card, "内部", "13855550002")


@pytest.fixture
async def on_disk(tmp_path) -> AsyncIterator[Database]:
    """A SQLite on disk, whose bytes can be read."""
    found = Database(f"sqlite:///{tmp_path / 'gonghui.db'}")
    await migrate.create(found)
    yield found
    await found.close()


async def converse(database, dialogue, clock) -> None:
    """Let a member fill in a private form on the page, talk with a colleague, leave a message unanswered, and have lived."""
    content = dialogue.edition.content
    form = content.forms["callback"]
    private = form.questions[0].model_copy(update={"private": True})
    aid = form.model_copy(update={"questions": (private, *form.questions[1:])})
    dialogue.edition = replace(
        dialogue.edition, content=replace(content, forms={**content.forms, "callback": aid})
    )
    dialogue.ways = Ways()
    said = ("欠薪", "13855550002", f"老板姓{WORD}，三个月没发", "隐私")
    for number, words in enumerate(said):
        message = Incoming(f"m{number}", HERE, text=words)
        if words == "13855550002":
            await answer(
                database,
                dialogue,
                clock,
                Incoming("call", HERE, kind="press", value="call:labour-wages-unpaid"),
            )
        await answer(database, dialogue, clock, message)
    await answer(database, dialogue, clock, Incoming("human", HERE, text="人工"))
    await answer(database, dialogue, clock, Incoming("m9", HERE, text=f"我说{WORD}"))
    await answer(database, dialogue, clock, Incoming("show", HERE, kind="press", value="privacy:show"))
    async with database.transaction() as session:
        member = await members.at_address(session, HERE, now=clock())
        talk = await handoffs.of(session, member)
        handoffs.take(talk, "li", now=clock())
        await desk.reply(session, talk, "li", f"您说的{WORD}我知道", now=clock())
        handoffs.remark(session, talk, "li", f"内部{WORD}", now=clock())
        await inbox.put(
            session, [Incoming("late", HERE, text=f"还没回的{WORD}", file=f"{WORD}.jpg")], now=clock()
        )
        await session.flush()
        await lived_too(session, clock)


async def lived_too(session, clock) -> None:
    other = await members.at_address(session, Address("web", "other"), now=clock())
    await lived(session, other, clock())
    other.union_name = PLAIN


async def answer(database, dialogue, clock, message: Incoming) -> None:
    clock.tick(2)
    async with database.transaction() as session:
        await inbox.put(session, [message], now=clock())
        [(row, _)] = await inbox.take(session, [message.sender], now=clock())
        await dialogue.answer(session, row.message, clock())
        await inbox.done(session, {row.at: row.id})


async def test_no_word_lies_in_any_table(database, dialogue, clock, staffed):
    await converse(database, dialogue, clock)

    found = await dump(database)

    assert {name for name, rows in found.items() if PLAIN in rows} == {"members"}
    assert {
        name: word for name, rows in found.items() for word in WORDS if word in rows or escaped(word) in rows
    } == {}
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM handoff_lines")) >= 4
        assert WORD in str([letter.message for letter in await outbox.fetch(session, HERE.id, after=0)])


def escaped(word: str) -> str:
    """Return *word* as JSON writes it by default."""
    return word.encode("ascii", "backslashreplace").decode()


async def test_no_word_lies_in_the_files_of_sqlite(on_disk, dialogue, clock, staffed, tmp_path):
    await converse(on_disk, dialogue, clock)

    files = {file.name: file.read_bytes() for file in tmp_path.glob("gonghui.db*")}

    assert {"gonghui.db", "gonghui.db-wal"} <= set(files)
    assert PLAIN.encode() in b"".join(files.values())
    hits = [(name, word) for name, body in files.items() for word in WORDS
            if word.encode() in body or escaped(word).encode() in body]  # fmt: skip
    assert hits == []


async def test_no_word_is_logged(small, dialogue, clock, staffed, capsys):
    with structlog.testing.capture_logs() as lines:
        await converse(small, dialogue, clock)
    printed = capsys.readouterr()

    told = str(lines) + printed.out + printed.err
    assert "searched" in told
    assert [
        word for word in (*WORDS, HOLDER.name, PLAIN, HERE.id) if word in told or escaped(word) in told
    ] == []


async def test_no_word_lies_in_a_backup(on_disk, dialogue, clock, staffed, tmp_path):
    await converse(on_disk, dialogue, clock)
    async with on_disk.transaction() as session:
        rows = "\n".join([str(row) async for row in keeping.archive.rows(session)])

    assert PLAIN in rows
    assert [word for word in WORDS if word in rows or escaped(word) in rows] == []
