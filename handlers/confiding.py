"""What is private between a member and the union: it passes where the channel keeps it, else on our own page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from models import passes
from models.members import Member
from models.messages import Address, Choice, Outgoing

RESUME = "form:resume"
"""The purpose of going on with a form."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How private matters reach members: the channels that may carry them, and the address of our own page.

    *site* is empty while members cannot reach the page over public https: then there is only the telephone, and a person.
    *grade* is what the account on WeChat may do, empty without one. *beside* are channels without buttons and files, where
    a long form may go on on the page: each with the address at which its platform itself tells us who comes, or with nothing.
    """

    private: frozenset[str] = frozenset({"web"})
    site: str = ""
    grade: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)

    def keeps(self, at: Address) -> bool:
        """Say whether private words may go to this address."""
        return at.channel in self.private


def link(
    session: AsyncSession, ways: Ways, member: Member, purpose: str, *, at: Address, now: datetime
) -> str:
    """Return the address of our page at which *member*, who asks *at*, goes on with *purpose*.

    Where no platform tells who comes, it holds for 15 minutes and once.
    """
    if purpose == RESUME and (known := ways.beside.get(at.channel)):
        return known
    return f"{ways.site}/c/{passes.make(session, member, purpose, at=at, now=now)}"


def moved(
    session: AsyncSession,
    content: Content,
    ways: Ways,
    member: Member,
    purpose: str,
    *,
    at: Address,
    now: datetime,
) -> Outgoing:
    """Return the message that leads to our page, or, where there is none, to the telephone and a person."""
    if not ways.site:
        return _say(content, "private.phone", {"phone": content.duty.phone})
    there = Choice(
        content.texts["private.open"].text, url=link(session, ways, member, purpose, at=at, now=now)
    )
    said = _say(content, "private.move", {})
    return Outgoing(said.text, (there, *said.choices))


def discreet(content: Content, ways: Ways, at: Address, letter: Outgoing, purpose: str) -> Outgoing:
    """Return *letter* where it stays private, marked as such, else one that tells a lock screen nothing.

    Its button asks for a link to our page, for *purpose*, when it is pressed: links do not last.
    """
    if ways.keeps(at):
        return replace(letter, private=True)
    look = Choice(content.texts["private.look"].text, f"private:{purpose}")
    return replace(_say(content, "private.letter", {}), choices=(look,), lane=letter.lane)


def _say(content: Content, key: str, values: Mapping[str, object]) -> Outgoing:
    text, choices = content.texts[key].fill(values)
    return Outgoing(text, tuple(Choice(label, to) for label, to in choices))
