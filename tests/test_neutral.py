"""A lock screen tells nothing: what the clock and colleagues send about cases, talks and applications holds no word of them."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from handlers.confiding import Ways, discreet
from models.messages import Address, Outgoing

HANDLERS = Path(__file__).parent.parent / "handlers"
SENDERS = ("desk", "crisis", "agreeing", "casework", "casewatch", "confiding", "aiding", "applying")
"""Modules, there or to come, that write letters about cases, hand-offs and applications."""
KEY = re.compile(r'(?:letter|_tell|_say|say)\([^"]*?"([a-z_]+(?:\.[a-z_]+)*)"')
TELLING = re.compile(
    r"案|仲裁|诉讼|起诉|欠薪|工资|拖欠|赔偿|补偿|解除|开除|辞退|工伤|受伤|怀孕|孕|哺乳|病|医|残|困难|救助|帮扶|补贴|"
    r"单位|公司|老板|雇主|厂|\d+\s*元|元/|金额|期限|\{(?:employer|name|topic|sum|amount|wage|owed|facts|title|about)\}"
)
"""Words of cases, of illness, of sums and of employers, and what would fill them in."""
TO_WHO_HAS_JUST_WRITTEN = {"danger.soft"}
"""Said in answer to a message at once, not sent by the clock or by colleagues."""


def sources() -> dict[str, str]:
    files = {name: HANDLERS / f"{name}.py" for name in SENDERS}
    return {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.exists()}


def keys(texts: Mapping[str, object]) -> set[str]:
    """Return every text that one of these modules sends without looking whether it stays private."""
    plain = {
        name: source for name, source in sources().items() if "discreet(" not in source or name == "confiding"
    }
    found = {key for source in plain.values() for key in KEY.findall(source)}
    return (found & set(texts)) - TO_WHO_HAS_JUST_WRITTEN


def test_letters_hold_no_telling_word(edition):
    texts = edition.content.texts

    assert keys(texts) >= {
        "human.taken",
        "human.closed",
        "human.late",
        "human.page",
        "desk.late",
        "desk.passed_on",
        "private.letter",
    }
    telling = {key: found[0] for key in keys(texts) for found in [TELLING.search(texts[key].text)] if found}
    assert telling == {}
    labels = {label for key in keys(texts) for label in texts[key].choices if TELLING.search(label)}
    assert labels == set()


@pytest.mark.parametrize("said", ["您的案件有新消息", "欠薪3000元", "演示公司", "您的病假条"])
def test_telling_words_are_found(said):
    assert TELLING.search(said)


def test_who_writes_about_cases_looks_whether_it_stays_private():
    careless = [
        name for name, source in sources().items()
        if name.startswith(("casew", "aiding", "applying")) and "outbox.put(" in source and "discreet(" not in source
    ]  # fmt: skip

    assert careless == []


def test_discreet_letter_says_the_same_whatever_it_is_about(edition):
    ways, content = Ways(site="https://gonghui.example"), edition.content
    said = [
        discreet(content, ways, Address("telegram", "1"), Outgoing(text), "cases:list")
        for text in ("工伤认定", "3000元")
    ]

    assert said[0] == said[1]
    assert not TELLING.search(said[0].text + said[0].choices[0].label)
    assert discreet(content, ways, Address("web", "1"), Outgoing("工伤认定"), "cases:list").text == "工伤认定"
