"""What a page of the staff console declares, and what its handlers are given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers.confiding import Ways
from handlers.search.index import Index
from handlers.wording import BEIJING
from models.base import Refused
from models.files import Store
from models.rights import ROLES, Rights, Scope
from models.staff import Staff
from models.staff_sessions import StaffSession

EVERYBODY = frozenset[str](ROLES)
ADMINISTRATORS = frozenset({"administrator"})
FIRST_YEAR, LAST_YEAR = 2020, 2100
MOST = 2**31 - 1
"""The greatest number that a row has; greater ones are nobody's."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class View:
    """A page to show: a template of `bot/web/templates/console` and what it is filled with."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Away:
    """Where the browser goes after something was done, and the sentence that it finds there."""

    to: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to take away."""

    name: str
    body: bytes
    type: str = "application/octet-stream"
    inline: bool = False


Reply = View | Away | Sheet


class NotFound(Exception):  # noqa: N818 -- an answer to the browser
    """There is no such thing, or it lies outside of what this member of staff may see: both look the same."""


@dataclass(slots=True)
class Visit:
    """One request in the course of being answered; pages take all they need from it.

    *path* holds the parts of the address, *form* what was sent; *scope* is the part of the federation that the page's roles open to
    *staff*; *fault* tells why the form was refused, and the page shows it with what was typed. *check* raises ContentError
    when content names a button or the end of a form that no service takes.
    """

    staff: Staff
    rights: Rights
    browser: StaffSession
    session: AsyncSession
    content: Content
    index: Index
    store: Store
    rates: Mapping[str, float]
    site: str
    ways: Ways
    now: datetime
    check: Callable[[Content], None]
    scope: Scope = field(default_factory=Scope)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    fault: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def today(self) -> datetime:
        """Return the present moment by Beijing's clock."""
        return self.now.astimezone(BEIJING)

    @property
    def number(self) -> int:
        """Return the number in the address.

        Raises NotFound when it is too long for any.
        """
        return whole(self.path["number"]) or 0

    @property
    def year(self) -> int:
        """Return the year that is asked for, the present one unless it is a year of four digits."""
        said = self.query.get("year", "")
        given = len(said) == len(str(LAST_YEAR)) and said.isascii() and said.isdecimal()
        return min(max(int(said) if given else self.today.year, FIRST_YEAR), LAST_YEAR)

    def said(self, name: str, default: str = "") -> str:
        """Return what was typed into the field *name*, without space around it; *default* when it was not sent."""
        return self.form[name][0].strip() if self.form.get(name) else default

    def chosen(self, name: str) -> list[str]:
        """Return all that was ticked under *name*."""
        return [value.strip() for value in self.form.get(name, ())]

    def moment(self, name: str) -> datetime | None:
        """Return the moment of a `datetime-local` field in Beijing's time; None when it was left empty.

        Raises Refused: moment_wrong.
        """
        if not (said := self.said(name)):
            return None
        try:
            return datetime.fromisoformat(said).replace(tzinfo=BEIJING)
        except ValueError as error:
            raise Refused("moment_wrong") from error

    def saw(self, about: str, detail: str = "") -> None:
        """Remember for the audit log that *about*, such as `/members/7`, was looked at or changed, too."""
        self.seen.append((about, detail))

    def say(self, key: str, **values: object) -> str:
        """Return the text called *key*."""
        return self.content.texts[key].fill(values)[0]


def why(content: Content, reason: str) -> str:
    """Return the sentence that tells staff why something was refused: their own where there is one, else the members'."""
    return (content.texts.get(f"staff.{reason}") or content.texts[f"refused.{reason}"]).text


def whole(said: str) -> int | None:
    """Return the number that *said* is; None when it is empty.

    Raises NotFound when it is none.
    """
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) <= len(str(MOST)) and int(said) <= MOST):
        raise NotFound
    return int(said)


Handler = Callable[[Visit], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do on a page, sent as its form with `do=<name>`; *roles* None means those of the page.

    What is *silent* changes nothing, as a preview, and is not written down.
    """

    title: str
    run: Handler
    roles: frozenset[str] | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the console; menu, rights, audit and the default tests are made from this.

    *path* begins with a slash and stands under `/console`; its parts `{number}` and `{key}` are read by the page.
    *roles* may open it; *personal* pages show members' data, so that each look is written down; *live* gives the part
    that changes by itself; *menu* is its name there, and *rank* its place.
    """

    path: str
    title: str
    roles: frozenset[str]
    show: Handler
    actions: Mapping[str, Action] = field(default_factory=dict)
    live: Handler | None = None
    personal: bool = False
    menu: str = ""
    rank: int = 99
