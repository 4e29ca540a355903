"""The application that a page of the console is about, and who may decide of it."""

from handlers.console import NotFound, Visit
from models import application_board
from models.applications import Application
from models.base import Refused

READERS = frozenset({"administrator", "approver", "caseworker"})
"""Who sees applications at all."""
DECIDERS = frozenset({"administrator", "approver"})
"""Who decides and pays; what they have checked themselves somebody else decides."""


async def own(visit: Visit) -> Application:
    """Return the application of the address, alone while a form is worked on: two colleagues may press at once.

    Raises NotFound when there is none, or it lies outside of what this member of staff may see.
    """
    found = await application_board.within(visit.session, visit.scope, [visit.number], lock=bool(visit.form))
    if not found:
        raise NotFound
    return found[0]


def may_decide(visit: Visit, application: Application) -> bool:
    """Say whether this member of staff decides where the application comes from."""
    return visit.rights.scope(DECIDERS).allows(application.union, application.area)


def refuse_undecided(visit: Visit, application: Application) -> None:
    """Let only those decide who may.

    Raises Refused: apply_role.
    """
    if not may_decide(visit, application):
        raise Refused("apply_role")
