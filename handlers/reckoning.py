"""Results of the law's calculators in words, for members, for staff and for the command line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from config.content import Content
from handlers.wording import full_day
from models.law.inputs import WrongInput
from models.law.result import Basis, Note, Result

_WHOLE = re.compile(r"(\d+)\.00")


@dataclass(frozen=True, slots=True)
class Told:
    """A result in words: the outcome in a sentence, how it came about, the law, and what to mind."""

    summary: str
    working: tuple[str, ...]
    basis: tuple[str, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def law(self) -> str:
        """Return the laws in one line."""
        return "、".join(self.basis)


def told(content: Content, result: Result) -> Told:
    """Put *result* into words."""
    return Told(
        _said(content, f"sum.{result.summary.key}", result.summary.values),
        _lines(content, result.working),
        tuple(_basis(one) for one in result.basis),
        _lines(content, result.assumptions),
        _lines(content, result.warnings),
    )


def why(content: Content, wrong: WrongInput) -> str:
    """Say what is wrong with an input."""
    name = content.texts.get(f"law.field.{wrong.field}")
    return _said(content, f"wrong.{wrong.reason}", {"field": name.text if name else wrong.field})


def _lines(content: Content, notes: tuple[Note, ...]) -> tuple[str, ...]:
    return tuple(_said(content, note.key, note.values) for note in notes)


def _said(content: Content, key: str, values: Mapping[str, object]) -> str:
    return content.texts[f"law.{key}"].fill({name: _shown(value) for name, value in values.items()})[0]


def _shown(value: object) -> str:
    """Return a value as it is read: a date with its year, a round sum without cents."""
    if isinstance(value, date):
        return full_day(value)
    return _WHOLE.sub(r"\1", str(value))


def _basis(one: Basis) -> str:
    articles = f"第{'、'.join(one.articles)}条" if one.articles else ""
    return f"{one.law}{articles}（{one.since}）"
