"""The case that a page of the console is about: readable by those who work on it, to be given out by those in whose part it lies."""

from handlers.console import NotFound, Visit
from models import case_board
from models.cases import Case

CASEWORK = frozenset({"administrator", "caseworker"})
"""Who has to do with cases at all; reading one takes more than the role."""


async def own(visit: Visit, *, lock: bool = False) -> Case:
    """Return the case of the address.

    Raises NotFound when there is none, or this member of staff does not work on it now.
    """
    found = await case_board.one(visit.session, visit.staff, visit.number)
    if found is None:
        raise NotFound
    if lock:  # two colleagues may press at the same moment
        await visit.session.refresh(found, with_for_update=True)
    return found


async def within(visit: Visit, number: int) -> Case:
    """Return the case of that *number*, to be given to somebody, not to be read.

    Raises NotFound when it lies outside of what this member of staff may see, and they do not work on it.
    """
    found = await case_board.within(visit.session, visit.scope, visit.staff, number)
    if found is None:
        raise NotFound
    await visit.session.refresh(found, with_for_update=True)
    return found
