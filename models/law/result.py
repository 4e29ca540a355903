"""What a calculator finds: numbers, how they came about, on which law they rest, and what to mind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Number = str | int | bool | None
"""A number of a result: money and other decimals are text, so that nothing is lost on the way."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence by its *key* below `law.`, and what is filled in."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Basis:
    """A law, its articles, and since when it is so."""

    law: str
    articles: tuple[str, ...] = ()
    since: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a calculation; *summary* says it in a sentence, *needs_human* that a person must look."""

    numbers: Mapping[str, Number]
    summary: Note
    working: tuple[Note, ...]
    basis: tuple[Basis, ...]
    assumptions: tuple[Note, ...]
    warnings: tuple[Note, ...]
    needs_human: bool


@dataclass(slots=True)
class Notes:
    """What is written down on the way to a result."""

    working: list[Note] = field(default_factory=list)
    assumptions: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    needs_human: bool = False

    def did(self, key: str, **values: object) -> None:
        """Write down a step."""
        self.working.append(Note(key, values))

    def assume(self, key: str, **values: object) -> None:
        """Write down what was taken to be so, once."""
        if (note := Note(key, values)) not in self.assumptions:
            self.assumptions.append(note)

    def warn(self, key: str, *, human: bool = False, **values: object) -> None:
        """Write down what to mind, once; *human* says that a person must look."""
        if (note := Note(key, values)) not in self.warnings:
            self.warnings.append(note)
        self.needs_human = self.needs_human or human

    def result(self, numbers: Mapping[str, Number], summary: Note, *basis: Basis) -> Result:
        """Return the result."""
        return Result(
            dict(numbers), summary, tuple(self.working), basis,
            tuple(self.assumptions), tuple(self.warnings), self.needs_human,
        )  # fmt: skip


def cents(amount: Fraction) -> str:
    """Return *amount*, which is never negative, to the cent, half up."""
    whole = (200 * amount.numerator + amount.denominator) // (2 * amount.denominator)
    return f"{whole // 100}.{whole % 100:02d}"


def plain(number: Fraction) -> str:
    """Return a number of at most two decimals without needless noughts, as 7.5 or 12."""
    text = cents(number)
    return text.rstrip("0").rstrip(".")


def counted(number: Fraction) -> int | str:
    """Return a count: whole ones as such, others as text."""
    return int(number) if number.denominator == 1 else plain(number)
