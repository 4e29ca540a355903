"""The parties that settle labour disputes together, to whom a case can be referred."""

from typing import Self

from pydantic import Field, model_validator

from config.entries import Checked

FIVE = 5


class Party(Checked):
    """One party; *contact* is who there takes a case, *named* whether somebody has written down who it is here."""

    key: str = Field(pattern=r"^[a-z]{2,20}$")
    name: str = Field(min_length=1, max_length=40)
    contact: str = ""
    named: bool = False


class Parties(Checked):
    """The five of them."""

    parties: tuple[Party, ...] = Field(min_length=FIVE, max_length=FIVE)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({party.key for party in self.parties}) != len(self.parties):
            raise ValueError("parties: a key stands twice")
        return self

    @property
    def by_key(self) -> dict[str, Party]:
        """Return the parties by their keys."""
        return {party.key: party for party in self.parties}
