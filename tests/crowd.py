"""A busy federation for tests of the console: members, events with places, talks, notices and questions, as many as asked for.

What members write holds the strings that a careless page would run.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.entries import ApplicationPlan, Paper
from models.applications import Application, ApplicationPaper, ApplicationStep
from models.case_deadlines import CaseDeadline
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case, CaseStep, CaseWorker
from models.consents import Consent
from models.events import Event
from models.files import File
from models.handoffs import HandOff, HandOffLine
from models.members import Contact, Member
from models.notices import Notice
from models.objections import Objection
from models.outbox import BULK, Letter
from models.payments import PaymentBatch, PaymentLine
from models.places import CONFIRMED, OFFERED, WAITING, Place
from models.polls import Poll
from models.proposals import Proposal
from models.unanswered import Unanswered

NASTY = '<img src=x onerror="alert(1)"><script>alert(2)</script>{{7*7}}'
FORMULA = '=HYPERLINK("http://example.invalid","x")'
UNION, AREA = "演示单位工会", "演示区域"
PER_STATEMENT = 500


async def fill(
    session: AsyncSession, *, members: int, events: int, talks: int, notices: int, now: datetime
) -> None:
    """Let a whole federation move in: every third place waits, every fourth talk is taken."""
    await _many(session, Member, [_member(n, now) for n in range(1, members + 1)])
    at = [{"channel": "telegram", "address": f"c{n}", "member_id": n} for n in range(1, members + 1)]
    await _many(session, Contact, at)
    before = await session.scalar(select(func.max(Event.id))) or 0
    await _many(session, Event, [_event(n, now) for n in range(1, events + 1)])
    await _many(session, Place, [_place(n, events, now, before) for n in range(1, members + 1)])
    await _many(session, HandOff, [_talk(n, members, now) for n in range(1, talks + 1)])
    await _many(session, HandOffLine, [_line(n, talks, now) for n in range(1, talks * 3 + 1)])
    await _many(session, Notice, [_notice(n, now) for n in range(1, notices + 1)])
    await _many(session, Letter, [_letter(n, notices, now) for n in range(1, members + 1)] if notices else [])
    await _many(session, Unanswered, [_question(n, now) for n in range(1, talks + 1)])


async def fill_again(session: AsyncSession, *, members: int, events: int, talks: int, now: datetime) -> None:
    """Let more members come to the events that are there, with talks and questions of their own."""
    first = (await session.scalar(select(func.max(Member.id))) or 0) + 1
    numbers = range(first, first + members)
    await _many(session, Member, [_member(n, now) for n in numbers])
    at = [{"channel": "telegram", "address": f"c{n}", "member_id": n} for n in numbers]
    await _many(session, Contact, at)
    await _many(session, Place, [_place(n, events, now) for n in numbers])
    await _many(session, HandOff, [_talk(n, first + members - 1, now) for n in range(first, first + talks)])
    await _many(session, Unanswered, [_question(n, now) for n in range(first, first + talks)])


async def fill_cases(session: AsyncSession, *, cases: int, worker: int, now: datetime) -> None:
    """Let the first members have cases, all in the hands of one colleague; more come when it is asked again."""
    first = (await session.scalar(select(func.max(Case.id))) or 0) + 1
    numbers = range(first, first + cases)
    await _many(session, Case, [_case(n, now) for n in numbers])
    await _many(session, CaseWorker, [{"case_id": n, "staff_id": worker, "since": now} for n in numbers])
    await _many(session, CaseLine, [_said(n, m, now) for n in numbers for m in range(3)])
    await _many(session, CaseDeadline, [_deadline(n, now) for n in numbers])
    await _many(session, CasePaper, [_paper(n, now) for n in numbers])
    await _many(session, CaseStep, [step for n in numbers for step in (_step(n, now), _asked(n, now))])
    await _many(session, Consent, [_agreed(n, now) for n in numbers])


async def fill_voices(session: AsyncSession, *, voices: int, now: datetime) -> None:
    """Let the first members write proposals, and strangers object to what is shown of them; more come when it is asked again."""
    first = (await session.scalar(select(func.max(Proposal.id))) or 0) + 1
    numbers = range(first, first + voices)
    before = await session.scalar(select(func.max(Application.id))) or 0
    await _many(session, Proposal, [_proposal(n, now) for n in numbers])
    await _many(session, Application, [_shown(before + n, now) for n in range(1, voices + 1)])
    objections = [
        {"application_id": before + n, "text": NASTY, "contact": NASTY, "at": now}
        for n in range(1, voices + 1)
    ]
    await _many(session, Objection, objections)
    await _many(session, Poll, [_poll(n, now) for n in numbers])


async def fill_applications(session: AsyncSession, *, number: int, now: datetime) -> None:
    """Let the first member apply, with a paper, an objection, a step and a payment each."""
    first = (await session.scalar(select(func.max(Application.id))) or 0) + 1
    numbers = range(first, first + number)
    await _many(session, Application, [_application(n, now) for n in numbers])
    await _many(session, ApplicationStep, [_handed_in(n, now) for n in numbers])
    await _many(session, Objection, [{"application_id": n, "text": NASTY, "at": now} for n in numbers])
    paper = {"hash": f"{first:064}", "size": 1, "type": "image/jpeg", "purpose": "application", "at": now}
    await _many(session, File, [paper])
    row = {"paper": "card", "name": NASTY, "digest": paper["hash"], "at": now}
    await _many(session, ApplicationPaper, [{"application_id": n, **row} for n in numbers])
    await _many(session, PaymentBatch, [{"id": n, "by": "li", "at": now} for n in numbers])
    line = {"amount": "1500", "state": "returned", "reason": NASTY, "settled_at": now}
    await _many(session, PaymentLine, [{"batch_id": n, "application_id": n, **line} for n in numbers])


async def _many(session: AsyncSession, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), PER_STATEMENT):
        await session.execute(insert(table), rows[start : start + PER_STATEMENT])


def _member(n: int, now: datetime) -> dict[str, Any]:
    return {
        "name": f"{NASTY if n % 10 == 1 else FORMULA if n % 10 == 2 else '会员'}{n}（演示）"[:50],
        "joined_at": now - timedelta(days=n % 180), "phone": f"1990000{n % 10_000:04}",
        "union_name": UNION if n % 2 else "另一单位工会（演示）", "area": AREA, "channel": "telegram",
    }  # fmt: skip


def _event(n: int, now: datetime) -> dict[str, Any]:
    starts = now + timedelta(days=n - 10)
    return {
        "slug": f"crowd-{n}", "kind": "contest", "title": f"{NASTY if n == 1 else '活动'}{n}", "number_prefix": "K",
        "starts": starts, "closes": starts - timedelta(days=1), "cap": 50, "place": "演示大厅",
        "union": UNION if n % 5 == 0 else "",
    }  # fmt: skip


def _place(n: int, events: int, now: datetime, before: int = 0) -> dict[str, Any]:
    state = (CONFIRMED, WAITING, CONFIRMED, OFFERED)[n % 4]
    return {
        "event_id": before + (n - 1) % events + 1, "member_id": n, "state": state, "since": now,
        "joined_at": now - timedelta(days=n % 30), "number": n, "code": f"{n:06}", "union": UNION,
        "name": f"{NASTY if n % 10 == 1 else FORMULA if n % 10 == 2 else '会员'}{n}", "phone": f"1990000{n % 10_000:04}",
        "answers": {"unit": NASTY, "note": FORMULA}, "channel": "telegram",
        "offered_until": now + timedelta(hours=5) if state == OFFERED else None,
    }  # fmt: skip


def _talk(n: int, members: int, now: datetime) -> dict[str, Any]:
    state = ("waiting", "closed", "waiting", "taken")[n % 4]
    return {
        "member_id": (n - 1) % members + 1, "channel": "telegram", "address": f"c{n}", "state": state,
        "urgency": ("", "P1", "", "P0")[n % 4], "about": "", "asked_at": now - timedelta(minutes=n),
        "promised": now + timedelta(minutes=30 - n), "taken_by": "li" if state == "taken" else "",
        "taken_at": now if state == "taken" else None, "closed_at": now if state == "closed" else None,
        "phone": None,
    }  # fmt: skip


def _line(n: int, talks: int, now: datetime) -> dict[str, Any]:
    return {
        "handoff_id": (n - 1) % talks + 1, "author": "member", "kind": "text", "file": "",
        "text": NASTY if n % 3 == 1 else f"第{n}句", "said_at": now - timedelta(minutes=n),
    }  # fmt: skip


def _notice(n: int, now: datetime) -> dict[str, Any]:
    return {
        "title": f"{NASTY if n == 1 else '通知'}{n}", "text": NASTY, "kind": "news", "topic": "activities",
        "audience": {"everybody": True}, "state": ("draft", "running", "done")[n % 3], "created_by": "wang",
        "created_at": now, "valid_hours": 24, "choices": [], "fills": {}, "send_at": now, "started_at": now,
        "recurrence": None, "results": None,
    }  # fmt: skip


def _letter(n: int, notices: int, now: datetime) -> dict[str, Any]:
    state = ("sent", "failed", "sent", "waiting")[n % 4]
    return {
        "channel": "telegram", "address": f"c{n}", "body": {}, "lane": BULK, "state": state, "due": now,
        "notice_id": (n - 1) % notices + 1, "member_id": n, "reason": "blocked" if state == "failed" else "",
        "settled_at": now if state != "waiting" else None, "created_at": now,
    }  # fmt: skip


def _question(n: int, now: datetime) -> dict[str, Any]:
    return {
        "text": NASTY if n % 10 == 1 else f"食堂几点开门{n}", "verdict": ("declined", "offered", "wrong")[n % 3],
        "wrong": "", "ranked": [], "asked_at": now - timedelta(minutes=n),
    }  # fmt: skip


def _proposal(n: int, now: datetime) -> dict[str, Any]:
    return {
        "number": f"JY2026-{n:04}", "member_id": n, "channel": "telegram", "address": f"c{n}", "delegate": n % 2 == 0,
        "title": NASTY, "text": NASTY, "answer": NASTY, "union": UNION, "area": AREA, "state": "received", "at": now,
        "promised": now + timedelta(days=n - 2),
    }  # fmt: skip


def _shown(n: int, now: datetime) -> dict[str, Any]:
    plan = ApplicationPlan(prefix="X", publicity_days=5)
    return {
        "number": f"X2026-{n:04}", "slug": "tuition-aid", "member_id": 1, "channel": "telegram", "address": "c1",
        "state": "publicity", "plan": plan.model_dump(mode="json"), "version": 1, "name": NASTY, "phone": "19900000001",
        "answers": {"why": NASTY}, "union": UNION, "area": AREA, "submitted_at": now, "promised": now,
        "due": now + timedelta(days=5),
    }  # fmt: skip


def _poll(n: int, now: datetime) -> dict[str, Any]:
    return {
        "question": f"{NASTY}{n}", "answers": [NASTY, "不去"], "union": UNION, "by": "wang", "opens": now,
        "closes": now + timedelta(days=1),
    }  # fmt: skip


def _case(n: int, now: datetime) -> dict[str, Any]:
    return {
        "number": f"2026-{n:04}", "member_id": 1, "channel": "telegram", "address": "c1", "employer_hash": "",
        "topic": ("wages", "injury", "dismissal")[n % 3], "state": ("assigned", "mediation")[n % 2],
        "urgency": f"P{n % 3 + 1}", "name": f"{NASTY}{n}", "phone": f"1990000{n % 10_000:04}", "employer": NASTY,
        "facts": {"what": NASTY, "goal": FORMULA, "workplace": UNION, "owed": "12000"}, "people": 1 + n % 4,
        "union": UNION, "area": AREA, "trade": "餐饮", "opened_at": now - timedelta(days=n % 90),
        "promised": now + timedelta(days=1), "answered_at": None, "closed_at": None, "result": "", "rating": "",
    }  # fmt: skip


def _said(n: int, m: int, now: datetime) -> dict[str, Any]:
    return {
        "case_id": n, "author": "member" if m else "li", "kind": "text", "text": NASTY if m == 1 else f"第{m}句",
        "said_at": now, "file": "", "digest": "",
    }  # fmt: skip


def _deadline(n: int, now: datetime) -> dict[str, Any]:
    day = (now + timedelta(days=n % 40)).date()
    return {
        "case_id": n, "kind": "limitation", "safe_day": day, "last_day": day, "note": NASTY, "by": "li", "at": now,
        "met_at": None,
    }  # fmt: skip


def _paper(n: int, now: datetime) -> dict[str, Any]:
    return {"case_id": n, "paper": "", "standing": "have", "name": NASTY, "digest": "", "at": now}


def _step(n: int, now: datetime) -> dict[str, Any]:
    return {
        "case_id": n, "kind": "state", "before": "", "after": "new", "by": "member", "reason": NASTY, "at": now,
    }  # fmt: skip


def _asked(n: int, now: datetime) -> dict[str, Any]:
    return {
        "case_id": n, "kind": "sharing", "before": "first", "after": "asked", "by": "li", "reason": "", "at": now,
    }  # fmt: skip


def _agreed(n: int, now: datetime) -> dict[str, Any]:
    return {"member_id": 1, "purpose": f"case_sharing:2026-{n:04}", "given_at": now}


def _application(n: int, now: datetime) -> dict[str, Any]:
    plan = ApplicationPlan(prefix="X", money=True, papers=(Paper(name="card", label="身份证"),))
    return {
        "number": f"X2026-{n:04}", "slug": "crowd", "member_id": 1, "channel": "telegram", "address": "c1",
        "state": ("publicity", "pay_returned", "union_check")[n % 3], "plan": plan.model_dump(mode="json"), "version": 1,
        "name": FORMULA if n % 2 else NASTY, "phone": f"1990000{n % 10_000:04}", "account": FORMULA,
        "answers": {"why": NASTY, "more": FORMULA}, "relatives": NASTY, "union": UNION, "area": AREA, "amount": "1500",
        "submitted_at": now - timedelta(days=n % 30), "promised": now, "due": now,
    }  # fmt: skip


def _handed_in(n: int, now: datetime) -> dict[str, Any]:
    return {
        "application_id": n, "kind": "state", "before": "", "after": "submitted", "by": "member", "reason": NASTY,
        "at": now,
    }  # fmt: skip
