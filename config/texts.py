"""The sentences of the program: a text and the buttons under it, by key."""

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, TypeAdapter, model_validator

from config.entries import Checked

FIRST = Path(__file__).parent / "content/texts.yaml"


class Text(Checked):
    """What the program says: *choices* maps each button's label to its action, in order."""

    text: str = Field(min_length=1)
    choices: Mapping[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_line(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fillable(self) -> Self:
        parts = [
            part for said in (self.text, *self.choices.values()) for part in string.Formatter().parse(said)
        ]
        if any(name == "" or spec or conversion for _, name, spec, conversion in parts):
            raise ValueError("text: between braces stands only the name of what is filled in")
        return self

    def fill(self, values: Mapping[str, object]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the text and its buttons with *values* filled in.

        Raises KeyError when a placeholder has no value.
        """
        choices = ((label, to.format_map(values)) for label, to in self.choices.items())
        return self.text.format_map(values), tuple(choices)

    @property
    def placeholders(self) -> frozenset[str]:
        """Return the names that must be filled in."""
        parts = (self.text, *self.choices.values())
        return frozenset(name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name)


@cache
def first_edition() -> Mapping[str, Text]:
    """Return the texts as they come with the program: every one is needed, with no other placeholders."""
    read = yaml.load(FIRST.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return TypeAdapter(dict[str, Text]).validate_python(read)
