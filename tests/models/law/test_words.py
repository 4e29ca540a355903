"""Every step, warning, summary and mistake of the calculators has its words, with all that they need."""

import re
from pathlib import Path

import pytest

from handlers import reckoning
from models.law import inputs
from models.law.inputs import WrongInput
from models.law.registry import CALCULATORS, calculate
from tests.models.law.reference import content, law
from tests.models.law.test_inputs import EXAMPLES

HERE = Path(inputs.__file__).parent
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in sorted(HERE.glob("*.py")))


def keys(pattern: str) -> set[str]:
    return set(re.findall(pattern, SOURCE))


def test_every_note_has_a_text():
    notes = keys(r'(?:did|assume|warn)\(\s*"([a-z_0-9.]+)"') | keys(r'warn\(\s*"([a-z_0-9.]+)" if')

    assert len(notes) > 60
    assert {note for note in notes if f"law.{note}" not in content().texts} == set()


def test_every_summary_has_a_text():
    summaries = (
        keys(r'Note\(\s*"([a-z_.]+)"') | keys(r'key = "([a-z_.]+)"') | keys(r'else "([a-z]+\.[a-z_]+)"')
    )

    assert len(summaries) > 20
    texts = content().texts
    assert {key for key in summaries if f"law.sum.{key}" not in texts and f"law.{key}" not in texts} == set()


def test_every_text_of_the_calculators_is_used():
    parts = {key.removeprefix("law.") for key in content().texts if key.startswith("law.")}
    notes = {
        part.removeprefix("sum.")
        for part in parts
        if not part.startswith(("wrong.", "field.", "title.", "option."))
    }

    made = ("overtime.", "probation.")  # the kind of day or contract is the end of these
    assert {note for note in notes if f'"{note}"' not in SOURCE and not note.startswith(made)} == set()


def test_every_mistake_and_field_has_a_text():
    reasons = keys(r'(?:WrongInput|_wrong)\("([a-z_]+)"') | set(inputs._REASONS.values())
    fields = {
        name for calculator in CALCULATORS.values() for kind in calculator.kinds for name in kind.model_fields
    }

    assert {reason for reason in reasons if f"law.wrong.{reason}" not in content().texts} == set()
    assert {field for field in fields if f"law.field.{field}" not in content().texts} == set()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_example_is_told_in_words(example):
    told = reckoning.told(content(), calculate(example["calculator"], example["inputs"], law()))

    assert told.summary
    assert told.working
    assert told.law.endswith("起）")
    assert not re.search(
        r"[{}]|None|\.00", "".join([told.summary, *told.working, *told.assumptions, *told.warnings])
    )


def test_mistake_is_told_with_the_name_of_its_field():
    assert reckoning.why(content(), WrongInput("missing", "avg12")) == "还差一项：前12个月平均工资。"
    assert reckoning.why(content(), WrongInput("unknown", "wages")) == "不认识这一项：wages。"
