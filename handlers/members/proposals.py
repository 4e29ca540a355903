"""写建议: a member or delegate hands in a proposal, sees how it stands, reads the answer, takes it back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from handlers import forms, proposing
from handlers.service import Service, Turn
from models import proposals
from models.messages import Choice, Outgoing
from models.proposals import ANSWERED, OPEN, Proposal

FORM, DELEGATE = "proposal", "delegate"
TITLE, ON_BUTTON, MOST = 20, 10, 7
Step = Callable[[Turn, Proposal], Awaitable[Outgoing]]


async def begin(turn: Turn) -> Outgoing:
    """Ask for one thing that should be better."""
    return turn.start(FORM)


async def finish(turn: Turn, _: str, answers: Mapping[str, str]) -> Outgoing:
    """Hand the proposal in, and say its number and until when it is answered."""
    questions = forms.Form(turn.content.forms[FORM].questions).asked(answers)
    delegate = forms.coded(questions, answers)["check"] == DELEGATE
    text = turn.say(
        "proposal.text", what=answers["what"], people=answers["people"] or "-", wish=answers["wish"]
    )
    found = await proposals.hand_in(
        turn.session, turn.member, turn.message.sender, answers["what"][:TITLE], text.text,
        delegate=delegate, now=turn.now,
    )  # fmt: skip
    return turn.say(
        "proposal.taken", number=found.number, until=proposing.until(found), proposal=found.id
    )  # fmt: skip


async def mine(turn: Turn) -> Outgoing:
    """List the proposals that may be seen here."""
    found = await proposals.visible(turn.session, turn.member, turn.message.sender)
    if not found:
        return turn.say("proposal.none")
    if len(found) == 1:
        return await _show(turn, found[0])
    buttons = [
        Choice(f"{one.number} {one.title[:ON_BUTTON]}", f"proposal:show:{one.id}") for one in found[:MOST]
    ]
    said = turn.say("proposal.list")
    return replace(said, choices=(*buttons, *said.choices))


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Answer the buttons of proposals: `proposal:new`, `proposal:list`, `proposal:<step>:<proposal>`."""
    step, _, number = about.partition(":")
    if step == "new":
        return await begin(turn)
    if step not in STEPS:
        return await mine(turn)
    return await STEPS[step](
        turn, await proposals.named(turn.session, turn.member, turn.message.sender, number)
    )


async def _show(turn: Turn, proposal: Proposal) -> Outgoing:
    """Say how it stands; an answer only where it stays private."""
    if proposal.state == ANSWERED and not turn.private:
        return turn.move(f"proposal:show:{proposal.id}")
    state = turn.say(
        f"proposal.state.{proposal.state}", office=proposal.office, answer=proposal.answer,
        until=proposing.until(proposal),
    ).text  # fmt: skip
    said = turn.say("proposal.one", number=proposal.number, title=proposal.title, state=state)
    own = (turn.choice("proposal.choices.quit", f"proposal:quit:{proposal.id}"),)
    return replace(said, choices=(*(own if proposal.state in OPEN else ()), *said.choices))


async def _ask_quit(turn: Turn, proposal: Proposal) -> Outgoing:
    return turn.say("proposal.quit", number=proposal.number, proposal=proposal.id)


async def _quit(turn: Turn, proposal: Proposal) -> Outgoing:
    proposals.withdraw(proposal, now=turn.now)
    return turn.say("proposal.withdrawn", number=proposal.number)


STEPS: Mapping[str, Step] = {"show": _show, "quit": _ask_quit, "sure": _quit}

service = Service(
    name="proposals",
    title="写建议",
    words=("写建议", "写建议书", "我要提建议", "写份建议", "我要写建议书"),
    answer=begin,
    actions={"proposal": pressed},
    finishes={"proposal": finish},
)
