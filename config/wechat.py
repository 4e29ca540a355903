"""What the Official Account shows and sends: its menu, and the forms of letters that go outside of a talk."""

from typing import Literal, Self

from pydantic import Field, model_validator

from config.entries import Checked

TOP_BYTES, BELOW_BYTES, KEY_BYTES = 16, 60, 128
"""How long names and keys of a menu may be (wechat spec 1.5)."""
SAYS = "say:"
"""Marks a menu entry that is as good as typing its words."""


class Entry(Checked):
    """An entry of the menu: it presses a button, says words, or opens a page of ours."""

    label: str
    to: str = ""
    says: str = ""
    page: str = Field("", pattern=r"^(/[a-z0-9/-]*)?$")

    @model_validator(mode="after")
    def _one_and_short(self) -> Self:
        if sum(map(bool, (self.to, self.says, self.page))) != 1:
            raise ValueError(f"{self.label}: needs one of to, says, page")
        if len(self.label.encode()) > BELOW_BYTES or len(self.key.encode()) > KEY_BYTES:
            raise ValueError(f"{self.label}: is too long for WeChat's menu")
        return self

    @property
    def key(self) -> str:
        """Return what WeChat sends back when it is tapped."""
        return f"{SAYS}{self.says}" if self.says else self.to


class Column(Checked):
    """One of the three buttons at the bottom and what opens above it."""

    label: str
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=5)

    @model_validator(mode="after")
    def _short(self) -> Self:
        if len(self.label.encode()) > TOP_BYTES:
            raise ValueError(f"{self.label}: is too long for WeChat's menu")
        return self


class Form(Checked):
    """A template or subscription notice that the account has: its id, and what each of its fields says.

    A field's name tells its kind and so its length (thing1, time2, phrase3); *fields* may hold {text} and {when}.
    *kinds* are the letters it is for: those with a moment, and notices that are no advertising (wechat spec 1.3).
    """

    id: str
    fields: dict[str, str] = Field(min_length=1)
    route: Literal["template", "notice"] = "template"
    kinds: frozenset[Literal["timely", "service", "urgent"]] = frozenset({"timely", "service", "urgent"})


class WeChat(Checked):
    """All of it; without forms nothing leaves but within the 48 hours."""

    menu: tuple[Column, ...] = Field((), max_length=3)
    forms: tuple[Form, ...] = ()
