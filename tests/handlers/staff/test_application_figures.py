"""Applications of a year by kind and union, in which nobody is recognised."""

import io

import pytest
from openpyxl import load_workbook

from models.messages import Address
from models.rights import Grant
from tests.handlers.staff import aid

HEADER = ("按", "类别", "申请", "同意", "同意的金额（元）")


async def many(office) -> None:
    """Let five lectures and four reliefs be asked for, three of these approved."""
    for n in range(5):
        await aid.applied(office, aid.LECTURE, at=Address("web", f"l{n}"), slug="lecture")
    for n in range(4):
        number = await aid.applied(office, aid.RELIEF, at=Address("web", f"r{n}"), slug="relief")
        if n:
            await aid.approved(office, number)


async def rows(desk, path: str = "/applications/figures/sheet") -> list[tuple]:
    sheet = await desk.open(path)
    return list(load_workbook(io.BytesIO(sheet.body)).active.iter_rows(values_only=True))


async def test_year_is_told_by_kind_and_union(desks):
    await many(desks)
    viewer = await desks.enter("viewer", "viewer")

    page = (await viewer.open("/applications/figures")).text

    assert await rows(viewer) == [
        HEADER, ("全部", "合计", 9, 3, 4500), ("种类", "lecture", 5, 0, None), ("种类", "relief", 4, 3, 4500),
        ("单位工会", "演示单位工会", 9, 3, 4500),
    ]  # fmt: skip
    assert "种类 lecture 5 0 种类 relief 4 3 4500.0" in page
    for secret in (aid.NAME, aid.PHONE, aid.ACCOUNT, aid.ILLNESS):
        assert secret not in page


async def test_few_are_not_told_and_cannot_be_counted_out(one_desk):
    await many(one_desk)
    lone = await aid.applied(one_desk, aid.RELIEF, slug="lone")
    await aid.approved(one_desk, lone)
    viewer = await one_desk.enter("viewer", "viewer")

    assert await rows(viewer) == [
        HEADER, ("全部", "合计", 10, 4, 6000), ("种类", "lecture", 5, 0, None),
        ("种类", "lone", "少于3", "少于3", None), ("种类", "relief", "不显示", "不显示", None),
        ("单位工会", "演示单位工会", 10, 4, 6000),
    ]  # fmt: skip


async def test_total_below_three_is_not_told_either(one_desk):
    await aid.approved(one_desk, await aid.applied(one_desk, aid.RELIEF))
    viewer = await one_desk.enter("viewer", "viewer")

    assert await rows(viewer) == [HEADER, ("全部", "合计", "少于3", "少于3", None)]


async def test_only_the_own_part_is_counted(one_desk):
    await many(one_desk)
    far = await one_desk.enter("far", Grant("viewer", union="别的工会（演示）"))

    assert await rows(far) == [HEADER]
    assert "这一年没有可以显示的数。" in (await far.open("/applications/figures")).text


@pytest.mark.parametrize(
    ("said", "year"), [("2025", 2025), ("", 2026), ("x", 2026), ("9999", 2100), ("0000", 2020)]
)
async def test_another_year_is_shown(one_desk, said, year):
    await many(one_desk)
    viewer = await one_desk.enter("viewer", "viewer")

    assert f"{year} 年申请数据" in (await viewer.open(f"/applications/figures?year={said}")).text
    found = await rows(viewer, f"/applications/figures/sheet?year={said}")
    assert len(found) == (5 if year == 2026 else 1)
