"""What colleagues do towards a member about their case, and the letters that tell it: private words, or neutral ones elsewhere."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import confiding, wording
from handlers.confiding import Ways
from handlers.desk import Said
from handlers.service import letter
from models import appointments, case_lines, files, outbox
from models.appointments import Appointment
from models.attachments import Attachment
from models.cases import Case
from models.messages import Address, Choice, Outgoing
from models.staff import Staff

NOWHERE: frozenset[str] = frozenset()
"""The channels on which words about a case may pass when only a neutral letter is wanted."""


async def say(
    session: AsyncSession, content: Content, ways: Ways, case: Case, staff: str, said: Said, *, now: datetime
) -> None:
    """Bring the member what *staff* says, and the file that goes with it.

    Raises Refused: reply_missing, reply_long.
    """
    told = []
    if said.file:
        kept = Attachment(said.file.kept.hash, said.file.name)
        case_lines.say(session, case, staff, said.file.name, kind=said.file.kind, digest=kept.digest, now=now)
        await files.receive(session, said.file.kept, by=case.member_id, now=now)
        picture = said.file.kind == "photo"
        told.append(Outgoing("", picture=kept.reference) if picture else Outgoing("", file=kept.reference))
    if said.text or not said.file:
        case_lines.say(session, case, staff, said.text, now=now)
        told.append(_letter(content, case, "case.said", text=said.text))
    await tell(session, content, ways, case, *told, now=now)


async def tell(
    session: AsyncSession,
    content: Content,
    ways: Ways,
    case: Case,
    *letters: Outgoing,
    purpose: str = "",
    now: datetime,
) -> None:
    """Bring the member *letters* about their case to where it began: one neutral letter where they would not stay private.

    The address that the member named besides gets a neutral letter; *purpose* is what its button leads to.
    """
    purpose = purpose or f"case:show:{case.id}"
    sent = letters if ways.keeps(case.at) else letters[:1]
    for one in sent:
        told = confiding.discreet(content, ways, case.at, one, purpose)
        await outbox.put(session, case.at, told, due=now)
    also = reach(case)
    if also is not None:
        neutral = confiding.discreet(content, replace(ways, private=NOWHERE), also, letters[0], purpose)
        await outbox.put(session, also, neutral, due=now)


def reach(case: Case) -> Address | None:
    """Return the address that gets neutral letters besides the one where the case began."""
    channel, _, number = str(case.facts.get("reach", "")).partition(":")
    found = Address(channel, number)
    return found if channel and number and found != case.at else None


async def moved(
    session: AsyncSession, content: Content, ways: Ways, case: Case, reason: str, *, now: datetime
) -> None:
    """Tell the member how their case goes on; why it does only where it ends against their wish."""
    key = {"refused": "case.refused", "need_info": "case.need_info"}.get(case.state, "case.moved")
    await tell(
        session, content, ways, case,
        _letter(content, case, key, reason=reason, phone=content.duty.phone), now=now,
    )  # fmt: skip


async def closed(session: AsyncSession, content: Content, ways: Ways, case: Case, *, now: datetime) -> None:
    """Tell the member that their case is closed, and ask how it was: by one press, and never after danger to life."""
    told = _letter(content, case, "case.closed")
    if case.urgency != "P0":
        marks = tuple(
            Choice(content.texts[f"case.rate.{mark}"].text, f"case:rate:{case.id}:{mark}")
            for mark in ("good", "fair", "bad")
        )
        text = f"{told.text}\n{content.texts['case.rate'].text}"
        told = replace(told, text=text, choices=(*marks, *told.choices))
    await tell(session, content, ways, case, told, now=now)


async def propose(
    session: AsyncSession, content: Content, ways: Ways, case: Case, meeting: Appointment, *, now: datetime
) -> None:
    """Ask the member whether they come."""
    await _meeting(session, content, ways, case, meeting, "case.meeting", now=now)


async def call_off(
    session: AsyncSession, content: Content, ways: Ways, case: Case, meeting: Appointment, *, now: datetime
) -> None:
    """Tell the member that a meeting does not take place."""
    told = _letter(content, case, "case.meeting_off", date=wording.when(meeting.starts_at))
    await tell(session, content, ways, case, told, now=now)


async def remind(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Remind members of their meetings on the working day before, and ask again who has not answered; return how many."""
    duty = content.duty
    found = await appointments.due(session, holidays=duty.holidays, workdays=duty.workdays, now=now)
    for meeting, case in found:
        key = "case.meeting_soon" if meeting.state == appointments.AGREED else "case.meeting"
        await _meeting(session, content, ways, case, meeting, key, now=now)
    return len(found)


async def ask_sharing(
    session: AsyncSession, content: Content, ways: Ways, case: Case, names: str, *, now: datetime
) -> None:
    """Ask the member whether their case may be passed on to the parties called *names*."""
    told = sharing(content, case, names)
    await tell(session, content, ways, case, told, purpose=f"sharing:ask:{case.id}", now=now)


def sharing(content: Content, case: Case, names: str) -> Outgoing:
    """Return the question whether a case may be passed on, with its buttons."""
    asked = _letter(content, case, "case.sharing", parties=names)
    answers = tuple(
        Choice(content.texts[f"case.sharing.{said}"].text, f"sharing:{said}:{case.id}")
        for said in ("yes", "no")
    )
    return replace(asked, choices=(*answers, *asked.choices))


async def tell_workers(session: AsyncSession, content: Content, *, now: datetime) -> int:
    """Tell the phones of colleagues that a member has written, by the number of the case only; return how many."""
    found = await case_lines.unheard(session)
    for case, staff in found:
        await tell_colleague(session, content, case, staff, "desk.case_said", now=now)
    return len(found)


async def tell_colleague(
    session: AsyncSession, content: Content, case: Case, staff: Staff, key: str, *, now: datetime
) -> None:
    """Write to a colleague's phone, where one is bound; never more than the number of the case."""
    if staff.channel:
        told = letter(content, key, {"number": case.number})
        await outbox.put(session, Address(staff.channel, staff.address), told, due=now)


async def _meeting(
    session: AsyncSession,
    content: Content,
    ways: Ways,
    case: Case,
    meeting: Appointment,
    key: str,
    *,
    now: datetime,
) -> None:
    values = {"date": wording.when(meeting.starts_at), "place": meeting.place, "note": meeting.note}
    asked = _letter(content, case, key, **values)
    answers = tuple(
        Choice(content.texts[f"case.meeting.{said}"].text, f"case:{said}:{case.id}:{meeting.id}")
        for said in ("yes", "no")
    )
    told = replace(asked, choices=(*answers, *asked.choices))
    await tell(session, content, ways, case, told, now=now)


def _letter(content: Content, case: Case, key: str, **values: object) -> Outgoing:
    """Return a letter with the ways on: what is known of the case, a word back, and what the text has itself."""
    told = letter(content, key, {"number": case.number, **values})
    ways_on = (
        Choice(content.texts["case.choices.mine"].text, f"case:show:{case.id}"),
        Choice(content.texts["case.choices.say"].text, f"case:say:{case.id}"),
    )
    return replace(told, text=told.text.strip(), choices=(*ways_on, *told.choices))
