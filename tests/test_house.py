"""What holds for the whole house, whoever adds something to it."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from config import files
from config.content import Content
from config.settings import CONTENT_DIR, Settings
from handlers.choosing import tidy
from handlers.members import services
from handlers.router import Router
from models.messages import VALUE_BYTES

ROOT = Path(__file__).parent.parent
FORBIDDEN = ("用户", "系统", "无效", "输入有误", "操作失败", "敬请", "予以", "贵单位")
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
PHONE = re.compile(
    r"(?<![\d.,，%])(?:\d{3,4}-\d{7,8}|\d{3}-\d{3}-\d{4}|1[3-9]\d{9}|12[13]\d{2}|110|120)(?![\d.%])"
)


@pytest.fixture(scope="module")
def content(edition) -> Content:
    return edition.content


def told(content: Content) -> list[tuple[str, str]]:
    """Return everything a member can read, with where it stands."""
    texts = [(key, text.text) for key, text in content.texts.items()]
    entries = [
        (e.slug, part)
        for e in content.entries
        for part in (e.answer, e.fact, e.detail, e.papers, e.care, e.english, e.law)
        if part
    ]
    danger = [(name, answer.text + answer.paged) for name, answer in content.danger.answers.items()]
    return [*texts, *entries, *danger]


def test_every_button_leads_somewhere(content):
    Router(services()).check(content)


@pytest.mark.parametrize("service", services(), ids=lambda s: s.name)
def test_service_says_what_it_is(service):
    assert service.title
    assert service.words or service.actions or service.kinds


def test_words_lead_to_one_service_only():
    words = [tidy(word) or word for service in services() for word in service.words]
    actions = [action for service in services() for action in service.actions]

    assert sorted(words) == sorted(set(words))
    assert sorted(actions) == sorted(set(actions))


def test_every_refusal_has_a_text(content):
    trees = [
        ast.parse(file.read_text(encoding="utf-8"))
        for floor in ("models", "handlers")
        for file in (ROOT / floor).rglob("*.py")
    ]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    reasons = {call.args[0].value for call in calls if getattr(call.func, "id", "") == "Refused"}

    assert reasons
    assert {reason for reason in reasons if f"refused.{reason}" not in content.texts} == set()


def test_every_text_that_code_says_exists(content):
    said = re.compile(r'(?:say|choice|_receipt|_tell|offer)\([^"\n]*?"([a-z_.]+)"')
    found = {
        key
        for file in (ROOT / "handlers").rglob("*.py")
        for key in said.findall(file.read_text(encoding="utf-8"))
    }
    keys = {key for key in found if "." in key or key in content.texts}

    assert len(keys) > 30
    assert {key for key in keys if key not in content.texts} == set()


def test_every_setting_stands_in_the_operations_guide():
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, re.MULTILINE))

    assert named == {name.upper() for name in Settings.model_fields}


def test_members_read_only_checked_numbers(content):
    found = {(where, number) for where, text in told(content) for number in PHONE.findall(text)}

    assert {number for _, number in found} >= {"12351", "110"}
    assert {(where, number) for where, number in found if number not in content.numbers} - {
        ("form.help.phone", "13800000000")
    } == set()


def test_words_to_members_keep_the_tone(content):
    bad = [(where, word) for where, text in told(content) for word in FORBIDDEN if word in text]
    smiling = [where for where, text in told(content) if EMOJI.search(text)]

    assert bad == []
    assert smiling == []


def test_answers_are_short(content):
    long = {
        e.slug: len(e.answer or e.fact) for e in content.entries if len(e.answer) > 120 or len(e.fact) > 80
    }

    assert long == {}


def test_figures_stand_with_their_year(content):
    assert all(str(e.year) not in e.fact for e in content.entries if e.fact)
    assert all(
        re.search(r"20\d\d", e.english) for e in content.entries if e.fact and re.search(r"\d", e.fact)
    )


def test_every_entry_has_its_english_phrasings_and_an_owner(content):
    assert all(len(e.phrasings) >= 8 and len(e.english_phrasings) >= 2 and e.owner for e in content.entries)


def test_every_phrasing_belongs_to_one_entry(content):
    by_phrasing: dict[str, set[str]] = {}
    for entry in content.entries:
        for phrasing in (*entry.phrasings, *entry.english_phrasings):
            by_phrasing.setdefault(tidy(phrasing), set()).add(entry.topic)

    assert {phrasing: topics for phrasing, topics in by_phrasing.items() if len(topics) > 1} == {}


def test_every_row_of_the_domain_is_covered(content):
    rows = {row["id"] for row in yaml.safe_load((ROOT / "tests/data/rows.yaml").read_text(encoding="utf-8"))}
    covered = {row for entry in content.entries for row in entry.covers}

    assert len(rows) > 80
    assert rows - covered == set()


def test_buttons_fit_every_channel(content):
    choices = [to for text in content.texts.values() for to in text.choices.values()]
    choices += [button.to for entry in content.entries for button in entry.next]

    assert [to for to in choices if len(to.encode()) > VALUE_BYTES or not to.isascii()] == []


def test_demo_titles_say_that_they_are_demo(demo_content):
    demo = [entry for entry in demo_content.entries if entry.demo]

    assert len(demo) >= 8
    assert [entry.title for entry in demo if not entry.title.endswith("（演示）")] == []


def test_nothing_of_the_demo_is_there_without_it(content):
    assert [entry.slug for entry in content.entries if entry.demo or "演示" in entry.title] == []
    assert [place.name for place in content.places if place.demo or "演示" in place.name] == []


def test_locks_name_no_address():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8")


def test_files_and_functions_stay_small():
    sources = [
        f
        for folder in ("bot", "handlers", "models", "config")
        for f in (ROOT / folder).rglob("*.py")
        if "versions" not in f.parts
    ]
    long_files = {str(f): n for f in sources if (n := len(f.read_text(encoding="utf-8").splitlines())) > 300}
    functions = [
        (str(f), node.name, (node.end_lineno or 0) - node.lineno + 1)
        for f in sources
        for node in ast.walk(ast.parse(f.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert long_files == {}
    assert [function for function in functions if function[2] > 40] == []


def test_content_files_are_all_read():
    pieces = files.read(CONTENT_DIR)

    stems = {file.stem for folder in ("programmes", "articles") for file in (CONTENT_DIR / folder).iterdir()}
    assert stems == {piece.key for piece in pieces if piece.shelf in {"programmes", "articles"}}
