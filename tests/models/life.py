"""A made-up life in the federation: one row, or more, in every table that leads to a member, with words that can be looked for."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import ApplicationPlan
from models import (
    applications,
    case_deadlines,
    cases,
    consents,
    conversations,
    handling,
    inbox,
    interests,
    linking,
    membership,
    outbox,
    passes,
    places,
    proposals,
    roster,
    staff,
    unanswered,
)
from models.answers import NoticeAnswer
from models.application_states import ApplicationBar
from models.applications import ApplicationPaper, Wanted
from models.appointments import Appointment
from models.base import Base, Database
from models.case_deadlines import CaseDeadline
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case, CaseStep, CaseWorker, Filed
from models.events import Event
from models.files import RECEIVED, File
from models.handoffs import HandOff, HandOffLine
from models.members import Member
from models.messages import Address, Choice, Incoming, Outgoing
from models.migrate import declared
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.objections import Objection
from models.opinions import Opinion
from models.outbox import Letter
from models.pairs import Pair
from models.payments import PaymentBatch, PaymentLine
from models.places import Place
from models.rights import Grant
from models.roster import Holder
from models.works import Work

HERE = Address("web", "visitor-wumeng")
WORD, NAME, PHONE = "墨鱼", "乌梦（演示）", "13855550001"
"""What is told in private, who tells it, and their number."""
HOLDER = Holder(NAME, "6214680000222222", PHONE, "北冶", "上地")


def theirs() -> list[str]:
    """Return every table that leads to a member, however many steps away."""
    found = {"members"}
    for table in declared().sorted_tables:  # parents come before children
        if any(key.column.table.name in found for key in table.foreign_keys):
            found.add(table.name)
    return sorted(found)


async def lived(
    session: AsyncSession, member: Member, now, *, digests: tuple[str, str, str] = ("x", "y", "z")
) -> Case:
    """Let *member* leave a row everywhere; nothing is open any more. Return their case."""
    await roster.put(session, [HOLDER], source="演示", now=now)
    await membership.bind(session, member, (await roster.by_phone(session, PHONE))[0], now=now)
    li = await staff.add(session, "li", "李（演示）", "x", [Grant("caseworker")], now=now)
    at = {"member_id": member.id}
    talk, _ = await conversations.current(session, member, now=now)
    talk.open("card", "", "n")
    talk.answers, talk.asked, talk.choices = {"a": WORD}, {"text": WORD}, [[WORD, "f:1"]]
    await interests.note(session, member, "photo-contest", told="", now=now)
    await linking.ask(session, member, HERE, now=now)
    await membership.note(session, member, f"{WORD} 1", now=now)
    await consents.give(session, member, consents.SIGN_UP, "chess", now=now)
    passes.make(session, member, "aid:begin", now=now)
    unanswered.note(session, f"我是{NAME}，{WORD}", "declined", ranked=(), now=now)
    await inbox.put(session, [Incoming("1", HERE, text=WORD)], now=now)
    await outbox.put(session, HERE, Outgoing(f"{NAME}您好，{WORD}", (Choice(WORD, "menu"),)), due=now)
    kept = [
        File(hash=one, size=1, type="image/jpeg", uploaded_by=member.id, purpose=RECEIVED, at=now)
        for one in digests
    ]
    event = Event(slug="chess", kind="contest", title="象棋赛")
    notice = Notice(
        title="停水", text="停水", kind="news", audience={}, created_by="li", created_at=now, valid_hours=1
    )
    session.add_all([*kept, event, notice])
    await session.flush()
    place = Place(
        event_id=event.id,
        state="attended",
        since=now,
        joined_at=now,
        name=NAME,
        phone=PHONE,
        answers={"a": WORD},
        **at,
    )
    handoff = HandOff(
        channel=HERE.channel, address=HERE.id, phone=PHONE, asked_at=now, state="closed", closed_at=now, **at
    )
    filed = Filed("wages", "P1", NAME, PHONE, f"{WORD}厂", facts={"what": WORD, "reach": "phone:wu"})
    case = await cases.file(session, member, HERE, filed, promised=None, now=now)
    session.add_all([place, handoff])
    await session.flush()
    places.note(session, place, "state", "confirmed", "attended", by="li", now=now)
    await handling.label(session, handoff, ["欠薪"])
    await handling.read(session, handoff, "li", now=now)
    letter = {
        "channel": HERE.channel,
        "address": HERE.id,
        "lane": 3,
        "state": "sent",
        "due": now,
        "created_at": now,
    }
    deadline = CaseDeadline(
        case_id=case.id,
        kind="limitation",
        safe_day=now.date(),
        last_day=now.date(),
        note=WORD,
        by="li",
        at=now,
        met_at=now,
    )
    session.add_all([
        Opinion(place_id=place.id, asked_at=now, answer="good", words=WORD, answered_at=now),
        Pair(event_id=event.id, code_hash="x", wish={"name": NAME}, until=now, **at),
        Work(event="photo", number=1, title="晨练", story="公开", colour=True, group="手机", original=digests[0], shown=digests[0], thumbnail=digests[0],
             dhash="0", small=False, credited=True, consented_at=now, at=now, **at),
        Letter(body={"text": WORD}, notice_id=notice.id, **letter, **at),
        NoticeLine(notice_id=notice.id, fields={"座位": WORD}, **at),
        NoticeAnswer(notice_id=notice.id, action="human", at=now, **at),
        HandOffLine(handoff_id=handoff.id, author="member", kind="photo", text=WORD, digest=digests[1], said_at=now),
        HandOffLine(handoff_id=handoff.id, author="li", kind="note", text=f"{WORD}内部", said_at=now),
        CaseWorker(case_id=case.id, staff_id=li.id, since=now),
        CaseStep(case_id=case.id, kind="urgency", before="P1", after="P2", by="li", reason=WORD, at=now),
        CaseLine(case_id=case.id, author="member", kind="text", text=WORD, said_at=now),
        CaseLine(case_id=case.id, author="li", kind="note", text=f"{WORD}内部", said_at=now),
        CasePaper(case_id=case.id, paper="contract", standing="have", name=f"{WORD}合同.jpg", digest=digests[2], at=now),
        Appointment(case_id=case.id, starts_at=now + timedelta(days=1), place=WORD, note=WORD, by="li", at=now),
        deadline,
        *await _applied(session, member, digests[2], li.id, now),
    ])  # fmt: skip
    await session.flush()
    session.add(case_deadlines.CaseWarning(deadline_id=deadline.id, days=7, told_at=now))
    case.state, case.closed_at, case.result = "closed", now, "paid"
    await session.flush()
    return case


async def _applied(session: AsyncSession, member: Member, digest: str, staff_id: int, now) -> list[Base]:
    """Return the rows around an application that was paid; a proposal that was answered stands already."""
    answers = {"what": WORD}
    wanted = Wanted("tuition-aid", ApplicationPlan(prefix="X"), 1, NAME, PHONE, answers, f"{WORD}账号", WORD)
    found = await applications.submit(session, member, HERE, wanted, now=now)
    proposal = await proposals.hand_in(session, member, HERE, WORD, WORD, delegate=False, now=now)
    proposals.answer(proposal, f"{NAME}您好", by="li", now=now)
    applications.note(session, found, "state", "paid", by="li", reason=WORD, now=now)
    found.state, found.ended_at = "paid", now
    batch = PaymentBatch(by="li", at=now)
    session.add(batch)
    await session.flush()
    mine = {"application_id": found.id}
    return [
        ApplicationPaper(paper="diploma", name=f"{WORD}证.jpg", digest=digest, at=now, **mine),
        ApplicationBar(staff_id=staff_id, at=now, **mine),
        Objection(text=f"{NAME}不合条件", contact="别人", at=now, **mine),
        PaymentLine(batch_id=batch.id, amount="1", account=WORD, state="paid", reason=WORD, **mine),
    ]


async def dump(database: Database) -> dict[str, str]:
    """Return every row of every table as it stands there, by its table."""
    found = {}
    async with database.transaction() as session:
        for table in declared().sorted_tables:
            rows = await session.execute(text(f'SELECT * FROM "{table.name}"'))
            found[table.name] = "\n".join(" ".join(map(str, row)) for row in rows)
    return found
