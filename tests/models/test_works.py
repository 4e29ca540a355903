"""Works of a photo contest: numbers, limits, deadlines, likenesses, and what is left after erasing."""

import asyncio
import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models import files, members, photos, works
from models.base import Refused
from models.files import RECEIVED, File, Kept, Store
from models.messages import Address
from models.photos import Photo
from models.works import Entry, Work
from tests.pictures import exif, saved, scene

CONTEST = "photo-2026"
A = ("a", "a shown", "a thumbnail")


def kept(name: str) -> Kept:
    return Kept(hashlib.sha256(name.encode()).hexdigest(), len(name), "image/jpeg")


def photo(name: str, dhash: str = "", **told) -> Photo:
    """Return a photo that resembles no other, unless its *dhash* says so."""
    pieces = (kept(name), kept(f"{name} shown"), kept(f"{name} thumbnail"))
    told = {"taken_on": date(2026, 10, 3), "colour": True, "group": "phone", "small": False, **told}
    return Photo(*pieces, width=4000, height=3000, dhash=dhash or kept(f"{name} seen").hash[:16], **told)


class Contest:
    """The contest in one transaction of the tests."""

    def __init__(self, session, clock) -> None:
        self.session, self.clock = session, clock
        self.closes = clock() + timedelta(days=1)
        self.when = {"closes": self.closes, "now": clock()}

    async def member(self, name="wang"):
        return await members.at_address(self.session, Address("web", name), now=self.clock())

    def entry(self, title="晨练", **said) -> Entry:
        return Entry(title, credited=True, consented_at=self.clock(), **said)

    async def enter(self, name, who="wang", limit=5, dhash="", event=CONTEST, now=None, **said) -> Work:
        return await works.enter(
            self.session,
            event,
            await self.member(who),
            photo(name, dhash),
            self.entry(**said),
            limit=limit,
            closes=self.closes,
            now=now or self.clock(),
        )


@pytest.fixture
async def contest(database, clock):
    async with database.transaction() as session:
        yield Contest(session, clock)


async def test_more_is_told_of_a_work_and_what_is_passed_over_stays(contest):
    work = await contest.enter("a", place="圆明园")

    await works.describe(
        contest.session, work, {"place": "", "story": "早上六点", "series": "清晨"}, **contest.when
    )

    assert (work.place, work.story, work.series) == ("圆明园", "早上六点", "清晨")


async def test_series_that_is_full_takes_no_more(contest):
    for number in range(8):
        await contest.enter(f"s{number}", series="清晨")
    work = await contest.enter("a")

    with pytest.raises(Refused, match="series_full"):
        await works.describe(contest.session, work, {"series": "清晨"}, **contest.when)
    await works.describe(contest.session, work, {"series": "黄昏"}, **contest.when)
    await works.describe(contest.session, work, {"series": "黄昏", "place": "什刹海"}, **contest.when)
    assert (work.series, work.place) == ("黄昏", "什刹海")


async def test_nothing_is_told_of_a_work_after_the_deadline_or_once_it_is_out(contest):
    work = await contest.enter("a")
    with pytest.raises(Refused, match="works_closed"):
        await works.describe(contest.session, work, {"place": "x"}, closes=contest.closes, now=contest.closes)
    await works.withdraw(contest.session, work, **contest.when)

    with pytest.raises(Refused, match="works_none"):
        await works.describe(contest.session, work, {"place": "x"}, **contest.when)


async def test_work_keeps_what_picture_and_member_tell(contest):
    work = await contest.enter("a", place="圆明园", story="早上六点")

    assert (work.code, work.state, work.version) == ("P001", "entered", 1)
    assert (work.title, work.place, work.story, work.series) == ("晨练", "圆明园", "早上六点", "")
    assert (work.taken_on, work.group, work.colour, work.small) == (date(2026, 10, 3), "phone", True, False)
    assert (work.credited, work.consented_at, work.at) == (True, contest.clock(), contest.clock())
    assert await contest.session.scalar(select(func.count()).select_from(File)) == 3
    assert await contest.session.scalar(select(func.count()).where(File.uploaded_by == work.member_id)) == 3


async def test_member_may_correct_the_picture(contest):
    work = await contest.enter("a", taken_on=date(2026, 9, 1), group="camera")

    assert (work.taken_on, work.group) == (date(2026, 9, 1), "camera")


async def test_numbers_go_on_and_are_not_given_again(contest):
    first = await contest.enter("a")
    second = await contest.enter("b", "li")
    await works.withdraw(contest.session, second, **contest.when)
    third = await contest.enter("c")
    elsewhere = await contest.enter("a", event="other")

    assert [first.code, second.code, third.code, elsewhere.code] == ["P001", "P002", "P003", "P001"]
    assert [work.code for work in await works.entered(contest.session, CONTEST)] == ["P001", "P003"]


