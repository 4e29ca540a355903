"""What is known of those who write, of many at once: their records, their talk, the list they were shown."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from models import handoffs, outbox
from models.conversations import Conversation
from models.handoffs import HandOff
from models.members import Contact, Member
from models.messages import Address
from models.shown_lists import ShownList

_CHANGED = "changed"


class Sender(NamedTuple):
    """Who writes from one address; of who writes for the first time nothing is known."""

    contact: Contact | None = None
    member: Member | None = None
    conversation: Conversation | None = None
    handoff: HandOff | None = None
    shown: ShownList | None = None

    @property
    def is_led(self) -> bool:
        """Say whether a colleague speaks with them: then every word is for the colleague."""
        return self.handoff is not None and self.handoff.state == "taken"


STRANGER = Sender()


async def known(session: AsyncSession, chats: Collection[Address]) -> dict[Address, Sender]:
    """Return who writes from *chats*, those of whom something is known."""
    asked = {"channels": list({at.channel for at in chats}), "addresses": [at.id for at in chats]}
    session.info.pop(_CHANGED, None)
    found = await session.execute(_known(), asked)
    return {row[0].at: Sender(*row) for row in found}


def is_stale(session: AsyncSession) -> bool:
    """Say whether rows were changed since `known` that the session does not know of: merged, moved or forgotten ones.

    Letters do not count: nothing is read from them.
    """
    return _CHANGED in session.info


@cache
def _known() -> Select[*tuple[Any, ...]]:
    """Return the query, made once: making it takes longer than running it."""
    waits = and_(HandOff.member_id == Member.id, HandOff.state.in_(handoffs.OPEN))
    seen = and_(ShownList.channel == Contact.channel, ShownList.address == Contact.address)
    query = select(Contact, Member, Conversation, HandOff, ShownList).select_from(Contact)
    query = query.join(Member, Member.id == Contact.member_id)
    query = query.outerjoin(Conversation, Conversation.member_id == Member.id)
    query = query.outerjoin(HandOff, waits).outerjoin(ShownList, seen)
    of = (
        Contact.channel.in_(bindparam("channels", expanding=True)),
        Contact.address.in_(bindparam("addresses", expanding=True)),
    )
    return query.where(*of).order_by(HandOff.id)


@event.listens_for(Session, "do_orm_execute")
def _note(state: ORMExecuteState) -> None:
    changes = state.is_update or state.is_delete
    if changes and state.statement.table is not outbox.TABLE:  # type: ignore[attr-defined]  # as both have one
        state.session.info[_CHANGED] = True
