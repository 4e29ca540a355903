"""What staff write down for a notice: its words, whom it is for and when it goes; and the ready templates."""

import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from config.entries import Checked
from config.recurrence import Recurrence

Kind = Literal["urgent", "service", "news"]
Topic = Literal["activities", "training", "aid", "law", "journal"]
TOPICS: tuple[Topic, ...] = ("activities", "training", "aid", "law", "journal")
Standing = Literal["registered", "waiting", "attended", "missed"]
Reached = Literal["got", "missed", "answered"]
Texts = str | tuple[str, ...]
NAME, OF_EVENT = "name", frozenset(["event", "date", "place"])
OF_TIME = frozenset(["month", "quarter"])
"""Placeholders that the program fills in: for each member, from the event, from the day it goes."""
LONGEST, LONGEST_CAPTION = 1000, 900
VALID = timedelta(days=7)
"""How long after its time a notice may still arrive, when its author does not say."""


class AtEvent(Checked):
    """Members by what they have of an event; its name in the content is *slug*."""

    slug: str
    standing: tuple[Standing, ...] = ("registered",)


class OfNotice(Checked):
    """Members by how they were reached by the notice of that *number*."""

    number: int
    was: Reached = "got"


class Audience(Checked):
    """Whom a notice is for: all keys given must hold; of the values of one key any."""

    everybody: bool = False
    topics: tuple[Topic, ...] = ()
    areas: tuple[str, ...] = ()
    unions: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    event: AtEvent | None = None
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    notice: OfNotice | None = None
    sheet: bool = False
    any: tuple["Audience", ...] = ()
    without: "Audience | None" = None

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields if name != "without"):
            raise ValueError("an audience says whom it is for, if it is everybody: true")
        return self

    @property
    def own(self) -> bool:
        """Say whether it is about what members have or are: a sign-up, an earlier notice, a line of a sheet, an office."""
        asked = self.event is not None or self.notice is not None or self.sheet or bool(self.roles)
        return asked or (bool(self.any) and all(part.own for part in self.any))


class Button(Checked):
    """A button under a notice: *to* is an action such as `show:photo-contest` or `human`, *url* a page."""

    label: str = Field(max_length=14)
    to: str = Field("", max_length=50, pattern=r"^([a-z]+(:[a-z0-9:._-]+)?)?$")
    url: str = Field("", pattern=r"^(https://.+)?$")

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if bool(self.to) == bool(self.url):
            raise ValueError("a button has an action or a url")
        if self.to.startswith("poll:") and self.to.count(":") > 1:  # presses of notices are kept
            raise ValueError("to: leads to a poll, never to one of its answers")
        return self


def _plain(text: str) -> bool:
    """Say whether braces hold nothing but names: a letter must not fail on its words, nor tell more than a value."""
    try:
        held = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return False
    return not any(
        not name or name.isdecimal() or set(name) & set(".[") or spec or conversion
        for _, name, spec, conversion in held
    )


class Template(Checked):
    """A ready notice, to be completed; *fills* are the values of its {placeholders}."""

    title: str = Field(min_length=1, max_length=30)
    text: str = Field(min_length=1, max_length=LONGEST)
    kind: Kind = "news"
    topic: Topic | None = None
    picture: str = ""
    file: str = ""
    choices: tuple[Button, ...] = Field((), max_length=8)
    event: str = ""
    fills: Mapping[str, str] = {}
    audience: Audience | None = None
    recurrence: Recurrence | None = None
    valid_hours: int = Field(int(VALID / timedelta(hours=1)), ge=1, le=24 * 90)
    once: bool = False

    @property
    def placeholders(self) -> frozenset[str]:
        """Return the names that stand in braces."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.text) if name)

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Self:
        if not _plain(self.text):
            raise ValueError("text: braces hold a name, as in {name}; a brace itself is written twice")
        if set(self.title) & set("{}"):
            raise ValueError("title: is the same for everybody and has no braces")
        return self

    @model_validator(mode="after")
    def _has_topic(self) -> Self:
        if self.kind == "news" and self.topic is None:
            raise ValueError(f"topic: news has one of {', '.join(TOPICS)}, so that members may turn it off")
        if self.picture and self.file:
            raise ValueError("file: a notice carries a picture or a file, not both")
        if (self.picture or self.file) and len(self.text) > LONGEST_CAPTION:
            raise ValueError(f"text: beside a picture or file at most {LONGEST_CAPTION} characters")
        return self


class Plan(Template):
    """A notice as its author writes it; *template* and *template_version* tell what it was made from."""

    audience: Audience
    template: str = ""
    template_version: int = 0
    send_at: datetime | None = None
    send_until: datetime | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.kind == "service" and not self.audience.own:
            raise ValueError(
                "kind: a service notice is about an event, a notice or a sheet of the members themselves"
            )
        for name in ("send_at", "send_until"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name}: needs its time zone, as in 2026-12-01T09:00+08:00")
        if self.send_at and self.send_until and self.send_until <= self.send_at:
            raise ValueError("send_until: lies before send_at")
        if self.recurrence and (self.send_at or self.send_until):
            raise ValueError("recurrence: says when by itself; valid_hours tells how long each is good for")
        return self

    def unknown(self, more: frozenset[str] = frozenset()) -> list[str]:
        """Return the placeholders that nobody fills in; *more* are the columns of its sheet."""
        known = {NAME, *OF_TIME, *self.fills, *more, *(OF_EVENT if self.event else ())}
        return sorted(self.placeholders - known)


def plan(said: Mapping[str, Any], templates: Mapping[str, Template]) -> Plan:
    """Return the notice that *said* describes, completed from the template it names.

    Raises ValueError, in one line, for the first mistake.
    """
    name = str(said.get("template", ""))
    if name and name not in templates:
        raise ValueError(f"template: there is no {name}")
    ready = templates[name].model_dump(exclude_unset=True) if name else {}
    fills = {**ready.get("fills", {}), **(said.get("fills") or {})}
    whole = {**ready, **said, "fills": fills}
    try:
        return TypeAdapter(Plan).validate_python(whole)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        told = problem["msg"].removeprefix("Value error, ")
        raise ValueError(f"{where}: {told}" if where else told) from error
