"""calculate: one question with its working, or a file of them that goes on whatever stands in a line."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.calculating import answer
from models.law.registry import CALCULATORS
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- a fixture
from tests.models.law.reference import content, law

EXAMPLES = Path(__file__).parents[2] / "data/calculator-examples.jsonl"


def test_batch_answers_every_example_as_expected(capsys, folder):  # noqa: F811
    code, out, err = run(capsys, "calculate", "--batch", str(EXAMPLES))

    wanted = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [line["id"] for line in told] == [line["id"] for line in wanted]
    kept = [
        {key: one["result"][key] for key in two["expected"]} for one, two in zip(told, wanted, strict=True)
    ]
    assert json.dumps(kept) == json.dumps([line["expected"] for line in wanted])
    assert not folder.exists()


def test_bad_lines_are_told_and_the_run_goes_on(capsys, folder, tmp_path):  # noqa: F811
    good = {"id": 7, "calculator": "retirement_age", "inputs": {"category": "male60", "born": "1965-01"}}
    lines = [
        b"nonsense", b"[]", b"\xff\xfe", b"[" * 100_000, b"",
        json.dumps({"id": "a", "calculator": "tax", "inputs": {}}).encode(),
        json.dumps({"id": ["b"], "calculator": "severance"}).encode(),
        json.dumps({**good, "inputs": {"category": "male60"}}).encode(),
        json.dumps({**good, "inputs": {**good["inputs"], "wage": 1}}).encode(),
        json.dumps(good).encode(),
        rb'{"id": "\ud800", "calculator": "severance", "inputs": {"\ud800": 1}}',
    ]  # fmt: skip
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")

    code, out, err = run(capsys, "calculate", "--batch", str(file))

    told = [json.loads(line) for line in out.splitlines()]
    unread = {"id": None, "error": "这一行读不懂，要写成一个JSON对象。"}
    assert (code, err) == (0, "")
    assert told[:8] == [
        unread, unread, unread, unread,
        {"id": "a", "error": "没有这个计算器。"},
        {"id": None, "error": "输入要写成“名称和值”。"},
        {"id": 7, "error": "还差一项：出生年月。（born）"},
        {"id": 7, "error": "不认识这一项：那个月的工资。（wage）"},
    ]  # fmt: skip
    assert (told[8]["id"], told[8]["result"]["month"]) == (7, "2025-02")
    assert told[9] == {"id": "\ud800", "error": "输入要写成“名称和值”。"}


def test_one_question_prints_its_working(capsys, folder):  # noqa: F811
    code, out, err = run(
        capsys,
        "calculate",
        "limitation_date",
        "kind=general",
        "known=2025-01-10",
        'interruptions=["2025-10-03"]',
    )

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "最稳妥的日子是2026年10月3日，请赶在这天以前。",
        "raw = 2026-10-03",
        "last_day = 2026-10-08",
        "expired_before = None",
        "· 从2025年1月10日起一年，到2026年1月10日。",
        "· 2025年10月3日重新开始算一年，到2026年10月3日。",
        "· 2026年10月3日是休息的日子，往后到第一个上班的日子2026年10月8日。",
        "§ 《劳动争议调解仲裁法》第27条（2008年起）",
        "§ 《民法典》第201、202、203条（2021年起）",
        "! 时间长了，单位可以提出时间过了，请早点找人看。",
    ]


def test_one_question_says_when_a_person_must_look(capsys, folder):  # noqa: F811
    own = ("hire=2025-01-01", "monthly=8000.50", "claim=2026-01-01", "protected=true")
    code, out, _ = run(capsys, "calculate", "double_wage", "kind=no_contract", *own)

    assert (code, "needs_human = True" in out.splitlines(), "theoretical = 88005.50" in out.splitlines()) == (
        0,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "calculate needs NAME key=value …, or --batch FILE"),
        (("severance", "--batch", "x"), 2, "calculate needs NAME key=value …, or --batch FILE"),
        (("severance", "start"), 2, "calculate needs NAME key=value …, or --batch FILE"),
        (("severance", "start=2020-01-01"), 1, "还差一项：最后一天在岗。（end）"),
        (("--batch", "/no/such/file"), 1, "[Errno 2] No such file or directory: '/no/such/file'"),
    ],
)
def test_wrong_use_is_told_in_a_line(capsys, folder, arguments, code, told):  # noqa: F811
    assert run(capsys, "calculate", *arguments) == (code, "", f"{told}\n")


def test_help_names_every_calculator(capsys, folder):  # noqa: F811
    code, out, _ = run(capsys, "calculate", "--help")

    assert (code, out.startswith("usage: run_bot.py calculate")) == (0, True)
    assert [name for name in CALCULATORS if name not in out] == []
    assert run(capsys, "calculate", "tax")[0] == 2


@settings(deadline=None)  # the first call reads the content
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_line_ends_the_run(line):
    assert set(answer(content(), law(), line)) == {"id", "error"}