async def test_limit_holds_per_member_and_contest(contest):
    await contest.enter("a", limit=1)
    with pytest.raises(Refused, match="works_full"):
        await contest.enter("b", limit=1)

    await contest.enter("b", "li", limit=1)
    await contest.enter("c", event="other", limit=1)


async def test_withdrawn_work_makes_room_and_may_come_again(contest):
    work = await contest.enter("a", limit=1)
    await works.withdraw(contest.session, work, **contest.when)

    assert (await contest.enter("a", limit=1)).code == "P002"
    assert (work.state, work.ended_at) == ("withdrawn", contest.clock())


async def test_nothing_changes_from_the_deadline_on(contest):
    work = await contest.enter("a", now=contest.closes - timedelta(seconds=1))
    late = {"closes": contest.closes, "now": contest.closes}

    with pytest.raises(Refused, match="works_closed"):
        await contest.enter("b", now=contest.closes)
    with pytest.raises(Refused, match="works_closed"):
        await works.withdraw(contest.session, work, **late)
    with pytest.raises(Refused, match="works_closed"):
        await works.replace(contest.session, work, photo("b"), contest.entry(), **late)
    assert [work.state for work in await works.entered(contest.session, CONTEST)] == ["entered"]


async def test_replaced_work_hands_its_number_on(contest):
    old = await contest.enter("a", limit=1)
    new = await works.replace(contest.session, old, photo("b"), contest.entry("晚练"), **contest.when)

    assert (new.code, new.version, new.title, new.state) == ("P001", 2, "晚练", "entered")
    assert (old.state, old.ended_at) == ("replaced", contest.clock())
    assert await works.of(contest.session, CONTEST, await contest.member()) == [new]


async def test_replaced_photo_stays_in_its_series(contest):
    old = await contest.enter("a", series="四季")
    new = await works.replace(contest.session, old, photo("b"), contest.entry(series="别的"), **contest.when)

    assert new.series == "四季"


@pytest.mark.parametrize("who", ["wang", "li"])
async def test_same_content_is_entered_once(contest, who):
    await contest.enter("a")
    with pytest.raises(Refused, match="works_twice"):
        await contest.enter("a", who)

    assert (await contest.enter("b", who)).code == "P002"


async def test_replacing_by_the_same_content_changes_nothing(contest):
    old = await contest.enter("a")
    with pytest.raises(Refused, match="works_twice"):
        await works.replace(contest.session, old, photo("a"), contest.entry(), **contest.when)

    assert (old.state, await works.entered(contest.session, CONTEST)) == ("entered", [old])


@pytest.mark.parametrize("who", ["wang", "li"])
async def test_nearly_the_same_is_taken_and_flagged(contest, who):
    await contest.enter("a", dhash="00000000000000ff")
    near = await contest.enter("b", dhash="000000000000003f")
    nearest = await contest.enter("c", who, dhash="000000000000003e")
    far = await contest.enter("d", who, dhash="0000000000001fff"[:13] + "f81")

    assert near.resembles == 1
    assert nearest.resembles == near.id
    assert far.resembles is None


@pytest.mark.parametrize(("dhash", "flagged"), [("000000000000003f", True), ("000000000000007f", False)])
async def test_likeness_ends_at_six_bits(contest, dhash, flagged):
    first = await contest.enter("a", dhash="0000000000000000")
    other = await contest.enter("b", dhash=dhash)

    assert other.resembles == (first.id if flagged else None)


async def test_original_after_its_compressed_copy_resembles_nothing(contest):
    small = await contest.enter("small", dhash="00000000000000ff")
    full = await works.replace(
        contest.session, small, photo("full", "00000000000000ff"), contest.entry(), **contest.when
    )

    assert full.resembles is None


async def test_real_pictures_are_found_alike(contest, tmp_path):
    store = Store(tmp_path.as_uri())
    first, again, other = [
        await photos.take(store, body)
        for body in (
            saved(scene((1600, 1200)), exif=exif()),
            saved(scene((640, 480)), quality=40),
            saved(scene((640, 480), seed=2)),
        )
    ]
    member = await contest.member()
    entered = [
        await works.enter(contest.session, CONTEST, member, taken, contest.entry(), limit=5, **contest.when)
        for taken in (first, again, other)
    ]

    assert [work.resembles for work in entered] == [None, entered[0].id, None]


