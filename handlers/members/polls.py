"""投票: a poll is answered with one press, and its shares are told when it is over; nobody sees who chose what."""

from dataclasses import replace

from handlers import wording
from handlers.service import Service, Turn
from models import polls
from models.base import Refused
from models.messages import Choice, Outgoing
from models.polls import Poll

MOST, ON_BUTTON, DIGITS = 6, 14, 9


async def all_polls(turn: Turn) -> Outgoing:
    """List the polls that ask the member now, and those that have ended lately."""
    asking = await polls.running(turn.session, turn.member, now=turn.now)
    over = await polls.ended(turn.session, turn.member, now=turn.now)
    found = [*asking, *over][:MOST]
    if not found:
        return turn.say("poll.none")
    said = turn.say("poll.list")
    buttons = tuple(Choice(poll.question[:ON_BUTTON], f"poll:{poll.id}") for poll in found)
    return replace(said, choices=(*buttons, *said.choices))


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Show a poll (`poll:<poll>`), take a vote (`poll:<poll>:<answer>`), or list them all."""
    number, _, answer = about.partition(":")
    if not _is_number(number):
        return await all_polls(turn)
    poll = await turn.session.get(Poll, int(number))
    if poll is None:
        raise Refused("poll_others")
    if not answer:
        return await _show(turn, poll)
    chosen = int(answer) if _is_number(answer) else -1
    await polls.vote(turn.session, poll, turn.member, chosen, now=turn.now)
    return turn.say("poll.voted", until=wording.when(poll.closes))


async def _show(turn: Turn, poll: Poll) -> Outgoing:
    """Ask, say that they have voted, or tell the shares, as it stands now."""
    polls.refuse_others(poll, turn.member)
    if turn.now < poll.opens:
        raise Refused("poll_closed")
    if turn.now >= poll.closes:
        return await _result(turn, poll)
    until = wording.when(poll.closes)
    if await polls.has_voted(turn.session, poll, turn.member):
        return turn.say("poll.waits", question=poll.question, until=until)
    said = turn.say("poll.ask", question=poll.question, until=until)
    answers = (Choice(answer, f"poll:{poll.id}:{number}") for number, answer in enumerate(poll.answers))
    return replace(said, choices=(*answers, *said.choices))


async def _result(turn: Turn, poll: Poll) -> Outgoing:
    shares = await polls.shares(turn.session, poll, now=turn.now)
    if shares is None:
        return turn.say("poll.few", question=poll.question)
    told = "\n".join(f"{answer} {share}%" for answer, share in shares)
    return turn.say("poll.result", question=poll.question, shares=told)


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) <= DIGITS


service = Service(
    name="polls",
    title="投票",
    words=("投票", "我要投票", "参加投票", "投票结果"),
    answer=all_polls,
    actions={"poll": pressed},
)
