"""Everything encrypted gets the new key, whatever the table, and the old key can go."""

from contextlib import contextmanager

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import select, text

from models import cases, crypto, handoffs, outbox, rotation
from models.base import Base
from models.cases import Case, Filed
from models.conversations import Conversation
from models.members import Member
from models.messages import Address, Choice, Outgoing
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.outbox import Letter

OLD, NEW = crypto.new_key(), crypto.new_key()
HERE = Address("web", "a")


@contextmanager
def keys(*used: bytes):
    before = crypto._Keys.fernet, crypto._Keys.lookup
    crypto.use(used, b"secret")
    yield
    crypto._Keys.fernet, crypto._Keys.lookup = before


@pytest.fixture
async def written(database, clock):
    """Rows of many kinds under the old key: text, mapping, letter, choices, a key of two columns."""
    with keys(OLD):
        async with database.transaction() as session:
            member = Member(joined_at=clock(), phone="13800000001")
            told = {
                "kind": "news",
                "audience": {},
                "created_by": "li",
                "created_at": clock(),
                "valid_hours": 1,
            }
            session.add_all([member, Notice(id=1, title="停水", text="停水", **told)])
            await session.flush()
            session.add_all([
                Conversation(member_id=member.id, choices=[["王芳", "f:1"]], asked={"text": "欠薪"}, touched_at=clock()),
                NoticeLine(notice_id=1, member_id=member.id, fields={"座位": "3排"}),
            ])  # fmt: skip
            filed = Filed("wages", "P3", "王芳（演示）", "138", "演示厂", facts={"owed": "3000"})
            await cases.file(session, member, HERE, filed, promised=None, now=clock())
            await handoffs.ask(session, member, HERE, promised=None, now=clock())
            await outbox.put(session, HERE, Outgoing("您好，王芳", (Choice("好", "menu"),)), due=clock())
    return database


async def turned(database) -> int:
    renewed = 0
    for table in rotation.tables():
        at = None
        while True:
            async with database.transaction() as session:
                done = await rotation.turn(session, table, at)
            renewed += done.renewed
            if done.last is None:
                break
            at = done.last
    return renewed


async def behind(database) -> int:
    found = 0
    for table in rotation.tables():
        async with database.transaction() as session:
            found += (await rotation.behind(session, table, None))[0]
    return found


async def test_after_rotation_the_old_key_can_go(written):
    with keys(NEW):
        async with written.transaction() as session:
            with pytest.raises(InvalidToken):
                await session.scalar(select(Case))
    with keys(NEW, OLD):
        assert await behind(written) == 6
        assert await turned(written) == 6
        assert await behind(written) == 0
        assert await turned(written) == 0
    with keys(NEW):
        async with written.transaction() as session:
            case = await session.scalar(select(Case))
            letter = await session.scalar(select(Letter))
            talk = await session.scalar(select(Conversation))
            line = await session.scalar(select(NoticeLine))

            assert (case.name, case.facts, case.result) == ("王芳（演示）", {"owed": "3000"}, "")
            assert letter.message.text == "您好，王芳"
            assert (talk.choices, talk.asked, talk.answers) == ([["王芳", "f:1"]], {"text": "欠薪"}, {})
            assert line.fields == {"座位": "3排"}
            assert (await session.scalar(select(Member))).phone == "13800000001"


async def test_slices_go_on_where_the_last_one_ended(written, monkeypatch, clock):
    monkeypatch.setattr(rotation, "SLICE", 2)
    with keys(OLD):
        async with written.transaction() as session:
            for number in range(4):
                await outbox.put(session, HERE, Outgoing(f"第{number}封"), due=clock())
    with keys(NEW, OLD):
        async with written.transaction() as session:
            first = await rotation.turn(session, Base.metadata.tables["outbox"], None)
        assert (first.looked, first.renewed) == (2, 2)

        assert await turned(written) == 8
    with keys(NEW):
        async with written.transaction() as session:
            texts = [
                letter.message.text for letter in await session.scalars(select(Letter).order_by(Letter.id))
            ]
    assert texts == ["您好，王芳", "第0封", "第1封", "第2封", "第3封"]


async def test_what_was_written_before_sealing_stays(database, clock):
    async with database.transaction() as session:
        await outbox.put(session, HERE, Outgoing("x"), due=clock())
        await session.execute(text("""UPDATE outbox SET body = '{"text": "gAAAA"}'"""))

    assert await turned(database) == 0
    async with database.transaction() as session:
        assert (await session.scalar(select(Letter))).message.text == "gAAAA"


def test_every_secret_column_is_found():
    found = {
        f"{table.name}.{column.name}" for table in rotation.tables() for column in rotation.secrets_of(table)
    }

    assert found >= {
        "cases.facts",
        "case_lines.text",
        "handoff_lines.text",
        "outbox.body",
        "inbox.body",
        "staff.totp",
    }
    assert all(list(table.primary_key) for table in rotation.tables())
