"""What is shown in public before it is approved, and what is held against it: settled by a colleague who has checked nothing of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import CHECKS
from models import application_states, applications, objections
from models.application_rules import allowed
from models.applications import Application
from models.base import Refused
from models.crypto import lookup_hash
from models.objections import Objection
from models.rights import Scope
from models.staff import Staff

PUBLICITY, PAGE = "publicity", 50
Outcome = Literal["dismissed", "back", "rejected"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""An objection is unfounded, or it leads back to the last check, or to a refusal."""


class Shown(NamedTuple):
    """One line of a list, with the whole name, which the page masks."""

    id: int
    slug: str
    name: str
    union: str
    amount: str
    due: datetime

    @property
    def key(self) -> str:
        """Return what the line is called in addresses: it does not tell the number of the application."""
        return lookup_hash(f"publicity:{self.id}")[:20]


class Row(NamedTuple):
    """What the list of objections tells of one, without a word of it."""

    id: int
    state: str
    at: datetime
    number: str
    slug: str
    union: str
    due: datetime | None


async def shown(session: AsyncSession, *, now: datetime) -> list[Shown]:
    """Return what is on the lists now; what is over has gone from them."""
    columns = (Application.id, Application.slug, Application.name, Application.union, Application.amount)
    query: Select[*tuple[Any, ...]] = select(*columns, Application.due)
    query = query.where(Application.state == PUBLICITY, Application.due > now)
    rows = await session.execute(query.order_by(Application.slug, Application.union, Application.id))
    return [Shown(*row) for row in rows]


async def line(session: AsyncSession, key: str, *, now: datetime) -> Shown | None:
    """Return the line that is called *key* while it is shown."""
    return next((one for one in await shown(session, now=now) if one.key == key), None)


async def object_to(session: AsyncSession, key: str, text: str, contact: str, *, now: datetime) -> Objection:
    """Take in what somebody holds against the line called *key*.

    Raises Refused: objection_over, objection_text.
    """
    found = await line(session, key, now=now)
    if found is None:
        raise Refused("objection_over")
    # nobody approves it while an objection comes in
    application = await session.get_one(Application, found.id, with_for_update=True)
    return await objections.object_to(session, application, text, contact, now=now)


async def settle(
    session: AsyncSession, objection: Objection, staff: Staff, outcome: Outcome, reason: str, *, now: datetime
) -> Application:
    """Let *staff* say what was found about *objection*; one that is upheld takes the application from the list.

    Raises Refused: objection_checker, objection_settled, apply_reason, apply_own, apply_relative.
    """
    application = await session.get_one(Application, objection.application_id, with_for_update=True)
    await application_states.refuse_near(session, application, staff)
    steps = await applications.steps(session, application)
    if staff.login in {step.by for step in steps if step.kind == "check"}:
        raise Refused("objection_checker")
    upheld = outcome != "dismissed"
    objections.settle(objection, upheld=upheld, reason=reason, by=staff.login, now=now)
    if upheld and application.state == PUBLICITY:
        after = allowed(application.rules, PUBLICITY)
        to = "rejected" if outcome == "rejected" else next(check for check in CHECKS if check in after)
        await application_states.move(session, application, to, staff, reason=reason, now=now)
    return application


async def listed(session: AsyncSession, scope: Scope, state: str, *, page: int) -> Sequence[Row]:
    """Return a page of the objections in that *state* and one more, the oldest first."""
    query = _within(
        select(
            Objection.id, Objection.state, Objection.at, Application.number,
            Application.slug, Application.union, Application.due,
        ),
        scope,
    )  # fmt: skip
    query = query.where(Objection.state == state).order_by(Objection.id).offset(page * PAGE).limit(PAGE + 1)
    return [Row(*row) for row in await session.execute(query)]


async def one(session: AsyncSession, scope: Scope, number: int) -> tuple[Objection, Application] | None:
    """Return the objection of that *number* with its application, if it lies within *scope*."""
    query = _within(select(Objection, Application), scope).where(Objection.id == number)
    found = (await session.execute(query.with_for_update(of=Objection))).one_or_none()
    return None if found is None else (found[0], found[1])


async def waiting(session: AsyncSession, scope: Scope) -> int:
    """Count the objections that nobody has settled."""
    query = _within(select(func.count(Objection.id)), scope).where(Objection.state == "open")
    return await session.scalar(query) or 0


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    joined = query.join(Application, Application.id == Objection.application_id)
    return scope.narrow(joined, Application.union, Application.area)
