"""Content files: a mistake stops with one line that names file and key."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from config import files
from config.content import Content, ContentError, Piece
from config.settings import CONTENT_DIR

PHOTO = "programmes/photo-contest.yaml"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the content, to be spoilt."""
    return Path(shutil.copytree(CONTENT_DIR, tmp_path / "content"))


def spoil(folder: Path, name: str, **changed: object) -> None:
    file = folder / name
    body = {**yaml.safe_load(file.read_text(encoding="utf-8")), **changed}
    kept = {key: value for key, value in body.items() if value is not None}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")


def problem(folder: Path) -> str:
    with pytest.raises(ContentError) as raised:
        Content.of(files.read(folder, demo=date(2026, 11, 10)))
    return str(raised.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"titel": "摄影"}, f"{PHOTO}: titel: Extra inputs are not permitted"),
        ({"owner": None}, f"{PHOTO}: owner: Field required"),
        ({"topic": "photos"}, f"{PHOTO}: Value error, topic: photos is not a known topic"),
        ({"fact": None, "year": None}, f"{PHOTO}: Value error, answer: an entry needs an answer or a fact"),
        ({"year": None}, f"{PHOTO}: Value error, year: a fact needs its year, and a year its fact"),
        ({"ends": "x"}, f"{PHOTO}: Value error, ends: a form needs the name of what it ends in"),
        (
            {"phrasings": ["一", "二"]},
            f"{PHOTO}: phrasings: Tuple should have at least 8 items after validation, not 2",
        ),
        ({"checked_on": "gestern"}, f"{PHOTO}: checked_on: Input should be a valid date or datetime"),
        ({"next": [{"label": "去", "to": "show:nowhere"}]}, f"{PHOTO}: next: show:nowhere leads nowhere"),
        ({"english": None}, f"{PHOTO}: english: Field required"),
    ],
)
def test_mistake_in_a_programme_names_file_and_key(folder, changed, told):
    spoil(folder, PHOTO, **changed)

    assert problem(folder).startswith(told)


def test_unreadable_files_are_named(folder):
    (folder / PHOTO).write_bytes(b"title: \xff\xfe")
    assert problem(folder) == "photo-contest.yaml: cannot be read (UnicodeDecodeError)"

    (folder / PHOTO).write_text("title: [open", encoding="utf-8")
    assert problem(folder) == "photo-contest.yaml: did not find expected ',' or ']' in line 2"

    (folder / PHOTO).write_text("- one\n- two\n", encoding="utf-8")
    assert problem(folder) == "photo-contest.yaml: must hold keys and values"

    (folder / PHOTO).write_text("title: 一\ntitle: 二\n", encoding="utf-8")
    assert problem(folder) == "photo-contest.yaml: the key title stands twice in line 1"


def test_missing_list_is_named(folder):
    (folder / "duty.yaml").unlink()

    assert problem(folder) == "duty.yaml: cannot be read (FileNotFoundError)"


def test_article_without_front_matter_is_named(folder):
    (folder / "articles/new.md").write_text("只有正文", encoding="utf-8")

    assert problem(folder) == "articles/new.md: has no front matter between --- lines"


def test_demo_of_nothing_is_named(folder):
    (folder / "demo/demo-x.yaml").write_text("demo_of: nothing\n", encoding="utf-8")

    assert problem(folder) == "demo/demo-x.yaml: demo_of: there is no programme nothing"


def test_missing_sentence_and_unknown_placeholder_are_named(folder):
    spoil(folder, "texts.yaml", **{"search.nothing": None})
    assert problem(folder) == "texts.yaml: search.nothing: is missing"

    spoil(folder, "texts.yaml", **{"search.nothing": "找不到{city}"})
    assert problem(folder) == "texts.yaml: search.nothing: nobody fills in {city}"


def test_danger_without_an_answer_is_named(folder):
    body = yaml.safe_load((folder / "danger.yaml").read_text(encoding="utf-8"))
    spoil(folder, "danger.yaml", answers={k: v for k, v in body["answers"].items() if k != "crowd"})

    assert problem(folder) == "danger.yaml: Value error, answers: crowd has none"


def test_list_that_nobody_wrote_is_named():
    with pytest.raises(ContentError, match="lists/phones: is missing"):
        Content.of([Piece("texts", "menu", {"text": "您想办哪件事？"})])


def test_demo_dates_count_from_the_day_of_the_start(demo_content):
    photo = demo_content.by_slug["photo-contest"]

    assert photo.demo
    assert photo.starts > datetime(2026, 11, 10, tzinfo=UTC)
    assert photo.starts.utcoffset() == timedelta(hours=8)
    assert [entry.slug for entry in demo_content.dated(datetime(2026, 11, 10, tzinfo=UTC))]
    assert demo_content.dated(datetime(2036, 1, 1, tzinfo=UTC)) == ()


def test_demo_dates_hold_over_the_turn_of_the_year():
    later = Content.of(files.read(CONTENT_DIR, demo=date(2026, 12, 31), zone=ZoneInfo("Asia/Shanghai")))

    assert {entry.starts.year for entry in later.entries if entry.demo and entry.starts} == {2027}
