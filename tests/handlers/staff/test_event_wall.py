"""The wall of a photo contest: pictures of the right contest only, re-encoded, for its organisers."""

from datetime import timedelta

import pytest

from models import photos, walls, works
from models.files import Store
from models.members import Member
from models.rights import Grant
from models.works import Entry, Work
from tests.handlers.staff.events import SLUG, Town
from tests.models.test_works import photo
from tests.pictures import saved, scene

CONTEST = "photo-contest"
WALL = f"/events/{CONTEST}/works"


async def enter(town: Town, shot: photos.Photo, title: str, series: str = "") -> Work:
    async with town.database.transaction() as session:
        member = Member(name="王芳", joined_at=town.clock())
        session.add(member)
        await session.flush()
        said = Entry(title, credited=True, consented_at=town.clock(), series=series)
        closes = town.clock() + timedelta(days=1)
        return await works.enter(
            session, CONTEST, member, shot, said, limit=5, closes=closes, now=town.clock()
        )


@pytest.fixture
async def town(desks) -> Town:
    found = Town(desks)
    await found.publish(CONTEST)
    return found


async def test_wall_shows_the_photos_without_their_authors(desks, town, tmp_path):
    li = await desks.enter("li", "organiser")
    assert "还没有人交照片。" in (await li.open(WALL)).text
    assert "参赛照片" not in (await li.open(f"/events/{CONTEST}")).text
    shot = await photos.take(Store(f"file://{tmp_path}/files"), saved(scene((2400, 1600))))
    work = await enter(town, shot, "<晨练>", "清晨")
    like = await enter(town, photo("b", dhash=shot.dhash), "晚练")

    page = await li.open(WALL)
    one = await li.open(f"{WALL}/{work.id}")
    other = await li.open(f"{WALL}/{like.id}")

    assert "一共2张 还不够4张的组照：清晨（1张） P001 <晨练> P002 晚练 像另一张" in page.text
    assert "参赛照片（2）" in (await li.open(f"/events/{CONTEST}")).text
    assert ("组照 清晨" in one.text, "王芳" in page.text + one.text) == (True, False)
    assert "和P001很像，请比一比" in other.text


async def test_pictures_are_given_re_encoded_and_the_original_is_not(desks, town, tmp_path):
    store = Store(f"file://{tmp_path}/files")
    work = await enter(town, await photos.take(store, saved(scene((2400, 1600)))), "晨练")
    gone = await enter(town, photo("gone"), "不见了")
    li = await desks.enter("li", "organiser")

    small, large = await li.open(f"{WALL}/{work.id}/small"), await li.open(f"{WALL}/{work.id}/large")

    assert [one.headers["Content-Disposition"] for one in (small, large)] == ["inline", "inline"]
    assert [one.headers["Content-Type"].partition("/")[0] for one in (small, large)] == ["image", "image"]
    assert (small.body, large.body) == (await store.get(work.thumbnail), await store.get(work.shown))
    assert (await li.open(f"{WALL}/{work.id}/original")).status == 404
    assert (await li.open(f"{WALL}/{gone.id}/small")).status == 404
    assert (await li.open(f"{WALL}/999/small")).status == 404
    assert (await li.open(f"/events/{SLUG}/works/{work.id}/small")).status == 404


async def test_long_wall_goes_on(one_desk, monkeypatch):
    town = Town(one_desk)
    await town.publish(CONTEST)
    monkeypatch.setattr(walls, "PAGE", 2)
    for number in range(3):
        await enter(town, photo(f"{number}"), f"第{number}张")
    li = await one_desk.enter("li", "organiser")

    first, second = await li.open(WALL), await li.open(f"{WALL}?after=2")

    assert ("第1张" in first.text, "第2张" in first.text, "?after=2" in first.html) == (True, False, True)
    assert ("第2张" in second.text, "后面的" in second.text) == (True, False)


async def test_wall_is_closed_to_viewers_and_other_unions(desks, town):
    work = await enter(town, photo("a"), "晨练")
    await desks.enter("boss", "administrator")
    bai = await desks.enter("bai", "viewer")
    li = await desks.enter("li", Grant("organiser", "演示一厂工会"))

    for path in (WALL, f"{WALL}/{work.id}", f"{WALL}/{work.id}/small"):
        assert (await bai.open(path)).status == 403
        assert (await li.open(path)).status == 404
