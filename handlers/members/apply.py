"""我要申请: what colleagues need to know is asked shortly, read back, and handed in; no answer refuses."""

import re
from collections.abc import Mapping

from config.entries import ApplicationPlan, Entry
from handlers import applying, wording
from handlers.service import Service, Turn, again
from models import application_member, applications
from models.applications import Application, Wanted
from models.base import Refused
from models.conversations import FROM, MOVED
from models.messages import Address, Choice, Outgoing

AGAIN = "改一改"
NOT_ANSWERS = frozenset({"name", "phone", "relatives", "check"})
HINTS = "提示"
"""The answer that holds what the member was told beside their answers, for the colleagues to see."""


async def begin(turn: Turn, slug: str) -> Outgoing:
    """Ask what is not known yet, or show how things stand for who has one that is open."""
    entry = turn.content.entry(slug)
    if entry is None or entry.application is None:
        return turn.say("search.nothing")
    if not entry.is_open(turn.now):
        raise Refused("closed")
    seen = await application_member.visible(turn.session, turn.member, turn.message.sender)
    running = [one for one in seen if one.slug == slug and one.ended_at is None]
    if running and not turn.private:
        raise Refused("applied_open")
    if running:
        return await applying.own(turn, running[0])
    private = any(question.private for question in entry.form)
    if private and not turn.private and not turn.ways.site:  # there is no page on which it could go on
        return turn.move("form:resume")
    known = {"name": turn.member.name or "", "phone": turn.member.phone or ""}
    return turn.start("entry", slug, {name: said for name, said in known.items() if said})


async def finish(turn: Turn, slug: str, answers: Mapping[str, str]) -> Outgoing:
    """Hand the application in, or let the member answer anew."""
    entry = turn.content.by_slug[slug]
    plan = entry.application
    if plan is None:
        raise Refused("form")
    if answers["check"] == AGAIN:
        where = {name: answers[name] for name in (FROM, MOVED) if name in answers}
        return turn.start("entry", slug, {**where, **again(answers)})
    if not entry.is_open(turn.now):
        raise Refused("closed")
    member, hints = turn.member, _hints(plan, answers)
    member.name, member.phone = member.name or answers["name"], member.phone or answers["phone"]
    application = await applications.submit(
        turn.session, member, _begun(turn, answers), _wanted(turn, entry, plan, answers, hints), now=turn.now
    )
    key = "apply.filed"
    if plan.pays_first:
        called = await applying.tell_staff(
            turn.session, turn.content, application, "apply.staff.urgent", at_once=True, now=turn.now
        )
        key = "apply.filed_urgent" if called else "apply.filed_nobody"
    return _filed(turn, application, key, hints)


def _begun(turn: Turn, answers: Mapping[str, str]) -> Address:
    """Return where the form was begun: what was let in from there may see the application."""
    channel, _, address = answers.get(FROM, "").partition(":")
    return Address(channel, address) if address else turn.message.sender


def _wanted(
    turn: Turn, entry: Entry, plan: ApplicationPlan, answers: Mapping[str, str], hints: list[str]
) -> Wanted:
    said = {question.name: answers[question.name] for question in entry.form if answers.get(question.name)}
    return Wanted(
        slug=entry.slug,
        plan=plan,
        version=turn.content.version,
        name=answers["name"],
        phone=answers["phone"],
        answers={**said, HINTS: "".join(hints)} if hints else said,
        relatives="、".join(re.split(r"[\s,，、;；]+", answers.get("relatives", ""))),
    )


def _hints(plan: ApplicationPlan, answers: Mapping[str, str]) -> list[str]:
    """Return what is said beside the answers that were given."""
    found = [told.get(answers.get(name, ""), "") for name, told in plan.hints.items()]
    return [hint for hint in found if hint]


def _filed(turn: Turn, application: Application, key: str, hints: list[str]) -> Outgoing:
    """Return the number, what happens next and by when, and which papers are wanted."""
    plan, until = application.rules, wording.by(application.promised, turn.now)
    parts = [turn.say(key, number=application.number, until=until).text]
    if plan.money:
        key = "apply.sum" if application.amount else "apply.sum_open"
        parts.append(turn.say(key, amount=application.amount, year=plan.year).text)
    parts += hints
    needed = [paper.label for paper in plan.papers if paper.needed]
    labels = needed or [paper.label for paper in plan.papers]
    papers: tuple[Choice, ...] = ()
    if labels:
        key = "apply.papers" if needed else "apply.papers_maybe"
        parts.append(turn.say(key, papers="、".join(labels)).text)
        papers = (turn.choice("apply.choices.papers", f"applied:papers:{application.id}"),)
    mine = turn.choice("apply.choices.mine", f"applied:show:{application.id}")
    human = turn.choice("answer.choices.human", "human")
    return Outgoing("\n\n".join(parts), (*papers, mine, human))


service = Service(name="apply", title="我要申请", actions={"apply": begin}, finishes={"apply": finish})
