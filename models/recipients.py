"""To whom the letters of a notice went, for staff who are asked about one of them."""

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import roster
from models.members import Member
from models.notices import Notice
from models.outbox import Letter
from models.rights import Scope

PAGE = 50


async def search(
    session: AsyncSession, scope: Scope, notice: Notice, *, who: str = "", state: str = "", after: int = 0
) -> list[tuple[Letter, Member]]:
    """Return a page of the letters of *notice* to members within *scope*: to *who*, in that *state*, behind *after*.

    *who* is a part of a name, the name of a union or a mobile number.
    """
    query: Select[Letter, Member] = select(Letter, Member).join(Member, Member.id == Letter.member_id)
    query = query.where(Letter.notice_id == notice.id, Letter.id > after)
    if state:
        query = query.where(Letter.state == state)
    if phone := roster.mobile(who):
        cards = [card.id for card in await roster.by_phone(session, phone)]
        query = query.where(Member.roster_id.in_(cards))
    elif who:
        query = query.where(or_(Member.name.contains(who, autoescape=True), Member.union_name == who))
    found = await session.execute(
        scope.narrow(query, Member.union_name, Member.area).order_by(Letter.id).limit(PAGE)
    )
    return [(letter, member) for letter, member in found]
