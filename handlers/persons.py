"""The member whom a page of the console is about, and why somebody does what they do to them."""

from handlers.console import NotFound, Visit
from models import lookup
from models.base import Refused
from models.members import Member

KEEPERS = frozenset({"administrator", "caseworker"})
"""Who keeps the members' data."""


async def one(visit: Visit, number: int) -> Member:
    """Return the member of that number.

    Raises NotFound when there is none, or they lie outside of what this member of staff may see.
    """
    found = await lookup.one(visit.session, visit.scope, number)
    if found is None:
        raise NotFound
    return found


def reason(visit: Visit) -> str:
    """Return why it is done, for the audit log.

    Raises Refused: why_missing.
    """
    if not (said := visit.said("reason")):
        raise Refused("why_missing")
    return said
