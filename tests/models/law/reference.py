"""What the tests of the calculators share: the law's real figures, and a short way to ask."""

from functools import cache

from config import files
from config.content import Content
from config.settings import CONTENT_DIR
from models.law.registry import calculate
from models.law.result import Result
from models.law.tables import Law


@cache
def content() -> Content:
    """Return the real content."""
    return Content.of(files.read(CONTENT_DIR))


@cache
def law() -> Law:
    """Return the real figures."""
    return Law.of(content())


def ask(name: str, **inputs: object) -> Result:
    """Run a calculator."""
    return calculate(name, inputs, law())


def numbers(name: str, *wanted: str, **inputs: object) -> tuple[object, ...]:
    """Run a calculator and return the numbers called *wanted*."""
    found = ask(name, **inputs).numbers
    return tuple(found[one] for one in wanted)


def warned(result: Result) -> list[str]:
    """Return the keys of what a result warns of."""
    return [note.key for note in result.warnings]


def assumed(result: Result) -> list[str]:
    """Return the keys of what a result takes to be so, figures by their title."""
    return [str(note.values.get("title", note.key)) for note in result.assumptions]
