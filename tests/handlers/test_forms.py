"""Forms: pure, so tried with tables and with everything hypothesis can think of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.entries import Question
from handlers.forms import SKIPPED, Form, answered, coded, read, read_file, step, tick, ticked

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
        ("date", "去年10月", "2025-10-01"),
        ("confirm", "对", "对"),
        ("confirm", "也许", None),
        ("photo", "晨练", None),
        ("file", "晨练", None),
    ],
)
def test_read_keeps_what_fits(kind, said, kept):
    assert read(Question(name="q", ask="？", kind=kind), said, today=TODAY) == kept


@pytest.mark.parametrize(
    ("said", "unit", "kept"),
    [
        ("8千", "", "8000"),
        ("8000元", "", "8000"),
        ("1万2", "", "12000"),
        ("1万2千", "", "12000"),
        ("1万2千5", "", "12500"),
        ("1万零500", "", "10500"),
        ("1万零5", "", "10005"),
        ("1万2000", "", "12000"),
        ("1.25万", "", "12500"),
        ("3千5百", "", "3500"),
        ("三千五", "", "3500"),
        ("两万", "", "20000"),
        ("8百5", "", "850"),
        ("12K", "", "12000"),
        ("1w", "", "10000"),
        ("大概8千块钱", "", "8000"),
        ("8000左右", "", "8000"),
        ("¥12,000.50", "", "12000.50"),
        ("10.5小时", "小时", "10.5"),
        ("12年", "年", "12"),
        ("12年", "个月", None),
        ("12年", "", None),
        ("1亿", "", None),
        ("万", "", None),
        ("千2", "", None),
        ("8千到9千", "", None),
        ("-5", "", None),
        ("1234567890", "", None),
    ],
)
def test_sums_are_read_as_members_write_them(said, unit, kept):
    assert read(Question(name="q", ask="？", kind="number", unit=unit), said, today=TODAY) == kept


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("day", "今天", "2026-11-24"),
        ("day", "昨天", "2026-11-23"),
        ("day", "前天", "2026-11-22"),
        ("day", "去年5月1日", "2025-05-01"),
        ("day", "前年的5月1号", "2024-05-01"),
        ("day", "今年 5月1日", "2026-05-01"),
        ("day", "19年5月6日", "2019-05-06"),
        ("day", "98年5月6日", "1998-05-06"),
        ("day", "20190506", "2019-05-06"),
        ("day", "20191306", None),
        ("day", "2019年5月", None),
        ("day", "201905", None),
        ("day", "去年", None),
        ("month", "1972年8月", "1972-08"),
        ("month", "1972-08", "1972-08"),
        ("month", "1972.8", "1972-08"),
        ("month", "197208", "1972-08"),
        ("month", "72年8月份", "1972-08"),
        ("month", "1972年8月15日", "1972-08"),
        ("month", "去年8月", "2025-08"),
        ("month", "这个月", "2026-11"),
        ("month", "上个月", "2026-10"),
        ("month", "1972年13月", None),
        ("month", "197213", None),
        ("month", "8月", None),
        ("month", "不记得", None),
    ],
)
def test_days_and_months_are_read_as_members_write_them(kind, said, kept):
    assert read(Question(name="q", ask="？", kind=kind), said, today=TODAY) == kept


def test_short_answers_stand_beside_what_is_written():
    day = Question(name="q", ask="？", kind="day", options=("今天", "不知道"), means={"不知道": ""})
    years = Question(name="q", ask="？", kind="number", unit="个月", options=("1年",), means={"1年": "12"})

    assert [read(day, said, today=TODAY) for said in ("今天", "不知道", "5月1日", "也许")] == [
        "2026-11-24", "不知道", "2026-05-01", None,
    ]  # fmt: skip
    assert [read(years, said, today=TODAY) for said in ("1年", "18个月", "2年")] == ["1年", "18", None]


def test_choice_with_full_width_signs_may_be_typed():
    question = Question(name="q", ask="？", kind="choice", options=("没错，报名", "改一改"))

    assert read(question, "没错，报名", today=TODAY) == "没错，报名"


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


TRIED = Question(
    name="tried", ask="找过谁？", kind="several", options=("单位", "劳动监察", "仲裁"),
    codes=("employer", "inspection", ""),
)  # fmt: skip
LEFT = Question(name="left", ask="还能找谁？", kind="several", options=TRIED.options, without="tried")
WHO = Form(
    (
        TRIED,
        LEFT,
        Question(name="when", ask="哪天去的？", kind="date", past=True, when={"tried": ("劳动监察", "仲裁")}),
    )
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("1", "单位"),
        ("1 3", "单位、仲裁"),
        ("3、1", "单位、仲裁"),
        ("单位和仲裁", "单位、仲裁"),
        ("第二个，单位", "单位、劳动监察"),
        ("仲裁 仲裁", "仲裁"),
        ("4", None),
        ("0", None),
        ("老乡", None),
        ("单位 老乡", None),
    ],
)
def test_several_options_are_named_by_words_and_numbers(said, kept):
    assert read(TRIED, said, today=TODAY) == kept


def test_choice_is_taken_whatever_its_punctuation():
    check = Question(name="check", ask="？", kind="choice", options=("没错，报名", "改一改"))

    assert read(check, "没错，报名", today=TODAY) == "没错，报名"


def test_ticks_are_set_and_taken_away_and_end_with_the_answer():
    once = tick(TRIED, {"name": "王芳"}, "仲裁", on=True)
    twice = tick(TRIED, tick(TRIED, once, "仲裁", on=True), "单位", on=True)

    assert ticked(TRIED, twice) == ("单位", "仲裁")
    assert ticked(TRIED, tick(TRIED, twice, "仲裁", on=False)) == ("单位",)
    assert (step(twice), step({"name": "王芳"})) == (1, 1)
    assert answered(twice, TRIED, "单位、仲裁") == {"name": "王芳", "tried": "单位、仲裁"}


def test_what_was_ticked_before_is_not_offered_again():
    asked = WHO.asked({"tried": "单位"})

    assert [(q.name, q.options) for q in asked] == [
        ("tried", TRIED.options), ("left", ("劳动监察", "仲裁"))
    ]  # fmt: skip
    assert [q.name for q in WHO.asked({"tried": "单位、劳动监察、仲裁"})] == ["tried", "when"]


def test_question_is_called_for_by_any_of_several_answers():
    assert "when" in [q.name for q in WHO.asked({"tried": "单位、仲裁"})]
    assert "when" not in [q.name for q in WHO.asked({"tried": "单位"})]
    assert "when" not in [q.name for q in WHO.asked({"tried": ""})]


def test_answers_are_told_by_what_the_program_calls_them():
    said = {"tried": "单位、劳动监察、仲裁、街道", "left": "", "when": "2026-11-01", "other": "x"}

    assert coded(WHO.questions, said) == {"tried": "employer,inspection", "when": "2026-11-01"}


def test_options_have_a_code_each_or_none():
    with pytest.raises(ValueError, match="each option needs one"):
        Question(name="q", ask="？", kind="choice", options=("是", "不是"), codes=("yes",))


@given(st.lists(st.sampled_from(TRIED.options), max_size=6))
def test_several_is_read_as_it_is_written(chosen):
    told = read(TRIED, "、".join(chosen), today=TODAY)

    assert (told or "").split("、") == [o for o in TRIED.options if o in chosen] or not chosen
