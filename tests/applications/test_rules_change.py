"""What editors change about a thing that is applied for holds at once; what is being filled in meanwhile is told so."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from config.entries import ApplicationPlan
from models.files import File, Kept
from models.photos import Photo
from tests.applications.conftest import KNOWN
from tests.applications.test_apply import END, KINDS, filed


async def test_picture_is_kept_with_its_copies(office):
    for one in (*KINDS["found-union"][0], *KNOWN, "[没错，交上去]", "[交材料]"):
        await office.page.say(one)
    photo = Photo(
        Kept("a" * 64, 3, "image/jpeg"), Kept("b" * 64, 2, "image/jpeg"), Kept("d" * 64, 1, "image/jpeg"),
        40, 30, False, None, True, "phone", "0",
    )  # fmt: skip
    sent = office.page.incoming("photo", file="web:x", value=photo.packed())
    assert (await office.page.send(sent)).startswith("“别的材料”收到了，要的都有了。")
    async with office.page.database.transaction() as session:
        kept = await session.scalars(select(File.hash).where(File.purpose == "application"))
        assert sorted(one[0] for one in kept) == ["a", "b", "d"]


@pytest.fixture
def edited(office):
    """Change the entry for joining the union as an editor would, for the time of one test."""
    kept = office.content.by_slug["join-union"]

    def edit(**fields) -> None:
        office.content.by_slug["join-union"] = kept.model_copy(update=fields)

    yield edit
    office.content.by_slug["join-union"] = kept


async def test_sum_of_this_year_is_told_with_its_year(office, edited):
    year = {"sums": {"有": Decimal(1000)}, "sum_by": "unit_union", "year": 2026}
    edited(application=ApplicationPlan(prefix="RH", steps=("union_check",), money=True, **year))
    for one in (*KINDS["join-union"][0], "[没有]", *KNOWN):
        await office.page.say(one)

    told = "\n\n按2026年的标准是1000元，以同事核对的为准。"
    assert await office.page.say("[没错，交上去]") == f"{filed('RH')}{told}{END}"


async def test_nothing_is_asked_for_after_its_time(office, edited):
    edited(closes=office.now)
    press = office.page.incoming("press", value="apply:join-union")
    assert (await office.page.send(press)).startswith("报名截止了。")


async def test_nothing_is_handed_in_after_its_time(office, edited):
    for one in (*KINDS["join-union"][0], *KNOWN):
        await office.page.say(one)
    edited(closes=office.now)
    assert (await office.page.say("[没错，交上去]")).startswith("报名截止了。")
    assert await office.all() == []


async def test_what_editors_took_away_meanwhile_is_told(office, edited):
    for one in ("我要入会", "[我要申请]", "[有]"):
        await office.page.say(one)
    edited(application=None)
    assert await office.page.say("演示厂") == "这张单子现在填不了，请问同事。\n[转人工] [菜单]"
    assert await office.all() == []