async def test_series_counts_as_one_work_and_has_eight_photos_at_most(contest):
    for number in range(8):
        await contest.enter(f"s{number}", limit=2, series="四季")
    with pytest.raises(Refused, match="series_full"):
        await contest.enter("s8", limit=2, series="四季")
    await contest.enter("a", limit=2)

    for said in ({}, {"series": "别的"}):
        with pytest.raises(Refused, match="works_full"):
            await contest.enter("b", limit=2, **said)
    await contest.enter("s0 of li", "li", limit=2, series="四季")


async def test_short_series_are_listed_for_staff(contest):
    for name in ("a", "b", "c", "d"):
        await contest.enter(name, series="四季")
    for name in ("e", "f", "g"):
        await contest.enter(name, "li", series="胡同")
    await contest.enter("h", "li")

    li = await contest.member("li")
    assert await works.short_series(contest.session, CONTEST) == [(li.id, "胡同", 3)]


async def test_member_finds_only_own_works(contest):
    work = await contest.enter("a")
    gone = await contest.enter("b")
    await works.withdraw(contest.session, gone, **contest.when)

    assert await works.mine(contest.session, CONTEST, await contest.member(), 1) is work
    for who, number in (("li", 1), ("wang", 2), ("wang", 3)):
        with pytest.raises(Refused, match="works_none"):
            await works.mine(contest.session, CONTEST, await contest.member(who), number)


async def test_work_that_is_out_stays_out(contest):
    work = await contest.enter("a")
    await works.withdraw(contest.session, work, **contest.when)

    with pytest.raises(Refused, match="works_none"):
        await works.withdraw(contest.session, work, **contest.when)
    with pytest.raises(Refused, match="works_none"):
        await works.replace(contest.session, work, photo("b"), contest.entry(), **contest.when)
    assert await works.entered(contest.session, CONTEST) == []


async def test_entries_at_once_keep_numbers_and_limit(database, clock):
    async with database.transaction() as session:
        await Contest(session, clock).member()

    async def enter(name):
        async with database.transaction() as session:
            return (await Contest(session, clock).enter(name, limit=3)).code

    done = await asyncio.gather(*map(enter, "abcdefgh"), return_exceptions=True)

    assert sorted(code for code in done if isinstance(code, str)) == ["P001", "P002", "P003"]
    assert [str(error) for error in done if not isinstance(error, str)] == ["works_full"] * 5


async def test_work_is_replaced_once_when_two_try(database, clock):
    async with database.transaction() as session:
        await Contest(session, clock).enter("a")
    loaded = asyncio.Barrier(2 if database.kind == "postgresql" else 1)  # SQLite lets in one at a time

    async def change(name):
        async with database.transaction() as session:
            contest = Contest(session, clock)
            work = await works.mine(session, CONTEST, await contest.member(), 1)
            await loaded.wait()
            await works.replace(session, work, photo(name), contest.entry(), **contest.when)

    done = await asyncio.gather(change("b"), change("c"), return_exceptions=True)

    refused = [error.reason for error in done if error]
    assert refused == (["works_none"] if database.kind == "postgresql" else [])
    async with database.transaction() as session:
        assert len(await works.entered(session, CONTEST)) == 1


async def test_failed_store_leaves_no_work(contest, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SPARE_BYTES", 2**60)
    with pytest.raises(Refused, match="unkept"):
        taken = await photos.take(Store(tmp_path.as_uri()), saved(scene()))
        await works.enter(
            contest.session, CONTEST, await contest.member(), taken, contest.entry(), limit=5, **contest.when
        )

    assert await works.entered(contest.session, CONTEST) == []
    assert await contest.session.scalar(select(func.count()).select_from(File)) == 0


async def test_erasing_takes_works_and_the_contents_that_nobody_else_needs(contest):
    mine = await contest.enter("a")
    await contest.enter("b")
    await files.note(contest.session, kept("letter"), by=mine.member_id, purpose="case", now=contest.clock())
    await files.note(contest.session, kept("d"), by=None, purpose="case", now=contest.clock())
    await contest.enter("d")
    await contest.enter("b", "li", event="other")
    await contest.enter("c", "li", dhash=mine.dhash)

    gone = await works.erase(contest.session, await contest.member())
    assert gone == sorted(kept(name).hash for name in (*A, "d shown", "d thumbnail"))
    left = list(
        await contest.session.scalars(select(File).where(File.purpose != RECEIVED).order_by(File.hash))
    )
    assert {file.hash for file in left} == {
        kept(name).hash
        for name in ("letter", "d", *(f"{n}{part}" for n in "bc" for part in ("", " shown", " thumbnail")))
    }
    assert {file.uploaded_by for file in left} == {None, (await contest.member("li")).id}
    other = (await works.entered(contest.session, CONTEST))[0]
    await contest.session.refresh(other)
    assert (other.original, other.resembles) == (kept("c").hash, None)
    assert await works.erase(contest.session, await contest.member()) == []
