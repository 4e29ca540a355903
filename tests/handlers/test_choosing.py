"""Choices said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.choosing import any_of, number, pick, tidy

MENU = [["详细", "detail:a"], ["转人工", "human"], ["不是这个", "wrong:a"]]
PAIR = [["删掉", "privacy:gone"], ["不删", "menu"]]


@pytest.mark.parametrize(
    "said", ["1", "１", "①", "一", "选1", "第1个", "1号", " 1。", "我选一", "按1", "1️⃣", "（1）", "1、"]
)
def test_number_is_read_however_it_is_written(said):
    assert number(said) == 1


@pytest.mark.parametrize("said", ["", "十个人", "100", "1000元", "一二", "号", "1、3", "1 3", "1.5", "1️⃣2️⃣"])
def test_number_is_not_seen_where_there_is_none(said):
    assert number(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("详细", "detail:a"),
        ("[详细]", "detail:a"),
        ("2", "human"),
        ("③", "wrong:a"),
        ("4", None),
        ("0", None),
        ("您好", None),
        ("", None),
    ],
)
def test_pick_takes_label_or_number(said, value):
    assert pick(said, MENU) == value


@pytest.mark.parametrize(
    ("said", "value"), [("好的", "privacy:gone"), ("行！", "privacy:gone"), ("不要", "menu"), ("随便", None)]
)
def test_pick_takes_the_sense_of_yes_and_no(said, value):
    assert pick(said, PAIR) == value


def test_pick_takes_no_sense_where_nothing_is_asked():
    assert pick("好", MENU) is None
    assert pick("好", [["详细", "detail:a"], ["不是这个", "wrong:a"]]) is None


def test_pick_leaves_digits_alone_when_told_so():
    assert pick("1", MENU, digits=False) is None
    assert pick("详细", MENU, digits=False) == "detail:a"


@given(st.text())
def test_tidy_is_the_same_twice(text):
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=9))
def test_pick_names_only_what_was_offered(said, choices):
    assert pick(said, choices) in {None, *(value for _, value in choices)}


@pytest.mark.parametrize(
    ("said", "tidied"),
    [
        ("我要 报名！", "我要报名"),
        ("报名", "报名"),
        ("ＯＫ", "ok"),
        ("①", "1"),
        ("e\u0301", "é"),
        ("x\u0301", "x"),
        ("", ""),
        ("。", ""),
    ],
)
def test_only_letters_and_numbers_count(said, tidied):
    assert tidy(said) == tidied


def test_any_of_nothing_finds_nothing():
    assert any_of([]).search("") is None
    assert any_of(["a.c", "b"]).search("abc")[0] == "b"
    assert any_of(["a.c"]).search("abc") is None
