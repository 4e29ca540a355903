"""Versions of content: compared, restored; what waits to be looked at."""

from dataclasses import replace

from config import files
from config.settings import CONTENT_DIR
from models import catalogue
from models import content as shelves

THANKS = "/content/texts/search.thanks"
VERSIONS = f"{THANKS}/versions"


async def thanks(office):
    async with office.database.transaction() as session:
        return (await shelves.published(session)).texts["search.thanks"].text


async def load(office, text):
    """Load files in which the thanks have become *text*."""
    pieces = files.read(CONTENT_DIR)
    changed = [replace(p, body={"text": text}) if p.key == "search.thanks" else p for p in pieces]
    async with office.database.transaction() as session:
        return await shelves.load(session, changed, now=office.clock())


async def test_earlier_version_is_compared_and_restored(stocked):
    li = await stocked.enter("li", "editor")
    first = await thanks(stocked)
    await li.follow(THANKS, "save", was=1, text="别客气。", choices="")

    compared = await li.open(f"{VERSIONS}?with=1")
    shown = await li.follow(VERSIONS, "restore", version=1)

    assert f"原来 {first}" in compared.text
    assert "改成 别客气。" in compared.text
    assert "恢复了，会员马上就能看到。" in shown.text
    assert "第3版" in shown.text
    assert await thanks(stocked) == first
    assert "改成 不客气" in (await li.open(f"{VERSIONS}?with=2")).text


async def test_version_that_never_was_is_not_found(one_stocked):
    li = await one_stocked.enter("li", "editor")

    assert (await li.open(VERSIONS)).status == 200
    assert (await li.open(f"{VERSIONS}?with=9")).status == 404
    assert (await li.open(f"{VERSIONS}?with=files")).status == 404
    assert (await li.do(VERSIONS, "take")).status == 404
    assert (await li.do(VERSIONS, "restore", version=9)).status == 404
    assert (await li.open("/content/texts/nothing/versions")).status == 404
    assert (await li.open("/content/nowhere/nothing/versions")).status == 404


async def test_new_version_of_the_files_is_shown_and_taken_over(stocked):
    li = await stocked.enter("li", "editor")
    await li.follow(THANKS, "save", was=1, text="别客气。", choices="")
    await load(stocked, "甭客气。")

    waiting = await li.open("/content/waiting")
    compared = await li.open(f"{VERSIONS}?with=files")
    await li.follow(VERSIONS, "take")

    assert f"{VERSIONS}?with=files" in waiting.html
    assert "原来 别客气。 改成 甭客气。" in compared.text
    assert await thanks(stocked) == "甭客气。"
    assert f"{VERSIONS}?with=files" not in (await li.open("/content/waiting")).html
    assert await load(stocked, "甭客气了。") == (["texts/search.thanks"], [])


async def test_new_version_that_was_passed_over_returns_only_when_it_changes(one_stocked):
    li = await one_stocked.enter("li", "editor")
    offer = f"{VERSIONS}?with=files"
    await li.follow(THANKS, "save", was=1, text="别客气。", choices="")
    await load(one_stocked, "甭客气。")

    shown = await li.follow(VERSIONS, "keep")
    await load(one_stocked, "甭客气。")
    silent = await li.open("/content/waiting")
    await load(one_stocked, "您甭客气。")
    again = await li.open("/content/waiting")
    await load(one_stocked, "别客气。")

    assert "保留现在的写法。" in shown.text
    assert offer not in silent.html
    assert offer in again.html
    assert offer not in (await li.open("/content/waiting")).html
    assert await thanks(one_stocked) == "别客气。"


async def test_entry_longest_unchecked_is_confirmed_with_a_press(stocked):
    li = await stocked.enter("li", "editor")
    async with stocked.database.transaction() as session:
        row = await catalogue.one(session, "programmes", "photo-contest")
        row.body = {**row.body, "checked_on": "2020-01-01"}

    before = await li.open("/content/waiting")
    after = await li.follow("/content/waiting", "confirm", key="photo-contest")

    assert "核对日期 标题 2020-01-01 摄影大赛" in before.text
    assert "摄影大赛：今天核对过了。" in after.text
    assert "2020-01-01" not in after.text
    async with stocked.database.transaction() as session:
        row = await catalogue.one(session, "programmes", "photo-contest")
    assert (row.body["checked_on"], row.edited_by) == ("2026-11-10", "li")
    assert (await li.do("/content/waiting", "confirm", key="nothing")).status == 404


async def test_viewer_looks_and_changes_nothing(one_stocked):
    wang = await one_stocked.enter("wang", "viewer")

    shown = await wang.open("/content/waiting")

    assert shown.status == 200
    assert "还对</button>" not in shown.html
    assert (await wang.open(VERSIONS)).status == 200
    for path, action in (
        (VERSIONS, "restore"),
        (VERSIONS, "take"),
        (VERSIONS, "keep"),
        ("/content/waiting", "confirm"),
    ):
        assert (await wang.do(path, action, version=1, key="photo-contest")).status == 403
