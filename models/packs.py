"""What the jury gets: the works of a contest as a ZIP, named by number only, with an index."""

import asyncio
from collections.abc import Sequence
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from models import sheets_out
from models.files import Missing, Store
from models.works import Work

INDEX = "目录.xlsx"
HEADER = ("编号", "题目", "色彩", "组照", "组别", "拍摄日期", "拍摄地点", "文字说明", "待补原图")
GROUPS = {"phone": "手机组", "camera": "相机组"}


async def jury(store: Store, works: Sequence[Work], out: IO[bytes]) -> list[str]:
    """Write the pack into *out* picture by picture, and return the numbers whose picture is missing.

    It holds the copies made for showing: an original tells in its EXIF who took it, and where.
    Raises Refused("unkept") when the store does not answer.
    """
    missing = []
    with ZipFile(out, "w", ZIP_STORED) as pack:  # a JPEG does not shrink any more
        for work in works:
            try:
                body = await store.get(work.shown)
            except Missing:
                missing.append(work.code)
            else:
                await asyncio.to_thread(pack.writestr, ZipInfo(f"{work.code}.jpg"), body)
        index = await asyncio.to_thread(sheets_out.xlsx, _rows(works), title="目录")
        pack.writestr(ZipInfo(INDEX), index)
    return missing


def _rows(works: Sequence[Work]) -> list[Sequence[sheets_out.Cell]]:
    series = _series(works)
    return [
        HEADER,
        *(
            (
                work.code,
                work.title,
                "彩色" if work.colour else "黑白",
                series.get((work.member_id, work.series), ""),
                GROUPS.get(work.group, work.group),
                work.taken_on,
                work.place,
                work.story,
                "是" if work.small else "",
            )
            for work in works
        ),
    ]


def _series(works: Sequence[Work]) -> dict[tuple[int, str], str]:
    """Return a name for each series: two members may have given theirs the same one."""
    found = dict.fromkeys((work.member_id, work.series) for work in works if work.series)
    return {key: f"{number}·{key[1]}" for number, key in enumerate(found, 1)}
