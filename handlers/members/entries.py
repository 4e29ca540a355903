"""Answers by button: an entry, its detail, its papers, and "not this one"."""

from dataclasses import replace

from handlers import answers, enrolling
from handlers.service import Service, Turn
from models import unanswered
from models.messages import Choice, Outgoing

NEXT = 2


async def show(turn: Turn, slug: str) -> Outgoing:
    """Show the answer of an entry."""
    entry = turn.content.entry(slug)
    return await enrolling.show(turn, entry) if entry else turn.say("search.nothing")


async def detail(turn: Turn, slug: str) -> Outgoing:
    """Show the longer story of an entry."""
    entry = turn.content.entry(slug)
    return answers.detail(turn, entry) if entry and entry.detail else turn.say("search.nothing")


async def papers(turn: Turn, slug: str) -> Outgoing:
    """Show what to bring."""
    entry = turn.content.entry(slug)
    if entry is None or not entry.papers:
        return turn.say("search.nothing")
    return turn.say("answer.papers", title=entry.title, papers=entry.papers)


async def wrong(turn: Turn, slug: str) -> Outgoing:
    """Keep that the answer was wrong and show the next two candidates and a person."""
    conversation = turn.conversation
    if slug in conversation.ranked:
        asked = conversation.asked.get("text", "")
        ranked = tuple(conversation.ranked)
        unanswered.note(turn.session, asked, "wrong", ranked=ranked, wrong=slug, now=turn.now)
        conversation.ranked = [other for other in ranked if other != slug]
    others = [entry for other in conversation.ranked if (entry := turn.content.entry(other))][:NEXT]
    if not others:
        return turn.say("search.nothing_again")
    said = turn.say("search.next")
    return replace(said, choices=(*(Choice(e.title, f"show:{e.slug}") for e in others), *said.choices))


async def none(turn: Turn, _: str) -> Outgoing:
    """Take it that none of the offered ones was meant."""
    return turn.say("search.nothing_again")


service = Service(
    name="entries",
    title="办事指南",
    actions={"show": show, "detail": detail, "papers": papers, "wrong": wrong, "none": none},
)
