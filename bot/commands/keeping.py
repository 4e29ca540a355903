"""backup and restore: everything in one file, readable by any database and by later versions."""

import argparse
import io
import json
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bot.commands.base import Commands, Failed, command, opened
from config.settings import Settings
from models import archive, migrate

MANIFEST, ROWS, FILES, KEYS = "manifest.json", "rows.jsonl", "files", ("secret.key", "field.key")


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(commands, "backup", backup, "write the whole database and its files into one file")
    parser.add_argument("file", type=Path, help="the file to write, such as gonghui.tar.gz")
    parser.add_argument(
        "--with-keys", action="store_true", help="also the keys that lie in DATA_DIR; guard such a file well"
    )
    parser = command(commands, "restore", restore, "put a backup into an empty database")
    parser.add_argument(
        "file", type=Path, help="the file that backup wrote, of this version or an earlier one"
    )


async def backup(settings: Settings, parsed: argparse.Namespace) -> None:
    """Write a backup, first under another name, so that a failed one never looks whole."""
    part = parsed.file.with_name(parsed.file.name + ".part")
    with tempfile.TemporaryFile() as rows:
        revision, written = await _dump(settings, rows)
        with tarfile.open(part, "w:gz") as tar:
            _member(tar, MANIFEST, io.BytesIO(json.dumps({"format": 1, "revision": revision}).encode()))
            _member(tar, ROWS, rows)
            if (settings.data_dir / FILES).is_dir():
                tar.add(settings.data_dir / FILES, FILES)
            for key in KEYS if parsed.with_keys else ():
                if (settings.data_dir / key).exists():
                    tar.add(settings.data_dir / key, key)
    part.replace(parsed.file)
    print(f"{written} rows in {parsed.file}")
    if settings.files_url:
        print("what lies in FILES_URL is not in it: back that store up as well")
    if not parsed.with_keys:
        print(
            "the keys are not in it: keep SECRET_KEY and FIELD_KEYS (or the key files of DATA_DIR) apart from it"
        )


async def _dump(settings: Settings, rows: IO[bytes]) -> tuple[str, int]:
    written = 0
    async with opened(settings) as database, database.transaction() as session:
        revision = await archive.revision(session)
        async for table, row in archive.rows(session):
            rows.write(json.dumps([table, row], ensure_ascii=False).encode() + b"\n")
            written += 1
    return revision, written


async def restore(settings: Settings, parsed: argparse.Namespace) -> None:
    """Put a backup back: tables of its revision, its rows, then the upgrade to today's."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _backup(parsed.file) as tar:
        manifest = json.load(_part(tar, MANIFEST))
        async with opened(settings) as database, database.transaction() as session:
            if not await (await session.connection()).run_sync(archive.is_empty):
                raise Failed("the database is not empty; restore only into a new one")
        await migrate.upgrade(settings.database, manifest["revision"])
        async with opened(settings) as database, database.transaction() as session:
            written = await (await session.connection()).run_sync(archive.put_back, _rows(tar))
        wanted = [member for member in tar if member.name in KEYS or member.name.startswith(FILES + "/")]
        tar.extractall(settings.data_dir, wanted, filter="data")
    await migrate.upgrade(settings.database)
    print(f"{written} rows restored, tables up to date")


def _backup(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:gz")
    except (tarfile.TarError, EOFError) as error:
        raise Failed(f"{file} is not a backup") from error


def _part(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise Failed("this is not a backup of Gonghui")
    return found


def _rows(tar: tarfile.TarFile) -> Iterator[tuple[str, archive.Row]]:
    for line in _part(tar, ROWS):
        table, row = json.loads(line)
        yield table, row


def _member(tar: tarfile.TarFile, name: str, body: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = body.seek(0, io.SEEK_END), int(time.time())
    body.seek(0)
    tar.addfile(member, body)
