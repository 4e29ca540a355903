"""What a member of staff may do, and for which part of the federation."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, false, or_

Role = Literal["administrator", "editor", "organiser", "caseworker", "approver", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)
ANSWERING: frozenset[Role] = frozenset({"administrator", "organiser", "caseworker"})
"""Who speaks with members."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one union, for one area, or with neither for the whole federation."""

    role: Role
    union: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the federation that somebody may see: all of it, or some unions and areas."""

    whole: bool = False
    unions: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()

    def allows(self, union: str, area: str) -> bool:
        """Say whether something of this union and area lies within."""
        return self.whole or union in self.unions or area in self.areas

    def narrow(self, query: Select[*tuple[Any, ...]], union: Any, area: Any) -> Select[*tuple[Any, ...]]:
        """Leave in *query* what lies within, by the columns *union* and *area* of its rows."""
        return query if self.whole else query.where(self.within(union, area))

    def within(self, union: Any, area: Any) -> ColumnElement[bool]:
        """Return the condition that rows lie within unless it is the whole federation."""
        inside = [union.in_(sorted(self.unions))] if self.unions else []
        if self.areas:
            inside.append(area.in_(sorted(self.areas)))
        return or_(false(), *inside)


EVERYWHERE = Scope(whole=True)


@dataclass(frozen=True, slots=True)
class Rights:
    """All that one member of staff may do."""

    grants: tuple[Grant, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def scope(self, roles: Collection[str]) -> Scope:
        """Return where one of *roles* is held."""
        held = [grant for grant in self.grants if grant.role in roles]
        return Scope(
            any(not grant.union and not grant.area for grant in held),
            frozenset(grant.union for grant in held if grant.union),
            frozenset(grant.area for grant in held if grant.area),
        )
