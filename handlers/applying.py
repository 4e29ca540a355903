"""Applications as members read them: how one stands in plain words, what they can do, and the letters that tell each change."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import confiding, wording
from handlers.confiding import Ways
from handlers.service import Turn, letter
from models import application_member, application_states, application_watch, calls, members, outbox
from models.application_rules import OPEN_CHECKS, allowed
from models.application_watch import WAITING
from models.applications import Application
from models.members import Member
from models.messages import Address, Choice, Outgoing
from models.quiet import awake

TAIL = 4
"""How many digits of an account are shown."""


async def tell(
    session: AsyncSession,
    content: Content,
    ways: Ways,
    application: Application,
    *,
    now: datetime,
    reason: str = "",
) -> None:
    """Write the member the letter for the state that it is in now, once for each change; *reason* else stands in the change."""
    await session.flush()
    change = await application_member.last(session, application)
    told = await standing(session, content, application, now=now, reason=reason)
    await _put(session, content, ways, application, told, key=f"apply:{change.id}", now=now)


async def standing(
    session: AsyncSession, content: Content, application: Application, *, now: datetime, reason: str = ""
) -> Outgoing:
    """Return how *application* stands, what comes next and by when, with what the member can do."""
    final = await _final(session, application, now)
    change = await application_member.last(session, application)
    values = _values(content, application, reason or change.reason, now)
    said = letter(content, f"apply.state.{_face(application, final=final)}", values)
    said = replace(said, text=letter(content, "apply.one", {**values, "state": said.text}).text)
    if application.state in WAITING:
        key = "apply.promise" if application.promised > now else "apply.late"
        said = replace(said, text=said.text + letter(content, key, values).text)
    return replace(said, choices=_choices(content, application, final=final))


async def own(turn: Turn, application: Application) -> Outgoing:
    """Return how *application* stands, to the member who asks."""
    return await standing(turn.session, turn.content, application, now=turn.now)


async def tell_staff(
    session: AsyncSession,
    content: Content,
    application: Application,
    key: str,
    *,
    at_once: bool = False,
    now: datetime,
) -> int:
    """Write to those who decide, or to the duty list when none of them has a chat; return how many are told.

    They read no more than the number, once a promise, and at night only what must be seen *at_once*.
    """
    told = letter(content, key, {"number": application.number}, lane="reply")
    people = await application_watch.watchers(session, application)
    bound = [Address(one.channel, one.address) for one in people if one.channel]
    listed = [Address(one.channel, one.address) for one in content.duty.staff]
    told_to = dict.fromkeys(bound or listed)
    for at in told_to:
        once = f"{key}:{application.id}:{application.promised:%Y%m%d}:{at.place}"
        await outbox.put(session, at, told, due=now if at_once else awake(now), key=once)
    return len(told_to)


async def lapse(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Let lapse what waited too long, and tell the members; return how many."""
    found = await application_states.lapse(session, now=now)
    for application in found:
        await tell(session, content, ways, application, now=now)
    return len(found)


async def remind(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Remind members of papers that must come soon, and staff of what they promised; return how many."""
    days = {"holidays": content.duty.holidays, "workdays": content.duty.workdays}
    waiting = await application_watch.supplements(session, **days, now=now)
    for application in waiting:
        told = await standing(session, content, application, now=now)
        key = f"apply:{application.id}:papers:{application.due:%Y%m%d}"
        await _put(session, content, ways, application, told, key=key, now=now)
    promised = await application_watch.promises(session, **days, now=now)
    for application in promised:
        await tell_staff(session, content, application, "apply.staff.soon", now=now)
    return len(waiting) + len(promised)


async def tell_late(session: AsyncSession, content: Content, ways: Ways, *, now: datetime) -> int:
    """Tell members and staff that the promised day has passed, once a promise; return how many."""
    found = await application_watch.late(session, now=now)
    for application in found:
        await tell_staff(session, content, application, "apply.staff.late", now=now)
        told = await standing(session, content, application, now=now)
        key = f"apply:{application.id}:late:{application.promised:%Y%m%d}"
        await _put(session, content, ways, application, told, key=key, now=now)
    return len(found)


async def _put(
    session: AsyncSession,
    content: Content,
    ways: Ways,
    application: Application,
    told: Outgoing,
    *,
    key: str,
    now: datetime,
) -> None:
    """Put the letter where it stays private, else one that tells a lock screen nothing."""
    if not application.address:  # the member was forgotten
        return
    at = application.at
    sent = confiding.discreet(content, ways, at, told, f"applied:show:{application.id}")
    await outbox.put(session, at, sent, due=awake(now), key=key)
    final = await _final(session, application, now)
    if application_member.waits(application, now=now) and not final:
        await _call(session, content, application, now=now)


async def _call(session: AsyncSession, content: Content, application: Application, *, now: datetime) -> None:
    """Have a colleague call whom nothing else reaches; they read no more than the number."""
    member = await session.get_one(Member, application.member_id)
    if members.is_called(member, await members.contacts(session, member)):
        text = "apply.call_appeal" if application.state == "rejected" else "apply.call"
        told = letter(content, text, {"number": application.number})
        key = application_member.call(await application_member.last(session, application))
        await outbox.put(session, calls.address(member), told, due=now, key=key)


async def _final(session: AsyncSession, application: Application, now: datetime) -> bool:
    """Say whether nothing can be appealed any more."""
    over = application.due is not None and now >= application.due
    return application.state == "rejected" and (
        over or await application_states.appealed(session, application)
    )


def _face(application: Application, *, final: bool) -> str:
    """Return which words tell the state: some states need more than one."""
    if final:
        return "rejected_final"
    if application.state != "approved":
        return application.state
    if not application.rules.money:
        return "approved_help"
    return "approved" if application.account else "approved_account"


def _values(content: Content, application: Application, reason: str, now: datetime) -> Mapping[str, object]:
    until = application.promised if application.state in WAITING else application.due
    return {
        "number": application.number,
        "title": content.title(application.slug),
        "reason": reason.strip().rstrip("。"),
        "until": wording.by(until, now) if until else "",
        "amount": application.amount,
        "tail": application.account[-TAIL:],
    }


def _choices(content: Content, application: Application, *, final: bool) -> tuple[Choice, ...]:
    found = [
        Choice(content.texts[f"apply.choices.{label}"].text, f"applied:{step}:{application.id}")
        for label, step in _steps(application, final=final)
    ]
    if application.state in {"withdrawn", "lapsed"}:
        found.append(Choice(content.texts["apply.choices.again"].text, f"apply:{application.slug}"))
    menu = () if found else (Choice(content.texts["apply.choices.menu"].text, "menu"),)
    return (*found, *menu, Choice(content.texts["answer.choices.human"].text, "human"))


def _steps(application: Application, *, final: bool) -> Iterator[tuple[str, str]]:
    """Yield what the member can do now, each by its label and its name."""
    state = application.state
    if state == "needs_supplement":
        yield "more", "papers"
        yield "ready", "ready"
    elif state in OPEN_CHECKS and application.rules.papers:
        yield "papers", "papers"
    if state == "pay_returned" or (
        state == "approved" and application.rules.money and not application.account
    ):
        yield "account", "account"
    if state == "rejected" and not final:
        yield "appeal", "appeal"
    if "withdrawn" in allowed(application.rules, state):
        yield "quit", "quit"


async def may(turn: Turn, application: Application, step: str) -> bool:
    """Say whether the member can do *step* now: an old button may come late."""
    final = await _final(turn.session, application, turn.now)
    return step in {name for _, name in _steps(application, final=final)}
