"""All content at one moment: what the federation offers, in its own words, checked as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, Self, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.entries import Entry
from config.figures import Figures
from config.lists import Danger, Duty, FormText, Keep, Phone, Place, Retained
from config.notices import Template
from config.parties import Parties
from config.search_lists import Development, Guards
from config.texts import Text, first_edition
from config.wechat import WeChat

Body = Mapping[str, object]
Shelf = Literal["programmes", "articles", "texts", "lists", "notices"]
SHELVES: tuple[Shelf, ...] = ("programmes", "articles", "texts", "lists", "notices")
_T = TypeVar("_T")


class ContentError(Exception):
    """Content is wrong; the message is one line that names the file and the key.

    Where one *field* is to blame, *kind* is what pydantic calls the mistake and *limits* what it should have been.
    """

    def __init__(
        self, message: str, field: str = "", kind: str = "", limits: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.field, self.kind, self.limits = field, kind, limits or {}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of content as it lies in a file or a table: a shelf, a key and a body."""

    shelf: Shelf
    key: str
    body: Body
    file: str = ""


@dataclass(frozen=True)
class Content:
    """Everything members are told; *version* rises with each publication."""

    entries: tuple[Entry, ...]
    texts: Mapping[str, Text]
    phones: tuple[Phone, ...]
    places: tuple[Place, ...]
    duty: Duty
    danger: Danger
    guards: Guards
    development: Development
    forms: Mapping[str, FormText]
    figures: Figures
    retention: Mapping[Retained, Keep]
    parties: Parties
    wechat: WeChat
    notices: Mapping[str, Template]
    version: int = 0

    @classmethod
    def of(cls, pieces: Iterable[Piece], version: int = 0) -> Self:
        """Check *pieces* and put them together.

        Raises ContentError for the first mistake, naming file and key.
        """
        by_shelf: dict[Shelf, dict[str, Piece]] = {shelf: {} for shelf in SHELVES}
        for piece in pieces:
            by_shelf[piece.shelf][piece.key] = piece
        lists = by_shelf["lists"]
        stories = {**by_shelf["articles"], **by_shelf["programmes"]}
        content = cls(
            entries=tuple(_entry(stories[slug]) for slug in sorted(stories)),
            texts={key: _checked(Text, piece) for key, piece in by_shelf["texts"].items()},
            phones=_listed(tuple[Phone, ...], lists, "phones"),
            places=_listed(tuple[Place, ...], lists, "directory"),
            duty=_listed(Duty, lists, "duty"),
            danger=_listed(Danger, lists, "danger"),
            guards=_listed(Guards, lists, "guards"),
            development=_listed(Development, lists, "development"),
            forms=_listed(dict[str, FormText], lists, "forms"),
            figures=_listed(Figures, lists, "figures"),
            retention=_listed(dict[Retained, Keep], lists, "retention"),
            parties=_listed(Parties, lists, "parties"),
            wechat=_listed(WeChat, lists, "wechat"),
            notices={key: _checked(Template, piece) for key, piece in by_shelf["notices"].items()},
            version=version,
        )
        content._check(stories)
        return content

    @cached_property
    def by_slug(self) -> dict[str, Entry]:
        """Return the entries by slug."""
        return {entry.slug: entry for entry in self.entries}

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Return the telephone numbers that have been checked."""
        return frozenset(phone.number for phone in self.phones)

    def entry(self, slug: str) -> Entry | None:
        """Return the entry called *slug*."""
        return self.by_slug.get(slug)

    def title(self, slug: str) -> str:
        """Return what the entry *slug* is called; one that is gone has only its slug left."""
        found = self.by_slug.get(slug)
        return found.title if found else slug

    def dated(self, now: datetime) -> tuple[Entry, ...]:
        """Return the entries with a date ahead, the nearest first."""
        ahead = [(e.starts or e.closes, e) for e in self.entries]
        return tuple(
            e for day, e in sorted(((d, e) for d, e in ahead if d and d > now), key=lambda pair: pair[0])
        )

    def _check(self, stories: Mapping[str, Piece]) -> None:
        for key, first in first_edition().items():
            text = self.texts.get(key)
            if text is None:
                raise ContentError(f"texts.yaml: {key}: is missing")
            for name in sorted(text.placeholders - first.placeholders):
                raise ContentError(f"texts.yaml: {key}: nobody fills in {{{name}}}")
        for entry in self.entries:
            for button in entry.next:
                action, _, about = button.to.partition(":")
                if action in {"show", "detail", "papers", "notify", "call"} and about not in self.by_slug:
                    raise ContentError(f"{_name(stories[entry.slug])}: next: {button.to} leads nowhere")


def _name(piece: Piece) -> str:
    return piece.file or f"{piece.shelf}/{piece.key}"


def _entry(piece: Piece) -> Entry:
    return _checked(Entry, Piece(piece.shelf, piece.key, {**piece.body, "slug": piece.key}, piece.file))


def _checked(shape: type[_T], piece: Piece) -> _T:
    body = piece.body.get("") if "" in piece.body else piece.body
    try:
        return TypeAdapter(shape).validate_python(body)
    except ValidationError as error:
        problem = _first(error)
        where = [str(part) for part in problem["loc"]]
        message = ": ".join(part for part in (_name(piece), ".".join(where), problem["msg"]) if part)
        raise ContentError(message, "".join(where[-1:]), problem["type"], problem.get("ctx")) from error


def _listed(shape: type[_T], lists: Mapping[str, Piece], key: str) -> _T:
    if key not in lists:
        raise ContentError(f"lists/{key}: is missing")
    return _checked(shape, lists[key])


def _first(error: ValidationError) -> ErrorDetails:
    problems = error.errors()
    misspelt = (problem for problem in problems if problem["type"] == "extra_forbidden")
    return next(misspelt, problems[0])  # it is also why another key seems to be missing
