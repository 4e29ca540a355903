"""The pack of papers for a mediation: the sheet of facts, the list of papers and the files, in one ZIP."""

import io
from collections.abc import Sequence
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import sheets_out
from models.base import Refused
from models.case_files import Found
from models.files import File, Missing, Store
from models.sheets_out import Cell

SHEET, LIST, FOLDER = "案情.docx", "材料目录.xlsx", "材料"
MOST_BYTES = 50_000_000
"""How large the files of a pack may be together: it is made in memory."""
SUFFIXES = {"photo": ".jpg", "voice": ".ogg", "video": ".mp4"}
UNSAFE = '\\/:*?"<>|'


async def size(session: AsyncSession, files: Sequence[Found]) -> int:
    """Return how many bytes *files* have together."""
    query = select(func.coalesce(func.sum(File.size), 0))
    return await session.scalar(query.where(File.hash.in_({one.digest for one in files}))) or 0


async def packed(
    session: AsyncSession, store: Store, sheet: bytes, rows: Sequence[Sequence[Cell]], files: Sequence[Found]
) -> bytes:
    """Return the pack; *rows* are the list of papers. A file that the store lost is left out.

    Raises Refused: pack_big, unkept.
    """
    if await size(session, files) > MOST_BYTES:
        raise Refused("pack_big")
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as pack:
        pack.writestr(ZipInfo(SHEET), sheet, ZIP_DEFLATED)
        pack.writestr(ZipInfo(LIST), sheets_out.xlsx(rows, title="材料目录"))
        for number, one in enumerate(files, 1):
            try:
                body = await store.get(one.digest)
            except Missing:
                continue
            pack.writestr(ZipInfo(f"{FOLDER}/{name(number, one)}"), body)
    return out.getvalue()


def name(number: int, file: Found) -> str:
    """Return what a file is called in the pack: numbered, and never a path."""
    suffix = SUFFIXES.get(file.kind, "")
    plain = "".join("-" if char in UNSAFE or not char.isprintable() else char for char in file.name)
    return f"{number:02}-{plain.strip(' .') or 'file'}{'' if plain.endswith(suffix) else suffix}"
