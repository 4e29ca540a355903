"""What the jury gets: numbers and pictures, and nothing that tells who took them."""

import io
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from models import members, packs, photos, works
from models.base import Refused
from models.files import Store
from models.messages import Address
from models.works import Entry
from tests.pictures import exif, opened, saved, scene


@pytest.fixture
def store(tmp_path) -> Store:
    return Store((tmp_path / "files").as_uri())


@pytest.fixture
async def entered(small, store, clock):
    """Three works: a single one, and one of each of two series of the same name."""
    taken = [
        await photos.take(store, saved(scene(seed=seed), exif=exif(make=make)))
        for seed, make in ((1, "Apple"), (2, "Canon"), (3, ""))
    ]
    taken[2] = await photos.take(store, saved(scene((2000, 1600), 3, colours=((9, 9, 9), (200, 200, 200)))))
    said = ({"title": "=HYPERLINK(1)"}, {"title": "春", "series": "四季"}, {"title": "夏", "series": "四季"})
    async with small.transaction() as session:
        for photo, more, who in zip(taken, said, ("wang", "wang", "li"), strict=True):
            member = await members.at_address(session, Address("web", who), now=clock())
            member.name = "王芳"
            entry = Entry(credited=True, consented_at=clock(), **more)
            closes = clock().replace(year=2027)
            await works.enter(session, "photo", member, photo, entry, limit=5, closes=closes, now=clock())
        return await works.entered(session, "photo")


async def test_pack_is_named_by_number_and_tells_no_name(store, entered):
    out = io.BytesIO()

    assert await packs.jury(store, entered, out) == []
    pack = ZipFile(out)
    assert pack.namelist() == ["P001.jpg", "P002.jpg", "P003.jpg", "目录.xlsx"]
    assert b"".join(map(pack.read, pack.namelist())).find("王芳".encode()) == -1
    assert "王芳".encode() in await store.get(entered[0].original)
    assert opened(pack.read("P001.jpg")).size == (160, 120)
    assert dict(opened(pack.read("P001.jpg")).getexif()) == {}


async def test_index_holds_a_line_for_each_work(store, entered):
    out = io.BytesIO()
    await packs.jury(store, entered, out)

    rows = list(load_workbook(io.BytesIO(ZipFile(out).read("目录.xlsx"))).active.iter_rows(values_only=True))
    day = rows[1][5]
    assert rows == [
        ("编号", "题目", "色彩", "组照", "组别", "拍摄日期", "拍摄地点", "文字说明", "待补原图"),
        ("P001", "'=HYPERLINK(1)", "彩色", None, "手机组", day, None, None, "是"),
        ("P002", "春", "彩色", "1·四季", "相机组", day, None, None, "是"),
        ("P003", "夏", "黑白", "2·四季", None, None, None, None, None),
    ]
    assert day.date().isoformat() == "2026-10-03"


async def test_missing_picture_is_told_and_the_others_are_packed(store, entered):
    out = io.BytesIO()
    await store.delete(entered[1].shown)

    assert await packs.jury(store, entered, out) == ["P002"]
    assert ZipFile(out).namelist() == ["P001.jpg", "P003.jpg", "目录.xlsx"]


async def test_store_that_does_not_answer_gives_no_pack(tmp_path, entered):
    (tmp_path / "away").write_text("a file where the folder should be")

    with pytest.raises(Refused, match="unkept"):
        await packs.jury(Store((tmp_path / "away").as_uri()), entered, io.BytesIO())
