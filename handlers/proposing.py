"""The letters about proposals: members hear what becomes of theirs, colleagues what is to be answered soon."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import confiding, wording
from handlers.confiding import Ways
from handlers.service import letter
from models import outbox, proposal_board, staff
from models.messages import Address
from models.proposals import ANSWERED, Proposal
from models.quiet import awake
from models.rights import ANSWERING, Scope


def until(proposal: Proposal) -> str:
    """Return the day before which it is answered, as members read it."""
    return wording.day(proposal.promised.astimezone(wording.BEIJING))


async def tell(
    session: AsyncSession, content: Content, ways: Ways, proposal: Proposal, *, now: datetime
) -> None:
    """Write to the member where they wrote it: in full where that stays private, else one neutral line."""
    values = {"number": proposal.number, "office": proposal.office, "answer": proposal.answer,
              "until": until(proposal), "proposal": proposal.id}  # fmt: skip
    key = "proposal.letter.answered" if proposal.state == ANSWERED else "proposal.letter.passed_on"
    told = letter(content, key, values)
    purpose = f"proposal:show:{proposal.id}"
    told = confiding.discreet(content, ways, proposal.sender, told, purpose)
    await outbox.put(session, proposal.sender, told, due=awake(now))


async def remind(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell colleagues of what is to be answered within five days, and of what is late: once each; return how many."""
    found = await proposal_board.due(session, now=now)
    people = await _bound(session) if found else {}
    for proposal in found:
        near = "late" if proposal.promised <= now else "soon"
        values = {"number": proposal.number, "until": wording.when(proposal.promised)}
        told = letter(content, f"proposal.staff.{near}", values, lane="reply")
        mine = [at for at, scope in people.items() if scope.allows(proposal.union, proposal.area)]
        for at in mine or [Address(one.channel, one.address) for one in content.duty.staff]:
            key = f"proposal:{proposal.id}:{near}:{at.place}"
            await outbox.put(session, at, told, due=awake(now), key=key)
    return len(found)


async def _bound(session: AsyncSession) -> dict[Address, Scope]:
    """Return the chats of the colleagues who deal with proposals, each with the part of the federation that is theirs."""
    everybody = [one for one in await staff.listed(session) if one.channel]
    rights = await staff.rights_of(session, everybody)
    return {
        Address(one.channel, one.address): rights[one.id].scope(ANSWERING)
        for one in everybody
        if rights[one.id].roles & ANSWERING
    }
