"""The published content: files first, staff's edits stay, a new edition is told to everybody."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from config import files
from config.content import ContentError
from config.settings import CONTENT_DIR
from models import content as shelves
from models.content import ProgrammeRow, TextRow


@pytest.fixture(scope="module")
def pieces():
    return files.read(CONTENT_DIR)


async def loaded(database, pieces, clock):
    async with database.transaction() as session:
        return await shelves.load(session, pieces, now=clock())


async def test_first_load_publishes_everything(database, pieces, clock):
    heard = []
    database.listen(heard.append)

    changed, left = await loaded(database, pieces, clock)

    async with database.transaction() as session:
        content = await shelves.published(session)
    assert (len(changed), left, content.version) == (len(pieces), [], 1)
    assert "content" in heard
    assert content.entry("photo-contest").title == "摄影大赛"


async def test_loading_the_same_again_publishes_nothing(database, pieces, clock):
    await loaded(database, pieces, clock)

    assert await loaded(database, pieces, clock) == ([], [])

    async with database.transaction() as session:
        assert await shelves.version(session) == 1


async def test_what_staff_edited_is_left_alone_and_what_left_the_files_goes(database, pieces, clock):
    await loaded(database, pieces, clock)
    async with database.transaction() as session:
        row = await session.get_one(TextRow, "search.thanks")
        row.body, row.source, row.edited_by = {"text": "别客气。"}, "staff", "demo"
    photo = next(p for p in pieces if p.key == "photo-contest")
    changed = replace(photo, body={**photo.body, "title": "摄影比赛"})
    gone = next(p for p in pieces if p.key == "fishing-contest")

    told = await loaded(database, [changed if p is photo else p for p in pieces if p is not gone], clock)

    assert told == (["programmes/photo-contest", "programmes/fishing-contest"], ["texts/search.thanks"])
    async with database.transaction() as session:
        content = await shelves.published(session)
        photo_row = await session.get_one(ProgrammeRow, "photo-contest")
    assert content.version == 2
    assert photo_row.version == 2
    assert content.entry("photo-contest").title == "摄影比赛"
    assert content.entry("fishing-contest") is None
    assert content.texts["search.thanks"].text == "别客气。"


async def test_newer_program_adds_only_the_sentences_it_needs(database, pieces, clock):
    old = [p for p in pieces if p.key not in {"search.empty", "fishing-contest"}]
    await loaded(database, old, clock)
    with pytest.raises(ContentError, match=r"search\.empty: is missing"):
        async with database.transaction() as session:
            await shelves.published(session)

    async with database.transaction() as session:
        await shelves.complete(session, pieces, now=clock())
        await shelves.complete(session, pieces, now=clock())

    async with database.transaction() as session:
        content = await shelves.published(session)
        texts = list(await session.scalars(select(TextRow.key)))
    assert content.version == 2
    assert "search.empty" in texts
    assert content.entry("fishing-contest") is None


async def test_wrong_content_is_refused_with_its_name(database, pieces, clock):
    await loaded(database, pieces, clock)
    async with database.transaction() as session:
        row = await session.get_one(ProgrammeRow, "photo-contest")
        row.body = {**row.body, "topic": "nothing"}

    with pytest.raises(ContentError, match=r"programmes/photo-contest: .*topic"):
        async with database.transaction() as session:
            await shelves.published(session)
