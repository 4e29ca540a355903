"""Proposals (建议书) of members and delegates: taken in, acknowledged, passed to who deals with it, answered."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models import members
from models.base import Base, Moment, Refused
from models.crypto import Encrypted
from models.members import Member, moves_along
from models.messages import Address
from models.quiet import BEIJING

LONGEST, ANSWERED_WITHIN = 2000, timedelta(days=30)
RECEIVED, PASSED_ON, ANSWERED, WITHDRAWN = "received", "passed_on", "answered", "withdrawn"
OPEN = (RECEIVED, PASSED_ON)


class Proposal(Base):
    """One proposal; *delegate* says that a delegate wrote it, *office* who deals with it, *promised* until when."""

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(default="", index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    delegate: Mapped[bool]
    title: Mapped[str] = mapped_column(Encrypted)
    text: Mapped[str] = mapped_column(Encrypted)
    union: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=RECEIVED, index=True)
    office: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(Encrypted, default="")
    answered_by: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(Moment)
    promised: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def sender(self) -> Address:
        """Return where it was written."""
        return Address(self.channel, self.address)


async def hand_in(
    session: AsyncSession,
    member: Member,
    at: Address,
    title: str,
    text: str,
    *,
    delegate: bool,
    now: datetime,
) -> Proposal:
    """Take a proposal in and give it its number.

    Raises Refused: proposal_text.
    """
    if not title or not 0 < len(text) <= LONGEST:
        raise Refused("proposal_text")
    found = Proposal(
        number="", member_id=member.id, channel=at.channel, address=at.id, delegate=delegate, title=title, text=text,
        union=member.union_name, area=member.area, state=RECEIVED, office="", answer="", answered_by="", at=now,
        promised=now + ANSWERED_WITHIN,
    )  # fmt: skip
    session.add(found)
    await session.flush()
    found.number = f"JY{now.astimezone(BEIJING).year}-{found.id:04d}"
    return found


def pass_on(proposal: Proposal, office: str) -> None:
    """Give it to the *office* that deals with it.

    Raises Refused: proposal_over, proposal_office.
    """
    _refuse_over(proposal)
    if not office:
        raise Refused("proposal_office")
    proposal.state, proposal.office = PASSED_ON, office


def answer(proposal: Proposal, text: str, *, by: str, now: datetime) -> None:
    """Answer it, which ends it.

    Raises Refused: proposal_over, proposal_text.
    """
    _refuse_over(proposal)
    if not 0 < len(text) <= LONGEST:
        raise Refused("proposal_text")
    proposal.state, proposal.answer, proposal.answered_by, proposal.ended_at = ANSWERED, text, by, now


def withdraw(proposal: Proposal, *, now: datetime) -> None:
    """Let the member take it back.

    Raises Refused: proposal_over.
    """
    _refuse_over(proposal)
    proposal.state, proposal.ended_at = WITHDRAWN, now


async def visible(session: AsyncSession, member: Member, at: Address) -> list[Proposal]:
    """Return the proposals of *member* that may be seen *at* an address: those written there, or where it was let in from."""
    places = await members.places(session, at)
    return [one for one in await of(session, member) if one.sender.place in places]


async def named(session: AsyncSession, member: Member, at: Address, number: str) -> Proposal:
    """Return the proposal of this id.

    Raises Refused: proposal_unknown, for one that may not be seen *at* this address as for one that is not there.
    """
    found = [one for one in await visible(session, member, at) if str(one.id) == number]
    if not found:
        raise Refused("proposal_unknown")
    await session.refresh(found[0], with_for_update=True)  # a colleague may answer at the same moment
    return found[0]


async def of(session: AsyncSession, member: Member) -> list[Proposal]:
    """Return the proposals of *member*, the newest first."""
    query = select(Proposal).where(Proposal.member_id == member.id)
    return list(await session.scalars(query.order_by(Proposal.id.desc())))


def _refuse_over(proposal: Proposal) -> None:
    if proposal.state not in OPEN:
        raise Refused("proposal_over")


@moves_along
async def _move(session: AsyncSession, keep: Member, other: Member, _now: datetime) -> None:
    await session.execute(update(Proposal).where(Proposal.member_id == other.id).values(member_id=keep.id))
