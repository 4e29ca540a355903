"""A backup of an earlier version comes back in a later one, on either database."""

import argparse
import io
import json
import tarfile
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import inspect, select, text

from bot.commands import keeping
from config.settings import Settings
from models import crypto, migrate
from models.base import Database
from models.members import Member
from models.unanswered import Unanswered, note

LATER = '''
"""a later version"""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "later", "{first}", None, None
def upgrade():
    with op.batch_alter_table("members") as table:
        table.add_column(sa.Column("nickname", sa.String(), nullable=False, server_default="会员"))
'''
pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def keys():
    before = crypto._Keys.fernet, crypto._Keys.lookup
    yield
    crypto._Keys.fernet, crypto._Keys.lookup = before


@pytest.fixture
def backup(tmp_path) -> Path:
    return tmp_path / "gonghui.tar.gz"


async def revision_of(url: str) -> str:
    database = Database(url)
    async with database.transaction() as session:
        found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    await database.close()
    return found


async def test_backup_survives_a_move_and_an_upgrade(new_address, backup, tmp_path, monkeypatch, clock):
    old = Settings(_env_file=None, data_dir=tmp_path / "old", demo=False)
    new = Settings(_env_file=None, data_dir=tmp_path / "old", database_url=new_address, demo=False)
    crypto.use(old.fernet_keys(), old.secret())
    await migrate.upgrade(old.database)
    database = Database(old.database)
    async with database.transaction() as session:
        session.add(Member(id=7, name="王芳（演示）", joined_at=clock()))
        note(session, "我叫王芳", "declined", ranked=("a",), now=clock())
    await database.close()
    await keeping.backup(old, argparse.Namespace(file=backup, with_keys=False))
    with tarfile.open(backup) as tar:
        assert "我叫王芳" not in json.dumps(tar.extractfile("rows.jsonl").read().decode(), ensure_ascii=False)
    later(tmp_path / "later", await revision_of(old.database), monkeypatch)

    await keeping.restore(new, argparse.Namespace(file=backup))

    assert await revision_of(new_address) == "later"
    database = Database(new_address)
    async with database.transaction() as session:
        member = await session.scalar(select(Member))
        assert (member.id, member.name, member.joined_at) == (7, "王芳（演示）", clock())
        assert await session.scalar(text("SELECT nickname FROM members")) == "会员"
        assert (await session.scalar(select(Unanswered))).text == "我叫王芳"
        session.add(Member(joined_at=clock()))
        await session.flush()
        assert await session.scalar(select(Member.id).order_by(Member.id.desc()).limit(1)) == 8
    await database.close()


def later(folder: Path, first: str, monkeypatch) -> None:
    """Let the program know one more migration, as a later version does."""
    folder.mkdir()
    (folder / "later.py").write_text(LATER.format(first=first), encoding="utf-8")

    def config() -> Config:
        found = Config()
        found.set_main_option("script_location", str(migrate.FOLDER))
        found.set_main_option("path_separator", "newline")
        found.set_main_option("version_locations", f"{migrate.FOLDER / 'versions'}\n{folder}")
        return found

    monkeypatch.setattr(migrate, "_config", config)


async def test_nothing_is_left_behind_when_a_backup_is_broken(backup, tmp_path):
    with tarfile.open(backup, "w:gz") as tar:
        for name, body in (
            ("manifest.json", {"format": 1, "revision": "b0fa5cd05705"}),
            ("rows.jsonl", ["members", {"id": 1}]),
        ):
            member = tarfile.TarInfo(name)
            content = json.dumps(body).encode()
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    settings = Settings(_env_file=None, data_dir=tmp_path / "new", demo=False)

    with pytest.raises(Exception, match="NOT NULL"):
        await keeping.restore(settings, argparse.Namespace(file=backup))

    database = Database(settings.database)
    async with database.transaction() as session:
        connection = await session.connection()
        assert "members" in await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert list(await session.execute(text("SELECT id FROM members"))) == []  # as they were then
    await database.close()
