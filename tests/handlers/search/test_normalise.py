"""A question as the search reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.search.normalise import cut, is_english, plain, syllables, tokens, toneless, without


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  摄影，比赛！ ", "摄影 比赛"),
        ("ＡＢＣ１２３", "abc123"),
        ("Who CAN join?", "who can join"),
        ("😀😀", ""),
        ("a\0b", "a b"),
        ("①②", "12"),
        ("", ""),
    ],
)
def test_plain_keeps_letters_and_digits_of_one_width(text, expected):
    assert plain(text) == expected


@given(st.text(max_size=60))
def test_plain_twice_is_plain(text):
    once = plain(text)

    assert plain(once) == once
    assert not any(character.isspace() and character != " " for character in once)


@pytest.mark.parametrize(
    ("text", "phrases", "left"),
    [
        ("请问京卡怎么办", ["请问"], "京卡怎么办"),
        ("谢谢", ["谢谢"], "谢谢"),
        ("你好 京卡 谢谢", ["你好", "谢谢"], "京卡"),
        ("京卡", [], "京卡"),
    ],
)
def test_politeness_is_left_out_unless_nothing_else_is_there(text, phrases, left):
    assert without(text, phrases) == left


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("sheying", ("she", "ying")),
        ("xian", ("xian",)),
        ("bisai", ("bi", "sai")),
        ("nongmingong", ("nong", "min", "gong")),
        ("union", ()),
        ("x", ()),
        ("", ()),
        ("zzzz", ()),
    ],
)
def test_latin_word_is_cut_into_syllables_where_that_works(word, parts):
    assert cut(word) == parts


def test_very_long_latin_word_takes_no_time():
    assert cut("zhang" * 30 + "q") == ()


@pytest.mark.parametrize(("one", "other"), [("攝", "摄"), ("費", "费"), ("她", "他"), ("畢", "毕")])
def test_traditional_and_same_sounding_characters_sound_alike(one, other):
    assert toneless(one) == toneless(other)


def test_syllables_keep_what_is_no_pinyin():
    assert syllables(tokens("报名union2024")) == ["bao", "ming", "union", "2024"]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("who can join the union", True),
        ("sheying bisai", False),
        ("京卡 card", False),
        ("12345", False),
        ("", False),
        ("help", True),
    ],
)
def test_english_is_told_from_pinyin(text, english):
    assert is_english(text) is english
