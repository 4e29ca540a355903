"""Forms: pure, so tried with tables and with everything hypothesis can think of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.entries import Question
from handlers.forms import SKIPPED, Form, read, read_file

TODAY = date(2026, 11, 24)
TEAM = Form(
    (
        Question(name="kind", ask="个人还是团体？", kind="choice", options=("个人", "团体")),
        Question(name="people", ask="几个人？", kind="number", when={"kind": "团体"}),
        Question(name="phone", ask="手机号？", kind="phone"),
    )
)


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("text", " 晨练 ", "晨练"),
        ("text", "  ", None),
        ("text", "字" * 501, None),
        ("text", "字" * 500, "字" * 500),
        ("number", "１２", "12"),
        ("number", "2.5", "2.5"),
        ("number", "三个", None),
        ("digits", "６２１4 6800-0012 3456", "123456"),
        ("digits", "123456", "123456"),
        ("digits", "12345", None),
        ("digits", "12345六", None),
        ("digits", "1" * 20, None),
        ("digits", "王芳 123456", None),
        ("phone", "13800000000", "13800000000"),
        ("phone", "138 0000-0000", "13800000000"),
        ("phone", "王芳 13800000000", "13800000000"),
        ("phone", "电话１３８００００００００", "13800000000"),
        ("phone", "1380000000", None),
        ("phone", "138000000001", None),
        ("phone", "12800000000", None),
        ("date", "2026年5月1日", "2026-05-01"),
        ("date", "2026-05-01", "2026-05-01"),
        ("date", "5月1日", "2026-05-01"),
        ("date", "2月30日", None),
        ("date", "下周", None),
        ("confirm", "对", "对"),
        ("confirm", "也许", None),
        ("photo", "晨练", None),
        ("file", "晨练", None),
    ],
)
def test_read_keeps_what_fits(kind, said, kept):
    assert read(Question(name="q", ask="？", kind=kind), said, today=TODAY) == kept


@pytest.mark.parametrize(
    ("asked", "sent", "kept"),
    [
        ("photo", "photo", "web:1"),
        ("file", "file", "web:1"),
        ("file", "photo", "web:1"),
        ("photo", "file", None),
        ("text", "photo", None),
    ],
)
def test_read_file_keeps_what_was_asked_for(asked, sent, kept):
    assert read_file(Question(name="q", ask="？", kind=asked), sent, "web:1") == kept


def test_form_asks_only_what_earlier_answers_call_for():
    alone = TEAM.accept({}, "个人", today=TODAY)
    together = TEAM.accept({}, "团体", today=TODAY)

    assert TEAM.next(alone).name == "phone"
    assert TEAM.next(together).name == "people"


def test_form_goes_back_one_answer_at_a_time():
    answers = {"kind": "团体", "people": "3"}

    assert TEAM.back(answers) == {"kind": "团体"}
    assert TEAM.back({"kind": "团体"}) == {}
    assert TEAM.back({}) is None


def test_form_refuses_what_does_not_fit_and_changes_nothing():
    answers = {"kind": "个人"}

    assert TEAM.accept(answers, "没有手机", today=TODAY) is None
    assert answers == {"kind": "个人"}


def test_form_takes_nothing_when_it_is_whole():
    assert TEAM.accept({"kind": "个人", "phone": "13800000000"}, "再来", today=TODAY) is None


@given(st.lists(st.text() | st.sampled_from(["个人", "团体", "3", "13800000000"]), max_size=20))
def test_form_ends_only_when_every_question_it_asked_is_answered(said):
    answers: dict[str, str] = {}
    for text in said:
        answers = TEAM.accept(answers, text, today=TODAY) or answers

    whole = TEAM.next(answers) is None
    assert whole == all(question.name in answers for question in TEAM.asked(answers))
    assert SKIPPED not in answers.values()
