"""Everything of one person in one file, for them to take away: a readable table and what they sent."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from models import sheets_out
from models.files import Missing, Store
from models.sheets_out import Cell

TABLE, FOLDER = "个人资料.xlsx", "文件"
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
NAME_LENGTH, HASH_LENGTH = 60, 8


async def write(
    store: Store, rows: Sequence[Sequence[Cell]], files: Mapping[str, str], out: IO[bytes]
) -> list[str]:
    """Write *rows* and the *files* into *out*, and return the contents that are missing.

    Raises Refused("unkept") when the store does not answer.
    """
    missing = []
    with ZipFile(out, "w", ZIP_DEFLATED) as pack:
        for digest, name in files.items():
            try:
                body = await store.get(digest)
            except Missing:
                missing.append(digest)
            else:
                await asyncio.to_thread(pack.writestr, ZipInfo(_path(digest, name)), body)
        table = await asyncio.to_thread(sheets_out.xlsx, rows, title="个人资料")
        pack.writestr(ZipInfo(TABLE), table)
    return missing


def _path(digest: str, name: str) -> str:
    """Return a name that is safe on every disk and stands once in the pack."""
    return f"{FOLDER}/{digest[:HASH_LENGTH]} {UNSAFE.sub('_', name)[-NAME_LENGTH:]}".strip()
